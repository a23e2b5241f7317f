"""Short turns: while a realm is read beside it, the loop is not kept waiting for the interpreter's lock."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

SHORT_S = 0.000_5
"""A request gives the lock away at each of its some ten reads, writes and syncs, and waits for it as often: by the
interpreter's own turns of 5 ms that is a stall of 30 ms and more (bench/swap.py), by these a few."""


@contextmanager
def short() -> Iterator[None]:
    """Threads take turns of half a millisecond within; what computes beside the loop takes half as long again."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, SHORT_S))
    try:
        yield
    finally:
        sys.setswitchinterval(before)
