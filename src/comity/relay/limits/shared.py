"""A meter that several hosts share: what one host has leased of it, and the terms on which hosts lease.

The whole stock lies in the control state. A host leases what its workers are about to use, says what of that is unused,
and gives back what it does not need; so hosts together use no more than one host might.
"""

from __future__ import annotations

from typing import NamedTuple

from comity.relay.limits.meter import MINUTE_MS, Meter, Rate, end_of_period
from comity.terms.instants import FAR_FUTURE, Instant

AHEAD_MS = 400
"""For how long is leased: the quarter of a second until the next look, and time to spare."""

SHARE = 16
"""What a host leases ahead is at most this part of the limit."""


class Ask(NamedTuple):
    """What a host says of a meter: what it gives back, used without a lease, holds unused, and wants."""

    back: int
    debt: int
    held: int
    want: int


class Lease(NamedTuple):
    """What it is given, what is left for all, the time until there is more (-1: not by time), the period's end."""

    amount: int
    left: int
    wait_ms: int
    until: Instant


class Whole(NamedTuple):
    """The whole stock as the control state has it.

    Of a rate `level` is that of its bucket in 1/60,000 and `at` when it was filled; of a budget or of places `level`
    is what is used or leased and `at` the end of the period.
    """

    level: int
    at: Instant


def whole(meter: Meter, now: Instant, used: int) -> Whole:
    """A stock that nobody has touched but for what is `used` of a budget."""
    if meter.per:
        return Whole(used, end_of_period(meter.per, now))
    return Whole(0, FAR_FUTURE) if meter.unit == "concurrent" else Whole(meter.limit * MINUTE_MS, now)


def lease(meter: Meter, kept: Whole, ask: Ask, others: int, now: Instant) -> tuple[Whole, Lease]:
    """Give a host what it wants, as far as there is; `others` is what other hosts hold unused."""
    if not meter.per and meter.unit != "concurrent":
        rate = Rate(meter.limit, kept.at, kept.level)
        lent = others + ask.held
        rate.give(ask.back, now, lent)
        rate.take(ask.debt, now, lent)
        amount = max(0, min(ask.want, rate.left(now, lent)))
        rate.take(amount, now, lent)
        left = rate.left(now, lent + amount)
        wait = 0 if amount >= ask.want else rate.wait_ms(ask.want - amount, now)
        return Whole(rate.level, now), Lease(amount, max(0, left), wait, FAR_FUTURE)
    level, until = kept
    if now >= until and meter.per:
        level, until = 0, end_of_period(meter.per, now)
    level = max(0, level - ask.back) + ask.debt
    amount = max(0, min(ask.want, meter.limit - level))
    level += amount
    wait = 0 if amount >= ask.want else until - now if until < FAR_FUTURE else -1
    return Whole(level, until), Lease(amount, max(0, meter.limit - level), wait, until)


class Leased:
    """Implements `relay.limits.meter.Stock` for one host's part of a shared meter."""

    __slots__ = (
        "_alone",
        "_asked",
        "_free",
        "_owed",
        "_recent",
        "_until",
        "_wait",
        "_wanted",
        "_whole",
        "limit",
        "meter",
    )

    def __init__(self, meter: Meter, now: Instant) -> None:
        self.meter = meter
        self.limit = meter.limit
        self._free = 0  # leased, and not lent to a worker
        self._asked = now
        self._recent = 0  # lent since the last ask
        self._wanted = 0
        self._wait = -1
        self._whole = 0  # left for all hosts, as last heard
        self._until = end_of_period(meter.per, now) if meter.per else FAR_FUTURE
        self._alone: Rate | None = None
        self._owed = 0  # used while the control state was away

    def left(self, now: Instant, lent: int) -> int:
        """What is leased here."""
        if now >= self._until:
            self._free = self._owed = 0
            self._until = end_of_period(self.meter.per or "total", now)
        return self._free

    def take(self, amount: int, now: Instant, lent: int) -> None:
        """Lend to a worker."""
        self.left(now, lent)
        self._free -= amount
        self._recent += amount

    def give(self, amount: int, now: Instant, lent: int) -> None:
        """Have it back from a worker."""
        self.left(now, lent)
        self._free += amount

    def wait_ms(self, amount: int, now: Instant) -> int:
        """As last heard."""
        return -1 if amount > self.limit else self._wait

    def until(self, now: Instant) -> Instant:
        """The end of the period."""
        self.left(now, 0)
        return self._until

    def fetch(self, amount: int) -> bool:
        """Have it leased."""
        self._wanted = max(self._wanted, amount)
        return True

    @property
    def wants(self) -> bool:
        """Whether a worker waits for more, or soon will."""
        return self._wanted > 0 or self._free < 0 or (self._recent > 0 and self._free * 2 < self._recent)

    def ask(self, lent: int, now: Instant) -> Ask:
        """What to say now; `lent` is what workers hold unused."""
        self.left(now, lent)
        debt = max(0, -self._free) + self._owed
        self._free, self._owed = max(0, self._free), 0
        keep = max(self._soon(now), self._wanted)
        back = max(0, self._free - keep)
        self._free -= back
        want = keep - self._free
        self._wanted = self._recent = 0
        self._asked = now
        return Ask(back, debt, self._free + lent, max(0, want))

    @property
    def idle(self) -> bool:
        """Whether there is nothing to say."""
        return not (self._free or self._recent or self._wanted or self._owed)

    def _soon(self, now: Instant) -> int:
        """What workers will need until the next ask, if they go on as since the last: a few times as much at most, and
        no large part of the limit, so that other hosts are not kept waiting."""
        at_this_rate = self._recent * AHEAD_MS // max(1, now - self._asked)
        return max(self._recent, min(at_this_rate, 4 * self._recent, self.limit // SHARE))

    def receive(self, given: Lease) -> None:
        """What came of it."""
        if given.until == self._until:
            self._free += given.amount
        self._whole, self._wait = given.left, given.wait_ms
        self._alone = None

    def unheard(self, ask: Ask, hosts: int, now: Instant) -> None:
        """The control state is away: until it is back, use this host's even share of what was left, or of the rate."""
        self._owed += ask.debt
        self._free += ask.back
        if self._alone is None:
            self._alone = Rate(self.limit // hosts, now, 0)
            share = self._whole // hosts
            self._whole = 0
        elif self.meter.per or self.meter.unit == "concurrent":
            share = 0
        else:
            share = max(0, self._alone.left(now, 0))
            self._alone.take(share, now, 0)
        self._free += share
        self._owed += share
