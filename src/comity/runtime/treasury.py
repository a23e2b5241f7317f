"""The supervisor's side of limits and budgets: it keeps the stocks and lends slices of them to the workers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from comity.adapters.keys import Key
from comity.relay.limits.lender import Lender, Line, Said
from comity.relay.limits.meter import Meter, Spending, Stock, stock
from comity.relay.limits.shared import Leased
from comity.runtime.hosts import Hosts
from comity.runtime.messages import Lend
from comity.runtime.metering import by_id
from comity.stack.types import Stack
from comity.terms.instants import Instant

Used = Callable[[str, Meter, Instant], int]
"""What was used of a budget in the period of an instant before now; the id may be that of a session's meter."""


def nothing_used(name: str, meter: Meter, now: Instant) -> int:
    """For a gateway that begins."""
    return 0


class Treasury:
    """One lender for all workers of this gateway."""

    def __init__(
        self,
        workers: int,
        tell: Callable[[int, Lend], None],
        *,
        clock: Callable[[], Instant],
        used: Used = nothing_used,
        hosts: Hosts | None = None,
    ) -> None:
        """`tell` speaks to a worker by number. With `hosts` every meter is shared with them."""
        self._tell = tell
        self._clock = clock
        self._used = used
        self._hosts = hosts
        self._meters: Mapping[str, Meter] = {}
        self._lender = Lender(workers, self._find, self._make)

    def adopt(self, stack: Stack, keys: Iterable[Key]) -> None:
        """From now on these limits."""
        self._meters = by_id(keys, stack)
        self._lender.renew()

    def hear(self, worker: int, lines: Mapping[str, Line]) -> None:
        """What a worker needs, gives back and has used."""
        self._say(self._lender.hear(worker, lines, self._clock()))
        if self._hosts is not None and any(leased.wants for leased, _ in self._leased().values()):
            self._hosts.hurry.set()

    def gone(self, worker: int) -> None:
        """A worker has died."""
        self._say(self._lender.gone(worker, self._clock()))

    @property
    def has_budgets(self) -> bool:
        """Whether anything is counted over a period."""
        return any(meter.per not in ("", "request") for meter in self._meters.values())

    def learn(self) -> None:
        """The log may know of more than was reported: of what a worker used in the moment before it died."""
        now = self._clock()
        for name, (meter, kept, _) in self._lender.stocks().items():
            if isinstance(kept, Spending):
                kept.used_at_least(self._used(name, meter, now), now)

    async def lease(self) -> None:
        """For ever, where hosts share the limits: lease of them what is needed here."""
        if self._hosts is not None:
            await self._hosts.watch(self._leased, self._refilled, self._clock)

    def forget(self) -> None:
        """Have sessions forgotten that no host has touched for long. Blocking.

        Raises:
            DatabaseFault: the control state is away.
        """
        if self._hosts is not None:
            self._hosts.forget()

    def shown(self) -> list[dict[str, object]]:
        """Every meter that is in use, for an operator: its limit and what is left, what workers hold included."""
        now = self._clock()
        return [
            {
                "meter": name,
                "limit": meter.limit,
                "left": kept.left(now, lent) + (0 if meter.unit == "concurrent" else lent),
                "until": kept.until(now),
            }
            for name, (meter, kept, lent) in sorted(self._lender.stocks().items())
        ]

    def _leased(self) -> dict[str, tuple[Leased, int]]:
        stocks = self._lender.stocks().items()
        return {name: (kept, lent) for name, (_, kept, lent) in stocks if isinstance(kept, Leased)}

    def _refilled(self, names: Iterable[str]) -> None:
        self._say(self._lender.refilled(names, self._clock()))

    def _find(self, name: str) -> Meter | None:
        return self._meters.get(name.partition("#")[0])

    def _make(self, name: str, meter: Meter, now: Instant) -> Stock:
        if self._hosts is not None:
            return Leased(meter, now)
        return stock(meter, now, self._used(name, meter, now) if meter.per else 0)

    def _say(self, said: Iterable[Said]) -> None:
        for each in said:
            self._tell(each.worker, Lend(each.slices, each.recall))
