"""Requests that wait until enough of the log is witnessed: for so long and so many at most, before anything is entered.

A request that waits holds its body and a place among those under way, and nothing else: no share of a limit, no entry.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from comity.relay.exchange import Exchange
from comity.relay.ports import Admission, Limited
from comity.runtime.rations import Later
from comity.runtime.witnessing import Required
from comity.terms.instants import Instant

LOOK_S = 0.05
"""Between two looks while somebody waits: a tenth of the time between two checkpoints."""

SHARE = 4
"""A quarter of the requests that a worker may have under way can wait, so that who needs no witness has room."""


class _Held(NamedTuple):
    exchange: Exchange
    since: Instant
    go: Callable[[Instant], None]
    ready: Callable[[Admission | Limited], None]


class Waiting:
    """Who waits, in the order in which they came.

    Attributes:
        counts: how waits ended (`waits_seen` went on, `waits_refused`, `waits_left` were gone or out of time before),
            and `waited_ms`, how long all of them took; only ever grows.
    """

    def __init__(self, required: Required, under_way: int, *, later: Later, clock: Callable[[], Instant]) -> None:
        """`under_way` is how many requests may be under way, `later` calls back after so many seconds."""
        self._most = max(1, under_way // SHARE)
        self._required = required
        self._later = later
        self._clock = clock
        self._held: deque[_Held] = deque()
        self._looking = False
        self.counts = {"waits_seen": 0, "waits_refused": 0, "waits_left": 0, "waited_ms": 0}

    def __len__(self) -> int:
        """How many wait now."""
        return len(self._held)

    def hold(
        self,
        exchange: Exchange,
        now: Instant,
        go: Callable[[Instant], None],
        ready: Callable[[Admission | Limited], None],
    ) -> bool:
        """Let a request wait: `go` is called once enough is witnessed, or `ready` with why not; False if it may not
        wait. Neither is called once the request is over."""
        if not self._required.wait_ms or len(self._held) >= self._most:
            return False
        self._held.append(_Held(exchange, now, go, ready))
        if not self._looking:
            self._look_soon()
        return True

    def drop(self, why: Limited, gone: Callable[[Exchange], bool]) -> None:
        """Requests of which `gone` says that what they are to be entered under is gone wait no more."""
        now = self._clock()
        for _ in range(len(self._held)):
            each = self._held.popleft()
            if not gone(each.exchange):
                self._held.append(each)
            elif self._over(each, "waits_refused", now):
                each.ready(why)

    def _look_soon(self) -> None:
        self._looking = True
        self._later(LOOK_S, self._look)

    def _look(self) -> None:
        self._looking = False
        if not self._held:
            return
        self._look_soon()  # first, so that whatever happens below, the others are looked at again
        now = self._clock()
        refusal = self._required.stale(now)
        if refusal is not None:
            self._required.hurry()
        for _ in range(len(self._held)):
            each = self._held.popleft()
            if refusal is None:
                if self._over(each, "waits_seen", now):
                    each.go(now)
            elif not 0 <= now - each.since < self._required.wait_ms:
                if self._over(each, "waits_refused", now):
                    each.ready(refusal)
            elif each.exchange.open:
                self._held.append(each)
            else:
                self._over(each, "waits_left", now)

    def _over(self, held: _Held, how: str, now: Instant) -> bool:
        """Count the end of a wait; whether there is still somebody to tell."""
        there = held.exchange.open
        self.counts[how if there else "waits_left"] += 1
        self.counts["waited_ms"] += max(0, now - held.since)
        return there
