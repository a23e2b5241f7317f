"""What one worker holds of one meter, and what it has told the lender of it."""

from __future__ import annotations

from comity.relay.limits.lender import Line, Slice
from comity.relay.limits.meter import Meter
from comity.terms.instants import FAR_FUTURE, Instant

DRY_MS = 20
"""How long a need that was refused, and that time alone does not meet, is not asked for again: places come back when
they come back, and a flood must not become a flood of questions."""


class Purse:
    """A worker's share of one meter.

    Attributes:
        held: what it may use without asking; below zero it has used more than it had.
        left: what is left elsewhere, as the lender last said.
        until: the end of the period in which that holds.
        open: admissions that have not ended yet.
    """

    __slots__ = (
        "_asked",
        "_back",
        "_dry_need",
        "_dry_until",
        "_last",
        "_spent",
        "_tell",
        "_used",
        "held",
        "left",
        "meter",
        "open",
        "until",
    )

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self.held = 0
        self.left = meter.limit
        self.until = FAR_FUTURE
        self.open = 0
        self._back = 0  # to be told
        self._spent = 0  # to be told
        self._asked = -1  # the need that the lender has not answered yet
        self._tell = False  # it has not been told of it either
        self._last = 0  # the last slice: half of it used, another is fetched
        self._used = False  # since the last look
        self._dry_need = 0
        self._dry_until = 0

    def turn(self, now: Instant) -> None:
        """Past the end of a budget's period nothing is held, and nothing of it is told any more."""
        if now >= self.until:
            self.held = self._spent = self._back = self._last = self._dry_until = 0
            self.left = self.meter.limit
            self.until = FAR_FUTURE

    def take(self, amount: int) -> None:
        """Use some of it."""
        self.held -= amount
        self._used = True
        if self.meter.unit != "concurrent":
            self._spent += amount

    def give(self, amount: int) -> None:
        """It was not used after all; below zero, more was."""
        self.held += amount
        if self.meter.unit != "concurrent":
            self._spent -= amount

    def missing(self, amount: int) -> int:
        """How much more is needed; a debt is told as what it is, and not asked for."""
        return amount - max(self.held, 0)

    def dry(self, missing: int, now: Instant) -> int:
        """Milliseconds for which so much more cannot be had, as the lender said; 0 if it is worth asking."""
        return self._dry_until - now if missing >= self._dry_need and now < self._dry_until else 0

    def ask(self, missing: int) -> None:
        """Let the lender be told of this need, unless it was asked for as much already."""
        if missing > self._asked:
            self._asked, self._tell = missing, True

    def fetch(self, now: Instant) -> bool:
        """Whether half of the last slice is used: then another is asked for, before someone waits for it."""
        if self._asked >= 0 or self._last <= 1 or self.held * 2 > self._last or self.dry(1, now):
            return False
        self.ask(0)
        return True

    def line(self) -> Line | None:
        """What the lender is to be told now, if anything."""
        if not (self._tell or self._spent or self._back):
            return None
        line = Line(self._asked if self._tell else -1, self._back, self._spent)
        self._back = self._spent = 0
        self._tell = False
        return line

    def recalled(self, needed: int) -> None:
        """Give back what is not needed here."""
        spare = self.held - needed
        if spare > 0:
            self.held -= spare
            self._back += spare
            self._last = 0

    def rest(self) -> bool:
        """Give back what nobody used since the last look; True if nothing is here that would have to be kept."""
        if self._used or self._asked >= 0:
            self._used = False
            return False
        self.recalled(0)
        return not (self.open or self.held or self._spent or self._back)

    def receive(self, lent: Slice, now: Instant) -> None:
        """A slice, or the answer that there is none."""
        self.turn(now)
        self.held += lent.amount
        self.left = lent.left
        self.until = lent.until
        if not lent.final:
            return
        need, self._asked = self._asked, -1
        self._last = lent.amount
        if lent.wait_ms == 0:
            self._dry_until = 0
            return
        self._dry_need = max(need, 1)
        self._dry_until = now + (lent.wait_ms if lent.wait_ms > 0 else DRY_MS)
