"""How far a witness has come with one shard, and when it is asked next."""

from __future__ import annotations

from typing import NamedTuple

from comity.adapters.witness.client import Given, NotCosigned

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
"""Between tries of a witness that fails: doubled each time. A minute, so that one that is back is soon found."""


class Stand(NamedTuple):
    """A witness for an operator: the size and time (Unix seconds) of its last cosignature, and what is wrong."""

    name: str
    size: int
    time: int
    trouble: str


class Standing:
    """What is known of one witness.

    Attributes:
        known: the size that it saw last, as far as it said.
        size: of the last checkpoint that it cosigned; -1 for none.
        time: of that cosignature, in Unix seconds, never ahead of our clock.
        done: number of the candidate that it cosigned last.
        ready: when it may be asked again, by the ticks of its owner.
        trouble: why the last try failed, or empty.
    """

    __slots__ = ("_failures", "_soonest", "done", "known", "ready", "size", "time", "trouble")

    def __init__(self) -> None:
        self.known = 0
        self.size = -1
        self.time = 0
        self.done = 0
        self.ready = 0.0
        self.trouble = ""
        self._failures = 0
        self._soonest = 0.0

    def succeeded(self, number: int, size: int, given: Given, *, unix_s: int, ticks: float, every: float) -> None:
        """It cosigned the candidate of that number."""
        self.known = self.size = size
        self.time = min(given.time, unix_s)
        self.done = number
        self.ready = ticks + every
        self.trouble = ""
        self._failures = 0

    def failed(self, error: NotCosigned, *, ticks: float, every: float, jitter: float) -> None:
        """It did not; `jitter` is in [0, 1), so that those who failed together do not ask together."""
        share, least = 0.5 + jitter / 2, max(error.wait, every)
        self.ready = ticks + max(min(FIRST_WAIT_S * 2**self._failures, LONGEST_WAIT_S) * share, least)
        self._soonest = ticks + max(FIRST_WAIT_S * share, least)
        self._failures = min(self._failures + 1, 10)
        self.trouble = str(error)

    def hurry(self) -> bool:
        """Ask a witness that failed after the first wait, or the one that it named itself; whether that is sooner."""
        if not self.trouble or self.ready <= self._soonest:
            return False
        self.ready = self._soonest
        return True

    def stand(self, name: str) -> Stand:
        """For an operator."""
        return Stand(name, max(self.size, 0), self.time, self.trouble)
