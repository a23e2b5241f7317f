"""Who has how much of each meter: one lender keeps the stocks, workers draw slices of them. Pure; messages are values.

Nothing is counted twice and nothing is made: what workers have spent, what they hold and what is left is together
never more than the stock allows. A worker that needs more than is left here makes the lender call back what others
hold. What cannot be had is told with the time after which it can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from comity.relay.limits.meter import Meter, Stock
from comity.terms.instants import Instant

SLICE = 8
"""A slice is at most this part of an even share of what is left: small enough that idle slices hurt nobody."""

MAX_STOCKS = 100_000
"""Stocks at once, most of them of sessions; past it those that nobody holds anything of go, oldest first."""


class Line(NamedTuple):
    """What a worker says of one meter: what it needs now (-1: nothing), gives back, and has spent since it last said.

    A need of 0 asks for a slice if there is one, and calls nothing back.
    """

    need: int = -1
    back: int = 0
    spent: int = 0


class Slice(NamedTuple):
    """What a worker is lent of one meter; `final` ends its wait for what it needs.

    `wait_ms` is 0 if it got that, else the time after which it may be there, -1 where time alone does not bring it.
    """

    amount: int
    left: int
    wait_ms: int
    until: Instant
    final: bool


class Said(NamedTuple):
    """To one worker: slices by meter, and the meters of which it must give back what it does not need."""

    worker: int
    slices: dict[str, Slice]
    recall: tuple[str, ...] = ()


class _Account:
    """One meter's stock, and who has what of it."""

    __slots__ = ("called", "fetching", "lent", "meter", "recalled", "stock", "until", "waiting")

    def __init__(self, meter: Meter, stock: Stock, now: Instant) -> None:
        self.meter = meter
        self.stock = stock
        self.until = stock.until(now)
        self.lent: dict[int, int] = {}
        self.waiting: dict[int, int] = {}
        self.called = False  # back, for those who wait: once, and they take what came
        self.recalled: set[int] = set()  # who has not answered yet
        self.fetching = False  # the stock asks elsewhere for those who wait

    def turn(self, now: Instant) -> None:
        """A period's end ends what was lent in it; its holders see the same end."""
        until = self.stock.until(now)
        if until != self.until:
            self.until = until
            self.lent.clear()

    @property
    def out(self) -> int:
        return sum(amount for amount in self.lent.values() if amount > 0)


class Lender:
    """Keeps every stock. `find` gives the meter of an id, None if there is none any more; `make` its first stock."""

    def __init__(
        self,
        workers: int,
        find: Callable[[str], Meter | None],
        make: Callable[[str, Meter, Instant], Stock],
    ) -> None:
        self._workers = workers
        self._find = find
        self._make = make
        self._accounts: dict[str, _Account] = {}
        self._out: dict[int, tuple[dict[str, Slice], list[str]]] = {}

    def hear(self, worker: int, lines: Mapping[str, Line], now: Instant) -> list[Said]:
        """A worker speaks; what is to be said in turn, to it and to others."""
        for name, line in lines.items():
            account = self._account(name, now)
            if account is not None:
                self._hear(account, name, worker, line, now)
            elif line.need >= 0:  # the limit is gone: there is no end of it
                self._slices(worker)[name] = Slice(max(line.need, 1), 0, -1, now, final=True)
        return self._spoken()

    def gone(self, worker: int, now: Instant) -> list[Said]:
        """A worker died: places and unspent money come back; of a rate it may have used all that it had."""
        for name, account in list(self._accounts.items()):
            lent = account.lent.pop(worker, 0)
            account.waiting.pop(worker, None)
            if lent > 0 and (account.meter.per or account.meter.unit == "concurrent"):
                account.stock.give(lent, now, account.out)
            self._answered(account, name, worker, now)
        return self._spoken()

    def refilled(self, names: Iterable[str], now: Instant) -> list[Said]:
        """Stocks were filled from elsewhere: whoever waits for them is served, or told that it is not."""
        for name in names:
            account = self._accounts.get(name)
            if account is not None:
                account.fetching = False
                if not account.recalled:
                    self._serve(account, name, now)
        return self._spoken()

    def renew(self) -> None:
        """Limits may have changed: what is used stays used, and what has no limit any more is forgotten."""
        for name, account in list(self._accounts.items()):
            meter = self._find(name)
            if meter is None:
                del self._accounts[name]
            else:
                account.meter, account.stock.limit = meter, meter.limit

    def stocks(self) -> dict[str, tuple[Meter, Stock, int]]:
        """Every stock with its meter, and how much of it is lent."""
        return {name: (account.meter, account.stock, account.out) for name, account in self._accounts.items()}

    def _account(self, name: str, now: Instant) -> _Account | None:
        account = self._accounts.get(name)
        if account is None:
            meter = self._find(name)
            if meter is None:
                return None
            if len(self._accounts) >= MAX_STOCKS:
                self._forget()
            account = self._accounts[name] = _Account(meter, self._make(name, meter, now), now)
        return account

    def _forget(self) -> None:
        """Sessions that nobody holds anything of, the oldest first; a session forgotten begins anew."""
        idle = [n for n, each in self._accounts.items() if each.meter.per == "session" and not each.out]
        for name in (idle or list(self._accounts))[: MAX_STOCKS // 10]:
            del self._accounts[name]

    def _hear(self, account: _Account, name: str, worker: int, line: Line, now: Instant) -> None:
        account.turn(now)
        lent = account.lent.get(worker, 0) - line.spent - line.back
        account.lent[worker] = lent
        if line.back:
            account.stock.give(line.back, now, account.out)
        if lent < 0:  # it used more than it had: an answer was longer than its estimate
            account.stock.take(-lent, now, account.out)
            account.lent[worker] = 0
            left = account.stock.left(now, account.out)
            until = account.stock.until(now)
            self._slices(worker)[name] = Slice(-lent, left, account.stock.wait_ms(1, now), until, final=False)
        if line.need >= 0:
            account.waiting[worker] = line.need
        self._answered(account, name, worker, now)

    def _answered(self, account: _Account, name: str, worker: int, now: Instant) -> None:
        """`worker` has said what it holds; whoever waited for that is served once all have."""
        account.recalled.discard(worker)
        if account.waiting and not (account.recalled or account.fetching):
            self._serve(account, name, now)

    def _serve(self, account: _Account, name: str, now: Instant) -> None:
        account.turn(now)
        stock = account.stock
        for worker, need in list(account.waiting.items()):
            left = stock.left(now, account.out)
            if need > left and not account.called and self._more(account, name, worker, need - left):
                return
            del account.waiting[worker]
            share = left // (SLICE * self._workers)
            amount = max(0, min(left, max(need, share))) if need <= left else 0
            if amount:
                stock.take(amount, now, account.out)
                account.lent[worker] = account.lent.get(worker, 0) + amount
            debt = self._slices(worker).get(name)
            wait = 0 if amount >= max(need, 1) else stock.wait_ms(max(need, 1), now) or 1
            total = amount + (debt.amount if debt is not None else 0)
            self._slices(worker)[name] = Slice(total, left - amount, wait, account.until, final=True)
        account.called = False

    def _more(self, account: _Account, name: str, worker: int, missing: int) -> bool:
        """Whether there may be more, which is worth waiting for: with other workers, or elsewhere."""
        account.fetching = account.stock.fetch(missing)
        called = self._call_back(account, name, worker)
        account.called = called or account.fetching
        return account.called

    def _call_back(self, account: _Account, name: str, worker: int) -> bool:
        """Whether others hold some of it, who are asked for that."""
        holders = {other for other, lent in account.lent.items() if other != worker and lent > 0}
        holders -= account.waiting.keys()  # they have just said that they have nothing to spare
        for other in holders:
            account.recalled.add(other)
            self._recalls(other).append(name)
        return bool(holders)

    def _slices(self, worker: int) -> dict[str, Slice]:
        return self._out.setdefault(worker, ({}, []))[0]

    def _recalls(self, worker: int) -> list[str]:
        return self._out.setdefault(worker, ({}, []))[1]

    def _spoken(self) -> list[Said]:
        said = [Said(worker, slices, tuple(recall)) for worker, (slices, recall) in self._out.items()]
        self._out = {}
        return said
