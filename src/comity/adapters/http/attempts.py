"""The attempts of one exchange: who is asked, who besides when that one takes long, and who next.

Every choice is `dispatch`'s, and `Exchange.attempt` lets none through that the placement does not have.
"""

from __future__ import annotations

from asyncio import TimerHandle
from collections.abc import Mapping
from typing import Protocol

from comity.adapters.http.attempt import Try
from comity.adapters.http.outbound import Outbound
from comity.adapters.http.port import Port
from comity.adapters.http.upstream_head import rejected_ms
from comity.relay.body import BadRequest
from comity.relay.dispatch import affinity, dispatch
from comity.relay.exchange import Exchange, Result
from comity.relay.retry import wait
from comity.relay.saying import said_to
from comity.relay.surfaces import Surface
from comity.relay.target import Target


class Owner(Protocol):
    """Whose attempts they are."""

    def won(self, tried: Try, outbound: Outbound) -> None:
        """This is the answer: no other attempt is under way or will be made."""

    def unanswered(self) -> None:
        """There is nobody left to ask."""


class Attempts:
    """Begins attempts, one after the other, until one is answered.

    `under_way` are those that have not ended, and `last` is the one begun last. The one that is answered is its owner's
    from then on. `unsayable` is why a deployment could not be asked at all, where one could not.
    """

    __slots__ = (
        "_exchange",
        "_near",
        "_owner",
        "_port",
        "_round",
        "_rounds",
        "_surface",
        "_timer",
        "_tried",
        "last",
        "under_way",
        "unsayable",
    )

    def __init__(self, owner: Owner, port: Port, exchange: Exchange, surface: Surface) -> None:
        self._owner = owner
        self._port = port
        self._exchange = exchange
        self._surface = surface
        self._near = -1  # not worked out yet
        self._tried: list[str] = []  # deployments, in this round
        self._round = 0  # index of its first attempt
        self._rounds = 0  # that are over
        self._timer: TimerHandle | None = None  # until a hedge, or until the next round
        self.under_way: list[Try] = []
        self.last: Try | None = None
        self.unsayable: BadRequest | None = None

    def begin(self, now: int) -> None:
        """Make the first; the intent is durable."""
        if not self._next(now):
            self._another_round()
            return
        hedge = self._port.gate.routing.hedge
        if hedge is not None and self.under_way:
            self._timer = self._port.loop.call_later(hedge.after, self._hedge)

    def cancel(self, result: Result) -> bool:
        """Let all of them go at once, and begin no more; whether one of them had been sent."""
        self._stop_timer()
        now = self._port.clock()
        sent = any(tried.sent for tried in self.under_way)
        for tried in self.under_way:
            tried.cancel(result, now)
        self.under_way.clear()
        return sent

    # from an attempt

    def reaches(self, tried: Try) -> bool:
        """Whether its deployment is still reached where it was when the attempt began."""
        target = tried.pool.target
        return self._targets().get(target.deployment) is target

    def heard(self, tried: Try, outbound: Outbound) -> None:
        """The head of an answer. From here on it is this answer or none, unless it is no answer at all."""
        head, load = outbound.head, tried.pool.load
        now = self._port.clock()
        if head.declined:
            outbound.drop()
            pause = rejected_ms(head)
            if pause >= 0:
                load.rejected(now, pause)
            else:
                load.failed(now)
            self._lost(tried, head.declined, now, head.status)
            return
        exchange = self._exchange
        exchange.answer(tried.attempt, head.status, now)
        load.succeeded(now, now - tried.attempt.started, exchange.ask.stream)
        self.under_way.remove(tried)
        if self.under_way or self._timer is not None:
            self.cancel("cancelled")
        self._owner.won(tried, outbound)

    def missed(self, tried: Try, result: Result) -> None:
        """It gave no answer."""
        now = self._port.clock()
        tried.pool.load.failed(now)
        self._lost(tried, result, now)

    def stale(self, tried: Try, result: Result) -> None:
        """The same deployment once more, wherever it is reached now, over a new connection."""
        now = self._port.clock()
        tried.end(result, now)
        self.under_way.remove(tried)
        target = self._targets().get(tried.pool.target.deployment)
        if target is None or not self._begin(target, now, hedged=tried.attempt.hedged, fresh=True):
            self._go_on()

    # the next

    def _targets(self) -> Mapping[str, Target]:
        return self._port.gate.targets(self._exchange.placement.realm)

    def _lost(self, tried: Try, result: Result, now: int, status: int = 0) -> None:
        tried.end(result, now, status)
        self.under_way.remove(tried)
        self._go_on()

    def _go_on(self) -> None:
        if not self._next(self._port.clock()) and not self.under_way:
            self._another_round()

    def _next(self, now: int, *, hedged: bool = False) -> bool:
        """Begin an attempt at whichever deployment is best now; False if each was tried or has no room."""
        port, exchange, tried = self._port, self._exchange, self._tried
        while (name := self._choose(now)) is not None:
            if tried and not hedged:
                port.counts.failovers += 1
            tried.append(name)
            target = self._targets().get(name)
            if target is None:
                exchange.attempt(name, now).end("refused", now)
            elif not target.draining and self._begin(target, now, hedged=hedged):
                return True
        return False

    def _choose(self, now: int) -> str | None:
        port, placement = self._port, self._exchange.placement
        first = placement.tiers[0]
        if len(first) == 1 and not self._tried:  # no choice to make: most requests
            name = first[0].deployment
            load = port.live.get(name)
            if load is None or (load.in_flight < load.capacity and not load.draining and not load.rests(now)):
                return name
        if self._near < 0:
            exchange = self._exchange
            affine = port.gate.routing.affinity
            self._near = affinity(port.salt, exchange.tenant.application, exchange.body) if affine else 0
        stream = self._exchange.ask.stream
        return dispatch(placement, port.live, self._tried, now, draw=port.draw(), near=self._near, stream=stream)

    def _begin(self, target: Target, now: int, *, hedged: bool = False, fresh: bool = False) -> bool:
        """Begin an attempt there; False if what is asked cannot be said to it."""
        exchange = self._exchange
        try:
            surface, lines, body = said_to(target, self._surface, exchange)
        except BadRequest as error:
            self.unsayable = error
            return False
        attempt = exchange.attempt(target.deployment, now, hedged=hedged)
        tried = self.last = Try(self, attempt, self._port.pool(target), surface, lines, body)
        self.under_way.append(tried)
        tried.begin(fresh=fresh)
        return True

    def _hedge(self) -> None:
        """The first takes long: ask another besides."""
        self._timer = None
        if len(self.under_way) == 1:
            self._next(self._port.clock(), hedged=True)

    def _another_round(self) -> None:
        """Every candidate was asked: wait and ask again, or give up."""
        self._stop_timer()
        port, exchange = self._port, self._exchange
        self._rounds += 1
        attempts = exchange.attempts[self._round :]
        loads = [load for each in attempts if (load := port.live.get(each.deployment)) is not None]
        pause = wait(port.gate.routing, self._rounds, attempts, loads, port.clock(), port.draw())
        if pause < 0:
            self._owner.unanswered()
        else:
            self._timer = port.loop.call_later(pause / 1000, self._again)

    def _again(self) -> None:
        self._timer = None
        self._tried.clear()
        self._round = len(self._exchange.attempts)
        self._go_on()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
