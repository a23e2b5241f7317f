"""What may be used: meters of requests, tokens, places and money, and how much of each is left. Integers throughout.

A meter is one limit or budget of one key, application or organisation. Its stock is kept in one place and lent out in
slices (`relay.limits.lender`), so that no worker has to ask for each request.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

from comity.stack.operation import Budget, Limits, Period
from comity.terms.instants import FAR_FUTURE, Instant

MINUTE_MS = 60_000
NANO = 1_000_000_000
"""Money is counted in 10^-9 of the stack's currency: one token at 0.001 a million is one of them."""

MOST_MONEY = 9_000_000_000
"""Units of currency that a budget can have: their 10^-9 fit 63 bits, which is what databases count in."""

Scope: TypeAlias = Literal["key", "application", "organisation"]
Unit: TypeAlias = Literal["requests", "tokens", "concurrent", "money"]


class Meter(Struct, frozen=True):
    """One limit. `per` is empty for limits by the minute and for `concurrent`, else the period of a budget.

    `limit` counts requests, tokens, places, or 10^-9 of the currency.
    """

    scope: Scope
    owner: str
    unit: Unit
    limit: int
    per: Period | Literal[""] = ""

    @property
    def id(self) -> str:
        """Its name between workers and supervisor and in lists: `key:a2b3c4d5:money/month`."""
        return f"{self.scope}:{self.owner}:{self.unit}{'/' if self.per else ''}{self.per}"


def meters(scope: Scope, owner: str, limits: Limits | None, budgets: Iterable[Budget] = ()) -> tuple[Meter, ...]:
    """The meters that somebody's limits and budgets are; of two budgets of one unit and period the smaller holds."""
    found: dict[str, Meter] = {}
    if limits is not None:
        for unit, limit in (
            ("requests", limits.requests_per_minute),
            ("tokens", limits.tokens_per_minute),
            ("concurrent", limits.concurrent),
        ):
            if limit is not None:
                meter = Meter(scope, owner, unit, limit)  # type: ignore[arg-type]  # a literal, by the table above
                found[meter.id] = meter
    for budget in budgets:
        for meter in _budget(scope, owner, budget):
            held = found.get(meter.id)
            found[meter.id] = meter if held is None or meter.limit < held.limit else held
    return tuple(found.values())


def _budget(scope: Scope, owner: str, budget: Budget) -> Iterable[Meter]:
    if budget.money is not None:
        yield Meter(scope, owner, "money", round(min(budget.money, MOST_MONEY) * NANO), budget.per)
    if budget.tokens is not None:
        yield Meter(scope, owner, "tokens", budget.tokens, budget.per)


class Stock(Protocol):
    """What is left of a meter, where it is kept. `lent` says how much of it is in other hands, unspent.

    `limit` may be changed at any time; what is used stays used.
    """

    limit: int

    def left(self, now: Instant, lent: int) -> int:
        """How much may be lent now; below zero after a debt."""

    def take(self, amount: int, now: Instant, lent: int) -> None:
        """Lend, or charge what was used without having been lent."""

    def give(self, amount: int, now: Instant, lent: int) -> None:
        """Take back what was not used."""

    def wait_ms(self, amount: int, now: Instant) -> int:
        """Milliseconds until so much can be there; -1 where time alone does not bring it."""

    def until(self, now: Instant) -> Instant:
        """From when on what is lent now is worth nothing: the end of a budget's period."""

    def fetch(self, amount: int) -> bool:
        """Whether so much more is being asked for elsewhere; then `Lender.refilled` ends the wait."""


class Rate:
    """A bucket (GCRA) that holds a minute's worth and fills evenly.

    Together with what is lent it never holds more than the limit, so in any `w` milliseconds no more than
    limit x (1 + w/60,000) is used, by however many workers.
    """

    __slots__ = ("_at", "_level", "limit")

    def __init__(self, limit: int, now: Instant, level: int | None = None) -> None:
        """Full, or at a `level` in 1/60,000."""
        self.limit = limit
        self._level = limit * MINUTE_MS if level is None else level  # a millisecond fills it by `limit`
        self._at = now

    @property
    def level(self) -> int:
        """What it holds, in 1/60,000."""
        return self._level

    def left(self, now: Instant, lent: int) -> int:
        """Whole units."""
        # a clock that goes back fills nothing, and counts from where it is
        filled = self._level + max(0, now - self._at) * self.limit
        self._level = min(filled, (self.limit - lent) * MINUTE_MS)
        self._at = now
        return self._level // MINUTE_MS

    def take(self, amount: int, now: Instant, lent: int) -> None:
        """May leave a debt."""
        self.left(now, lent)
        self._level -= amount * MINUTE_MS

    def give(self, amount: int, now: Instant, lent: int) -> None:
        """What does not fit runs over."""
        self.left(now, lent)
        self._level = min(self._level + amount * MINUTE_MS, (self.limit - lent) * MINUTE_MS)

    def wait_ms(self, amount: int, now: Instant) -> int:
        """By even filling; -1 if the bucket can never hold so much."""
        if amount > self.limit:
            return -1
        return max(0, -(-(amount * MINUTE_MS - self._level) // self.limit))

    def until(self, now: Instant) -> Instant:
        """It keeps."""
        return FAR_FUTURE

    def fetch(self, amount: int) -> bool:
        """It is all here."""
        return False


class Places:
    """A number of things at once; only who gives a place back makes room."""

    __slots__ = ("_taken", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._taken = 0

    def left(self, now: Instant, lent: int) -> int:
        """Places that nobody has."""
        return self.limit - self._taken

    def take(self, amount: int, now: Instant, lent: int) -> None:
        """Hand out places."""
        self._taken += amount

    def give(self, amount: int, now: Instant, lent: int) -> None:
        """Have them back."""
        self._taken -= amount

    def wait_ms(self, amount: int, now: Instant) -> int:
        """Nobody knows."""
        return -1

    def until(self, now: Instant) -> Instant:
        """It keeps."""
        return FAR_FUTURE

    def fetch(self, amount: int) -> bool:
        """It is all here."""
        return False


class Spending:
    """A budget: so much in a period, counted anew when the next one begins."""

    __slots__ = ("_end", "_used", "limit", "per")

    def __init__(self, limit: int, per: Period, now: Instant, used: int = 0) -> None:
        """`used` is what was spent in the period of `now` before."""
        self.limit = limit
        self.per: Period = per
        self._end = end_of_period(per, now)
        self._used = used

    def left(self, now: Instant, lent: int) -> int:
        """Of this period."""
        if now >= self._end:
            self._end, self._used = end_of_period(self.per, now), 0
        return self.limit - self._used

    def take(self, amount: int, now: Instant, lent: int) -> None:
        """Spend, or lend to be spent."""
        self.left(now, lent)
        self._used += amount

    def give(self, amount: int, now: Instant, lent: int) -> None:
        """Have back what was not spent; never more than was spent in this period."""
        self.left(now, lent)
        self._used = max(0, self._used - amount)

    def used_at_least(self, used: int, now: Instant) -> None:
        """The log knows of more than was reported: a worker died before it could tell."""
        self.left(now, 0)
        self._used = max(self._used, used)

    def wait_ms(self, amount: int, now: Instant) -> int:
        """Until the next period; -1 if none comes, or none is large enough."""
        return self._end - now if amount <= self.limit and self._end < FAR_FUTURE else -1

    def until(self, now: Instant) -> Instant:
        """The end of the period."""
        self.left(now, 0)
        return self._end

    def fetch(self, amount: int) -> bool:
        """It is all here."""
        return False


def stock(meter: Meter, now: Instant, used: int = 0) -> Stock:
    """A full stock of a meter; of a budget `used` is gone."""
    if meter.per:
        return Spending(meter.limit, meter.per, now, used)
    return Places(meter.limit) if meter.unit == "concurrent" else Rate(meter.limit, now)


def start_of_period(per: Period, now: Instant) -> Instant:
    """When the period that `now` is in began, in UTC; sessions and totals have no beginning: 0."""
    moment = datetime.fromtimestamp(now / 1000, UTC).replace(second=0, microsecond=0)
    if per == "minute":
        return _instant(moment)
    if per == "hour":
        return _instant(moment.replace(minute=0))
    if per == "day":
        return _instant(moment.replace(hour=0, minute=0))
    if per == "month":
        return _instant(moment.replace(day=1, hour=0, minute=0))
    return 0


def end_of_period(per: Period, now: Instant) -> Instant:
    """When the next period begins; FAR_FUTURE where none does."""
    begin = datetime.fromtimestamp(start_of_period(per, now) / 1000, UTC)
    if per in ("minute", "hour", "day"):
        return _instant(begin + timedelta(**{f"{per}s": 1}))
    if per == "month":
        return _instant(begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1))
    return FAR_FUTURE


def _instant(moment: datetime) -> Instant:
    return int(moment.timestamp() * 1000)
