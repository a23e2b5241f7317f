"""How far a long work is: one line on a terminal's standard error, once it has taken two seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

AFTER_S = 2.0
"""What takes less than this needs no bar."""

EVERY_S = 0.1
"""Between two drawings: often enough to be seen moving, seldom enough to cost nothing."""

WIDTH = 24

Step = Callable[[int], None]


class Progress:
    """One work of `total` parts (0: nobody knows how many). Quiet where standard error is no terminal."""

    def __init__(
        self, what: str, total: int = 0, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`what` is said before the bar: `reading the log`."""
        self._what, self._total, self._clock = what, total, clock
        self._stream = sys.stderr if stream is None else stream
        self._next = clock() + AFTER_S
        self._drawn = False

    def at(self, done: int) -> None:
        """`done` parts of it are done."""
        if not self._stream.isatty() or self._clock() < self._next:
            return
        self._next = self._clock() + EVERY_S
        self._drawn = True
        self._stream.write(f"\r\x1b[K{self._what}: {self._shown(done)}")
        self._stream.flush()

    def over(self) -> None:
        """Takes the line away."""
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._drawn = False

    def _shown(self, done: int) -> str:
        if self._total <= 0:
            return f"{done:,}"
        share = min(1.0, done / self._total)
        full = round(share * WIDTH)
        return f"[{'=' * full}{' ' * (WIDTH - full)}] {share:4.0%}"


@contextmanager
def progress(what: str, total: int = 0) -> Iterator[Step]:
    """A function that is told how much is done; the line is gone at the end, also after Ctrl-C."""
    shown = Progress(what, total)
    try:
        yield shown.at
    finally:
        shown.over()
