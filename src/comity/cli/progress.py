"""How far a long work is: one line on a terminal's standard error, once it has taken two seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread
from typing import TextIO

AFTER_S = 2.0
"""What takes less than this needs no bar."""

EVERY_S = 0.1
"""Between two drawings: often enough to be seen moving, seldom enough to cost nothing."""

LOOK_S = 0.5
"""Between two looks at a work that says nothing: often enough to count its seconds."""

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
        self._began = clock()
        self._next = self._began + AFTER_S
        self._done = 0
        self._drawn = False
        self._drawing = Lock()
        self._terminal = self._stream.isatty()

    def at(self, done: int) -> None:
        """`done` parts of it are done."""
        self._done = done
        self.still()

    def still(self) -> None:
        """It goes on, and how much is done is not known to have changed: the seconds show that it lives."""
        if not self._terminal or self._clock() < self._next:
            return
        with self._drawing:
            self._next = self._clock() + EVERY_S
            self._drawn = True
            self._stream.write(f"\r\x1b[K{self._what}: {self._shown(self._done)}")
            self._stream.flush()

    def over(self) -> None:
        """Takes the line away."""
        with self._drawing:
            if self._drawn:
                self._stream.write("\r\x1b[K")
                self._stream.flush()
                self._drawn = False

    @contextmanager
    def alive(self) -> Iterator[None]:
        """Drawn again and again while the block runs, whoever tells how much is done."""
        over = Event()

        def look() -> None:
            while not over.wait(LOOK_S):
                self.still()

        looking = Thread(target=look, name="progress", daemon=True)
        if self._terminal:
            looking.start()
        try:
            yield
        finally:
            over.set()
            if self._terminal:
                looking.join()
            self.over()

    def _shown(self, done: int) -> str:
        seconds = f"{self._clock() - self._began:,.0f} s"
        if self._total <= 0:
            return f"{done:,}, {seconds}" if done else seconds
        share = min(1.0, done / self._total)
        full = round(share * WIDTH)
        return f"[{'=' * full}{' ' * (WIDTH - full)}] {share:4.0%}, {seconds}"


@contextmanager
def progress(what: str, total: int = 0) -> Iterator[Step]:
    """A function that is told how much is done; the line is gone at the end, also after Ctrl-C."""
    shown = Progress(what, total)
    with shown.alive():
        yield shown.at
