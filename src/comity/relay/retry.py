"""Whether to go round once more when every candidate was tried, and how long to wait before."""

from __future__ import annotations

from collections.abc import Iterable

from comity.relay.exchange import Attempt
from comity.relay.load import Load
from comity.stack.operation import Routing

PASSING = frozenset({429, 500, 502, 503, 504, 529})
"""Statuses that may be gone a moment later (529 is Anthropic's "overloaded")."""


def wait(routing: Routing, rounds: int, attempts: Iterable[Attempt], loads: Iterable[Load], now: int, draw: int) -> int:
    """Milliseconds to wait before the candidates are tried again, or -1 to give up.

    `rounds` is how many are over, `attempts` those of the last one, `loads` those of its deployments, `draw` 32 random
    bits. The wait doubles with each round and is drawn from its upper half, so that callers who failed together do not
    come back together; it lasts at least until the first deployment that said when to come back (`Retry-After`).
    """
    if rounds > routing.retries or not any(_passes(attempt) for attempt in attempts):
        return -1
    longest = int(routing.longest_backoff * 1000)
    backoff = min(int(routing.backoff * 1000) << min(rounds - 1, 16), longest)
    jittered = backoff // 2 + ((backoff - backoff // 2) * draw >> 32)
    soonest = min((max(0, load.rests_until - now) for load in loads), default=0)
    return max(jittered, soonest) if soonest <= longest else -1


def _passes(attempt: Attempt) -> bool:
    if attempt.result == "status":
        return attempt.status in PASSING
    return attempt.result in ("refused", "broken")
