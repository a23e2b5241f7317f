"""A worker's limits: which meters a request counts against, what of them the worker holds, and who waits for more."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol, TypeAlias

from comity.placement.types import Placement
from comity.relay.exchange import Exchange
from comity.relay.limits.lender import Line, Slice
from comity.relay.limits.meter import Meter
from comity.relay.limits.purse import Purse
from comity.relay.limits.shown import headers, refusal
from comity.relay.ports import FREE, Admission, Limited
from comity.relay.record import session
from comity.relay.target import Target
from comity.terms.instants import FAR_FUTURE, Instant

UNSTATED = 1_024
"""Tokens set aside for an answer where the request does not say how long it may become; what it takes is settled."""

BYTES_A_TOKEN = 4
LONG = 32_768
"""Tokens of a prompt at most, before it is counted: longer bodies carry media, long in bytes and short in tokens."""

FLUSH_MS = 5
"""Between two messages to the supervisor: a flood at an empty limit asks two hundred times a second, not for each."""

PATIENCE_MS = 1_000
"""How long a request waits for the supervisor, who answers in a millisecond unless something is badly wrong."""

MAX_WAITING = 4_096
"""Requests that wait for a slice at once; what comes beyond is told to come again."""

Ready: TypeAlias = Callable[[Admission | Limited], None]
Need: TypeAlias = tuple[Purse, int]


class Later(Protocol):
    """`loop.call_later`."""

    def __call__(self, seconds: float, callback: Callable[[], None], /) -> object: ...


class Share:
    """Implements `relay.ports.Admission`: what one request took from each purse."""

    __slots__ = ("_cost", "_needs", "_rations", "_tokens", "_until", "headers")

    def __init__(self, rations: Rations, needs: list[Need], tokens: int, cost: int) -> None:
        self._rations = rations
        self._needs = needs
        self._tokens = tokens
        self._cost = cost
        self._until = [purse.until for purse, _ in needs]
        for purse, amount in needs:
            purse.take(amount)
            purse.open += 1
        self.headers = headers(purse for purse, _ in needs)

    def settle(self, tokens: int, cost: int, now: Instant) -> None:
        """What it took; of what is not known, what was set aside stays used."""
        self._end(self._tokens if tokens < 0 else tokens, self._cost if cost < 0 else cost, 1, now)

    def release(self, now: Instant) -> None:
        """It took nothing. It was a request all the same: only a place, tokens and money come back."""
        self._end(0, 0, 1, now)

    def _end(self, tokens: int, cost: int, requests: int, now: Instant) -> None:
        used = {"tokens": tokens, "money": cost, "requests": requests, "concurrent": 0}
        for (purse, amount), until in zip(self._needs, self._until, strict=True):
            purse.turn(now)
            purse.open -= 1
            # what was set aside in a period that is over is gone with it; what was used counts in this one
            before = amount if purse.until == until or purse.until == FAR_FUTURE == until else 0
            purse.give(before - used[purse.meter.unit])
        self._needs, self._until = [], []
        self._rations.freed()


class _Waiting(NamedTuple):
    needs: list[Need]
    tokens: int
    cost: int
    since: Instant
    ready: Ready


class Rations:
    """All purses of a worker.

    Who has no limit costs two look-ups in a table, and nothing where nobody has one.
    """

    def __init__(self, *, say: Callable[[dict[str, Line]], None], later: Later, clock: Callable[[], Instant]) -> None:
        """`say` brings lines to the lender, `later` calls back after so many seconds."""
        self._say = say
        self._later = later
        self._clock = clock
        self._of_key: Mapping[str, tuple[Meter, ...]] = {}
        self._of_application: Mapping[str, tuple[Meter, ...]] = {}
        self._currency = ""
        self._purses: dict[str, Purse] = {}
        self._waiting: deque[_Waiting] = deque()
        self._said = 0
        self._due = False

    def replace(
        self,
        of_key: Mapping[str, tuple[Meter, ...]],
        of_application: Mapping[str, tuple[Meter, ...]],
        currency: str,
    ) -> None:
        """From now on these meters: of each key that has limits (with those of its application), and of each
        application that has."""
        self._of_key, self._of_application, self._currency = of_key, of_application, currency
        known = {meter.id: meter for each in (of_key, of_application) for group in each.values() for meter in group}
        for name, purse in self._purses.items():
            purse.meter = known.get(name.partition("#")[0], purse.meter)

    def admit(
        self,
        exchange: Exchange,
        placement: Placement,
        targets: Mapping[str, Target],
        now: Instant,
        ready: Ready,
    ) -> Admission | Limited | None:
        """See `relay.ports.Gate.admit`."""
        tenant = exchange.tenant
        meters = self._of_key.get(tenant.key) or self._of_application.get(tenant.application)
        if not meters:
            return FREE
        prompt = min(len(exchange.body) // BYTES_A_TOKEN, LONG)
        completion = exchange.ask.max_tokens if exchange.ask.max_tokens >= 0 else UNSTATED
        cost = dearest(placement, targets, prompt, completion)
        amounts = {"requests": 1, "concurrent": 1, "tokens": prompt + completion, "money": cost}
        needs: list[Need] = []
        for meter in meters:
            amount = amounts[meter.unit]
            if meter.per == "request":
                if amount > meter.limit:
                    return refusal(Purse(meter), amount, 0, now, self._currency, b"")
                continue
            if meter.per != "session":
                needs.append((self._purse(meter.id, meter, now), amount))
            elif exchange.session:
                name = f"{meter.id}#{session(tenant, exchange.session)}"
                needs.append((self._purse(name, meter, now), amount))
        admitted = self._try(needs, amounts["tokens"], cost, now)
        if admitted is not None:
            return admitted
        if len(self._waiting) >= MAX_WAITING:
            return self._unasked(needs)
        self._waiting.append(_Waiting(needs, amounts["tokens"], cost, now, ready))
        return None

    def receive(self, slices: Mapping[str, Slice], recall: Iterable[str], now: Instant) -> None:
        """What the lender says."""
        for name, lent in slices.items():
            purse = self._purses.get(name)
            if purse is not None:
                purse.receive(lent, now)
            elif lent.amount:  # nobody wants it any more
                self._say({name: Line(-1, lent.amount, 0)})
        self._retry(now)
        back: dict[str, Line] = {}
        for name in recall:
            purse = self._purses.get(name)
            if purse is not None:
                purse.turn(now)
                purse.recalled(0)
            back[name] = (purse.line() if purse is not None else None) or Line()
        if back:
            self._say(back)

    def look(self) -> None:
        """Now and then: tell what was used, give back what nobody uses, and let nobody wait for ever."""
        now = self._clock()
        while self._waiting and now - self._waiting[0].since >= PATIENCE_MS:
            late = self._waiting.popleft()
            late.ready(self._unasked(late.needs))
        for name, purse in list(self._purses.items()):
            purse.turn(now)
            if purse.rest():
                del self._purses[name]
        self._flush()

    def freed(self) -> None:
        """Something came back: those who wait may have it."""
        if self._waiting:
            self._retry(self._clock())

    def _try(self, needs: list[Need], tokens: int, cost: int, now: Instant) -> Admission | Limited | None:
        """Admitted, refused, or neither: then the lender is asked for what is missing."""
        short = [(purse, amount) for purse, amount in needs if purse.held < amount]
        if not short:
            share = Share(self, needs, tokens, cost)
            for purse, _ in needs:
                if purse.fetch(now):
                    self._soon(now)
            return share
        for purse, amount in short:
            wait = purse.dry(purse.missing(amount), now)
            if wait > 0:
                return refusal(purse, amount, wait, now, self._currency, headers(each for each, _ in needs))
        for purse, amount in short:
            purse.ask(purse.missing(amount))
        self._soon(now)
        return None

    def _retry(self, now: Instant) -> None:
        waiting, self._waiting = self._waiting, deque()
        for each in waiting:
            answer = self._try(each.needs, each.tokens, each.cost, now)
            if answer is None:
                self._waiting.append(each)
            else:
                each.ready(answer)

    def _purse(self, name: str, meter: Meter, now: Instant) -> Purse:
        purse = self._purses.get(name)
        if purse is None:
            purse = self._purses[name] = Purse(meter)
        purse.turn(now)
        return purse

    def _unasked(self, needs: list[Need]) -> Limited:
        said = "The gateway could not count this request against its limits in time; try again."
        return Limited(said, "rate_limit_exceeded", PATIENCE_MS, headers(purse for purse, _ in needs))

    def _soon(self, now: Instant) -> None:
        if self._due:
            return
        wait = self._said + FLUSH_MS - now
        if wait <= 0:
            self._flush()
        else:
            self._due = True
            self._later(min(wait, FLUSH_MS) / 1000, self._flush)

    def _flush(self) -> None:
        self._due = False
        self._said = self._clock()
        lines = {name: line for name, purse in self._purses.items() if (line := purse.line()) is not None}
        if lines:
            self._say(lines)


def dearest(placement: Placement, targets: Mapping[str, Target], prompt: int, completion: int) -> int:
    """What a request may cost at the dearest deployment of its placement, 10^-9 of the currency.

    A deployment without a price costs nothing here: nobody knows what it does.
    """
    most = 0
    for tier in placement.tiers:
        for candidate in tier:
            target = targets.get(candidate.deployment)
            if target is not None:
                most = max(most, prompt * max(target.price_in, 0) + completion * max(target.price_out, 0))
    return most
