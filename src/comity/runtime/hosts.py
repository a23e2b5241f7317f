"""Limits that hosts share through PostgreSQL: each host leases of every meter what its workers are about to use."""

from __future__ import annotations

import asyncio
import hashlib
import socket
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from comity.adapters.database import Database, DatabaseFault
from comity.adapters.database.database import Writing
from comity.relay.limits.meter import Meter
from comity.relay.limits.shared import Ask, Lease, Leased, Whole, lease, whole
from comity.terms.instants import Instant

LEASE_S = 0.25
"""Between two looks at what is leased; who waits is served at once, by way of `hurry`."""

DEAD_MS = 10_000
"""A host that said nothing for so long is dead: what it had leased comes back to the others."""

DAY_MS = 86_400_000

Used = Callable[[str, Meter, Instant], int]


class Hosts:
    """This host among those that share the control state."""

    def __init__(self, database: Database, state: Path, used: Used, say: Callable[[str], None]) -> None:
        """`used` is what of a budget was used before anyone leased."""
        self.hurry = asyncio.Event()
        self._database = database
        self._used = used
        self._say = say
        self._name = hashlib.sha256(f"{socket.gethostname()}\0{state}".encode()).hexdigest()[:16]
        self._met: set[str] = set()
        self._hosts = 1
        self._away = False

    async def watch(
        self,
        stocks: Callable[[], Mapping[str, tuple[Leased, int]]],
        refilled: Callable[[Iterable[str]], None],
        clock: Callable[[], Instant],
    ) -> None:
        """For ever: lease for `stocks`, each with what of it is lent to workers; tell `refilled` which were served."""
        while True:
            try:
                async with asyncio.timeout(LEASE_S):
                    await self.hurry.wait()
            except TimeoutError:
                pass
            self.hurry.clear()
            held = {name: (stock, lent) for name, (stock, lent) in stocks().items() if lent or not stock.idle}
            asks = {name: stock.ask(lent, clock()) for name, (stock, lent) in held.items()}
            if not asks:
                continue
            meters = {name: held[name][0].meter for name in asks}
            try:
                leases = await asyncio.to_thread(self.lease, meters, asks)
            except DatabaseFault as error:
                for name, ask in asks.items():
                    held[name][0].unheard(ask, self._hosts, clock())
                if not self._away:
                    self._say(f"limits cannot be shared, each host keeps to its part of what was left: {error}")
                self._away = True
            else:
                for name, given in leases.items():
                    held[name][0].receive(given)
                if self._away:
                    self._say("limits are shared again")
                self._away = False
            refilled(asks)

    def lease(self, meters: Mapping[str, Meter], asks: Mapping[str, Ask]) -> dict[str, Lease]:
        """Lease what is wanted, in one transaction. Blocking.

        Raises:
            DatabaseFault: the control state is away; nothing was leased, nothing given back.
        """
        with self._database.writing() as writing:
            now = self._database.clock(writing)
            # always in this order, so that no two hosts wait for each other
            given = {name: self._one(writing, name, meters[name], asks[name], now) for name in sorted(asks)}
            ((self._hosts,),) = writing.run("SELECT count(DISTINCT host) FROM leases WHERE seen >= ?", now - DEAD_MS)
        self._met.update(asks)
        return given

    def forget(self) -> None:
        """Sessions that no host has touched for a day begin anew. Blocking.

        Raises:
            DatabaseFault: the control state is away.
        """
        with self._database.writing() as writing:
            writing.run("DELETE FROM leases WHERE seen < ?", self._database.clock(writing) - DAY_MS)
            writing.run(
                "DELETE FROM buckets WHERE meter LIKE ? "
                "AND NOT EXISTS (SELECT 1 FROM leases WHERE leases.meter = buckets.meter)",
                "%#%",
            )

    def _one(self, writing: Writing, name: str, meter: Meter, ask: Ask, now: Instant) -> Lease:
        kept = whole(meter, now, self._used(name, meter, now) if meter.per else 0)
        writing.run(
            "INSERT INTO buckets (meter, level, at) VALUES (?, ?, ?) ON CONFLICT (meter) DO NOTHING", name, *kept
        )
        # a write takes the row's lock, so that whoever comes next waits for what this one makes of it
        ((level, at),) = writing.run("UPDATE buckets SET level = level WHERE meter = ? RETURNING level, at", name)
        rows = writing.run("SELECT host, taken, seen, until FROM leases WHERE meter = ?", name)
        others = 0
        for host, taken, seen, until in rows:
            if host == self._name and name in self._met:
                continue
            if host == self._name or seen < now - DEAD_MS:
                if until == at and (meter.per or meter.unit == "concurrent"):
                    level -= taken
                writing.run("DELETE FROM leases WHERE meter = ? AND host = ?", name, host)
            else:
                others += taken
        kept, given = lease(meter, Whole(max(0, level) if meter.per else level, at), ask, others, now)
        writing.run("UPDATE buckets SET level = ?, at = ? WHERE meter = ?", kept.level, kept.at, name)
        until = kept.at if meter.per or meter.unit == "concurrent" else 0
        writing.run(
            "INSERT INTO leases (meter, host, until, taken, seen) VALUES (?, ?, ?, ?, ?) ON CONFLICT (meter, host) "
            "DO UPDATE SET until = excluded.until, taken = excluded.taken, seen = excluded.seen",
            *(name, self._name, until, ask.held + given.amount, now),
        )
        return given
