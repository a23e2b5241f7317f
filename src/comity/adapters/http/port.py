"""What every connection of one worker's data port shares."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Sequence

from comity.adapters.http.client import Client
from comity.adapters.http.heads import AnswerHeads
from comity.adapters.http.limits import DEFAULT_LIMITS, Limits
from comity.adapters.http.memory import Memory
from comity.adapters.http.pool import Pool
from comity.placement.types import Wish
from comity.relay.body import Ask
from comity.relay.load import Load
from comity.relay.ports import Gate, Log, Receipts, Vault, Watcher
from comity.relay.record import Recorder
from comity.relay.target import Target

NONCES = 256
"""Nonces drawn from the operating system at once: one call for 4 kB costs little more than one for 16 bytes."""

NONCE = 16

MAX_WISHES = 4_096
"""Plain wishes kept; callers name models as they like, so there is a bound."""

AFFINITY_SALT = 32


def wall_clock() -> int:
    """Milliseconds since the Unix epoch."""
    return time.time_ns() // 1_000_000


class Counts:
    """What happened at this port since it began; only ever grows."""

    __slots__ = (
        *("aborted", "answered", "bad", "broken", "cached", "denied", "failovers", "limited", "requests"),
        "unwitnessed",
    )

    def __init__(self) -> None:
        self.requests = 0
        self.answered = 0
        self.denied = 0
        self.bad = 0
        self.broken = 0
        self.aborted = 0
        self.failovers = 0
        self.cached = 0
        self.limited = 0
        self.unwitnessed = 0


class Port:
    """The shared state of one worker's data port, and the watch over its deadlines.

    `clock` gives milliseconds since the epoch, for entries; deadlines use the loop's own clock. `trouble` is what the
    gate said of itself at the last sweep; a request that comes between is refused where it errs, by gate or log.
    """

    def __init__(
        self,
        gate: Gate,
        log: Log,
        *,
        receipts: Receipts,
        limits: Limits = DEFAULT_LIMITS,
        clock: Callable[[], int] = wall_clock,
        random: Callable[[int], bytes] = os.urandom,
        watcher: Watcher | None = None,
        vault: Vault | None = None,
        witnesses: Callable[[], tuple[str, Sequence[object]]] = lambda: ("", ()),
    ) -> None:
        """`watcher` is told of each request when it is over; without a `vault` nothing of it is kept. `witnesses` says
        for readiness why too little of the log is witnessed, or nothing, and how far each witness is behind.
        """
        self.gate = gate
        self.log = log
        self.receipts = receipts
        self.limits = limits
        self.clock = clock
        self.watcher = watcher
        self.vault = vault
        self.witnesses = witnesses
        self.recorder = Recorder(gate.durability, gate.case)
        self.heads = AnswerHeads()
        self.memory = Memory(gate)
        self.salt = random(AFFINITY_SALT)
        self.counts = Counts()
        self.live: dict[str, Load] = {}
        self.inbounds: set[Client] = set()
        self.tasks: set[asyncio.Task[None]] = set()
        self.in_flight = 0
        self.buffered = 0
        self.leaving = False  # unready, though what comes is served: balancers of load are to turn away
        self.draining = False
        self.trouble = gate.fault()
        self.loop = asyncio.get_running_loop()
        self.now = self.loop.time
        self._random = random
        self._nonces: list[bytes] = []
        self._wishes: dict[tuple[str, str, str], Wish] = {}
        self._pools: dict[str, Pool] = {}
        self._watch = self.loop.call_later(limits.sweep_seconds, self._sweep)

    def nonce(self) -> bytes:
        """Sixteen random bytes."""
        nonces = self._nonces
        if not nonces:
            drawn = self._random(NONCE * NONCES)
            nonces.extend(drawn[at : at + NONCE] for at in range(0, len(drawn), NONCE))
        return nonces.pop()

    def draw(self) -> int:
        """Thirty-two random bits."""
        return int.from_bytes(self.nonce()[:4], "big")

    def wish(self, ask: Ask, surface: str, language: str = "") -> Wish:
        """What an ask in a language wants; the same object for the plain asks of a model, for it is looked up by."""
        if ask.narrowed or ask.hops:
            return Wish(
                ask.model,
                ask.only,
                ask.ignore,
                language=language,
                hops=ask.hops,
                surface=surface,
                order=ask.order,
                allow_fallbacks=ask.allow_fallbacks,
                max_price=ask.max_price,
            )
        wish = self._wishes.get((ask.model, surface, language))
        if wish is None:
            if len(self._wishes) >= MAX_WISHES:
                self._wishes.clear()
            wish = Wish(ask.model, surface=surface, language=language)
            self._wishes[ask.model, surface, language] = wish
        return wish

    def pool(self, target: Target) -> Pool:
        """The connections to a target; those of an older target of the same deployment end with their requests."""
        pool = self._pools.get(target.deployment)
        if pool is None or pool.target is not target:
            if pool is not None:
                pool.retire()
            load = self._load(target)
            pool = self._pools[target.deployment] = Pool(self.loop, target, load, self.limits.pooled_seconds)
        return pool

    def know(self, targets: Iterable[Target]) -> None:
        """Bring what is known of each deployment up to date: its share counts before it is first chosen."""
        for target in targets:
            self._load(target)

    def found(self, deployment: str, well: bool) -> None:
        """What an active check of a deployment found."""
        load = self.live.get(deployment)
        if load is not None:
            load.unwell = not well

    def _load(self, target: Target) -> Load:
        load = self.live.get(target.deployment)
        if load is None:
            load = self.live[target.deployment] = Load(target.connections)
        load.capacity = target.connections
        load.weight = target.weight
        load.draining = target.draining
        return load

    def close(self) -> None:
        """End every connection at once."""
        self._watch.cancel()
        for inbound in list(self.inbounds):
            inbound.abort()
        for pool in self._pools.values():
            pool.retire()
        for task in self.tasks:
            task.cancel()

    def _sweep(self) -> None:
        """Expire what is past its deadline. One pass for all: a timer for each request would cost more than it."""
        now = self.now()
        self._watch = self.loop.call_later(self.limits.sweep_seconds, self._sweep)
        self.trouble = self.gate.fault()
        for inbound in [inbound for inbound in self.inbounds if inbound.deadline < now]:
            inbound.expire()
        for pool in list(self._pools.values()):
            pool.expire(now)
