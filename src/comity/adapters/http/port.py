"""What every connection of one worker's data port shares."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable

from comity.adapters.http.client import Client
from comity.adapters.http.limits import DEFAULT_LIMITS, Limits
from comity.adapters.http.pool import Pool
from comity.relay.load import Load
from comity.relay.ports import Gate, Log, Receipts, Target
from comity.relay.record import Recorder

NONCES = 256
"""Nonces drawn from the operating system at once: one call for 4 kB costs little more than one for 16 bytes."""

NONCE = 16


def wall_clock() -> int:
    """Milliseconds since the Unix epoch."""
    return time.time_ns() // 1_000_000


class Counts:
    """What happened at this port since it began; only ever grows."""

    __slots__ = ("aborted", "answered", "bad", "broken", "denied", "failovers", "requests")

    def __init__(self) -> None:
        self.requests = 0
        self.answered = 0
        self.denied = 0
        self.bad = 0
        self.broken = 0
        self.aborted = 0
        self.failovers = 0


class Port:
    """The shared state of one worker's data port, and the watch over its deadlines.

    `clock` gives milliseconds since the epoch, for entries; deadlines use the loop's own clock.
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
    ) -> None:
        self.gate = gate
        self.log = log
        self.receipts = receipts
        self.limits = limits
        self.clock = clock
        self.recorder = Recorder(gate.durability)
        self.counts = Counts()
        self.live: dict[str, Load] = {}
        self.inbounds: set[Client] = set()
        self.tasks: set[asyncio.Task[None]] = set()
        self.in_flight = 0
        self.buffered = 0
        self.draining = False
        self.loop = asyncio.get_running_loop()
        self.now = self.loop.time
        self._random = random
        self._nonces = b""
        self._pools: dict[str, Pool] = {}
        self._watch = self.loop.call_later(limits.sweep_seconds, self._sweep)

    def nonce(self) -> bytes:
        """Sixteen random bytes."""
        if not self._nonces:
            self._nonces = self._random(NONCE * NONCES)
        nonce, self._nonces = self._nonces[:NONCE], self._nonces[NONCE:]
        return nonce

    def pool(self, target: Target) -> Pool:
        """The connections to a target; those of an older target of the same deployment end with their requests."""
        pool = self._pools.get(target.deployment)
        if pool is None or pool.target is not target:
            if pool is not None:
                pool.retire()
            load = self.live.get(target.deployment)
            if load is None:
                load = self.live[target.deployment] = Load(target.connections)
            load.capacity = target.connections
            pool = self._pools[target.deployment] = Pool(self.loop, target, load, self.limits.pooled_seconds)
        return pool

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
        for inbound in [inbound for inbound in self.inbounds if inbound.deadline < now]:
            inbound.expire()
        for pool in list(self._pools.values()):
            pool.expire(now)
