"""Daily summaries: the supervisor reads what a shard owes, and the worker that holds it enters that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from comity.adapters.ledger import Ledger, LedgerBroken, LedgerCorrupt, Overloaded
from comity.adapters.ledger.daily import Daily, Due
from comity.proof.summary import DAY_MS, shown_day, summary_blocks
from comity.runtime.messages import Sum, Summarise
from comity.terms.instants import Instant

LOOK_S = 5.0
"""Between two looks: after midnight, and after a start, a summary is there within seconds. A look that finds the day
told already reads nothing."""


class Summing:
    """The supervisor's side."""

    def __init__(
        self,
        state: Path,
        *,
        clock: Callable[[], Instant],
        say: Callable[[str], None],
        shards: Callable[[], Mapping[str, int]],
        tell_one: Callable[[int, Summarise], None],
        durability: Callable[[], str],
    ) -> None:
        """`shards` gives those that are written now, with the number of their worker."""
        self._durability = durability
        self._state = state
        self._clock = clock
        self._say = say
        self._shards = shards
        self._tell_one = tell_one
        self._days: dict[str, Daily] = {}
        self._troubled: set[str] = set()
        self._ahead: dict[str, str] = {}

    async def watch(self) -> None:
        """Have the summaries entered that are due, for ever."""
        while True:
            for shard, worker in self._shards().items():
                due = await asyncio.to_thread(self._due, shard)
                if due is not None and self._shards().get(shard) == worker:
                    self._tell_one(worker, told(due, self._durability(), self._clock()))
            await asyncio.sleep(LOOK_S)

    def _due(self, shard: str) -> Due | None:
        if shard not in self._days:
            self._days[shard] = Daily(self._state, shard)
        try:
            due = self._days[shard].due(self._clock())
        except (LedgerCorrupt, OSError) as error:
            if shard not in self._troubled:
                self._troubled.add(shard)
                self._say(f"the days of shard {shard} cannot be summed up: {error}")
            return None
        self._troubled.discard(shard)
        self._tell_ahead(shard, self._days[shard].ahead)
        return due

    def _tell_ahead(self, shard: str, day: str) -> None:
        if day and self._ahead.get(shard) != day:
            today = shown_day(self._clock() // DAY_MS)
            self._say(
                f"shard {shard} has entries of {day}, and by this machine's clock it is {today}: the clock was ahead"
                " when they were made, or is behind now"
            )
        self._ahead[shard] = day


def told(due: Due, durability: str, now: Instant) -> Summarise:
    """The entries that are missing."""
    sums = []
    for span, written in due.spans:
        for part, (_, decision, content) in enumerate(summary_blocks(span, durability, now), 1):
            if part not in written:
                sums.append(Sum(span.end, decision.decode(), content.decode()))
    return Summarise(tuple(sums), due.seen)


class Summed:
    """The worker's side. A summary is entered once, whatever the supervisor could not see when it read the shard."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._since = ledger.next

    def enter(self, order: Summarise) -> None:
        """Enter what the order has, unless the shard may have it already; then the supervisor will look again."""
        if order.seen < self._since:
            return
        # a day that nothing has ended yet is ended by its own summary: then nothing may have come in between
        unchanged = self._ledger.next == order.seen
        for each in order.sums:
            if each.end < order.seen or unchanged:
                try:
                    self._ledger.append("summary", b"{}", each.decision.encode(), each.content.encode(), _entered)
                except (LedgerBroken, Overloaded):
                    return
                finally:
                    self._since = self._ledger.next


def _entered(fault: BaseException | None) -> None:
    """Nobody waits: a failed write has broken the ledger, and `Ledger.healthy` says so."""
