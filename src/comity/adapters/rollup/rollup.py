"""Keeping a roll-up up with its log, and reading both together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from comity.adapters.ledger.shard import shards
from comity.adapters.rollup.following import Followed
from comity.adapters.rollup.kept import Kept, Position
from comity.posture.replay.cells import Cell, Cells, counted, grouped
from comity.posture.replay.groups import Asked, Groups

ENTER_REQUESTS = 200_000
"""Requests counted before they are entered in the file: a transaction is then worth its sync."""


class Rollup:
    """What keeps the roll-up of one state folder. One process does; a second one is noticed, and gives way."""

    def __init__(self, state: Path) -> None:
        """Raises:
        RollupFault: the file cannot be made or opened."""
        self._state = state
        self._kept = Kept(state, writable=True)
        self._followed: dict[str, Followed] = {}

    def close(self) -> None:
        """Close the file."""
        self._kept.close()

    def count(self, go_on: Callable[[], bool] = lambda: True) -> int:
        """Count what the log has beyond the roll-up; returns how many requests that were. Ends early, at a whole
        place, once `go_on` says so.

        Raises:
            RollupFault: the file cannot be written; what was counted meanwhile is counted again the next time.
            LedgerCorrupt: a segment's head is damaged.
        """
        if self._kept.replaced():
            self._kept.close()
            self._kept = Kept(self._state, writable=True)
        positions = self._kept.positions()
        return sum(self._shard(shard, positions.get(shard, Position()), go_on) for shard in shards(self._state))

    def _shard(self, shard: str, position: Position, go_on: Callable[[], bool]) -> int:
        followed = self._followed.pop(shard, None)
        if followed is None or followed.counted != position.counted:
            followed = Followed(self._state, shard, position.counted, position.intents, position.first)
        total = waiting = 0
        before = position.counted
        days: dict[int, Cells] = {}
        for requests in chain(followed.requests(), ([],)):
            for request in requests:
                counted(days.setdefault(request.day, {}), request)
            waiting += len(requests)
            if followed.counted > before and (waiting >= ENTER_REQUESTS or not requests or not go_on()):
                entered = Position(followed.first, followed.counted, followed.intents)
                if not self._kept.add(shard, before, entered, days):
                    return total
                total, waiting, before, days = total + waiting, 0, followed.counted, {}
            if not go_on():
                break
        self._followed[shard] = followed  # kept only when all that it has read is entered
        return total


def groups_of(state: Path, first: int = 0, last: int = 2**62) -> Groups:
    """The groups of a state folder's log: what its roll-up counts, and what the log has beyond it. Writes nothing.

    `first` and `last` are days since 1970-01-01 in UTC. Requests that have not ended are not counted.

    Raises:
        RollupFault: the roll-up cannot be read.
        LedgerCorrupt: a segment's head is damaged.
    """
    kept = Kept(state)
    try:
        positions, cells = kept.read(first, last)
    finally:
        kept.close()
    return grouped(chain(cells, _newer(state, positions, first, last)))


def _newer(state: Path, positions: dict[str, Position], first: int, last: int) -> Iterator[tuple[Asked, int, Cell]]:
    for shard in shards(state):
        begun = positions.get(shard, Position())
        cells: Cells = {}
        for requests in Followed(state, shard, begun.counted, begun.intents).requests():
            for request in requests:
                if first <= request.day <= last:
                    counted(cells, request)
        yield from ((asked, bucket, cell) for (asked, bucket), cell in cells.items())
