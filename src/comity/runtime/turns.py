"""Short turns: while a realm is read beside it, the loop is not kept waiting for the interpreter."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SHORT_S = 0.000_5
"""A request gives the interpreter's lock away at each of its some ten reads, writes and syncs, and waits for it as
often: by the interpreter's own turns of 5 ms that is a stall of 30 ms and more (bench/swap.py), by these a few."""


@contextmanager
def short() -> Iterator[None]:
    """Threads take turns of half a millisecond within, and nothing looks for cycles.

    A realm is a hundred thousand objects that stay: a collection that walks them holds everyone for 40 ms. So none runs
    meanwhile, and afterwards what is there is left out of all that follow.
    """
    before, collecting = sys.getswitchinterval(), gc.isenabled()
    sys.setswitchinterval(min(before, SHORT_S))
    gc.disable()
    try:
        yield
    finally:
        sys.setswitchinterval(before)
        gc.freeze()
        if collecting:
            gc.enable()
