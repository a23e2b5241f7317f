"""How long to wait before starting again what has died."""

from __future__ import annotations

FIRST_S = 0.1
MOST_S = 10.0
STEADY_S = 30.0
"""Whoever lived this long starts with a clean record."""


class Backoff:
    """Doubles from a tenth of a second to ten seconds while deaths follow each other; no chance in it."""

    def __init__(self) -> None:
        self._next = FIRST_S

    def after(self, lived: float) -> float:
        """Seconds to wait after a life of `lived` seconds."""
        if lived >= STEADY_S:
            self._next = FIRST_S
        wait, self._next = self._next, min(self._next * 2, MOST_S)
        return wait
