"""Capacity shared out by HiGHS: the programme of `comity.posture.replay.capacity`, a month at a time."""

from comity.adapters.capacity.sharing import Solved, Worth, share_out, solve

__all__ = ["Solved", "Worth", "share_out", "solve"]
