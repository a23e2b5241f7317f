"""The one clock of the running program."""

from __future__ import annotations

import time

from comity.terms.instants import Instant


def unix_ms() -> Instant:
    """Milliseconds since the Unix epoch."""
    return time.time_ns() // 1_000_000
