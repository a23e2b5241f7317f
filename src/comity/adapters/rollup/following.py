"""The requests of one shard, in the order in which they ended, from any place on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from comity.adapters.ledger.segment import Entry, groups
from comity.adapters.ledger.segment_files import ledger_folder, read_segment, segment_of, segment_path, segment_starts
from comity.posture.replay.requests import UNKNOWN, Reader, Request

CHUNK_BYTES = 8 * 1024 * 1024
"""Read at a time: some 6,000 entries, so whoever follows holds little."""


class Followed:
    """A reading of one shard that can be continued: what came since the last time is read, and nothing twice.

    Attributes:
        counted: index of the next entry; the requests that ended below it have been given.
        first: index of the first entry that was there: above 0 where older ones were pruned.
    """

    def __init__(self, state: Path, shard: str, counted: int = 0, intents: int = 0, first: int = 0) -> None:
        """Begin at entry `counted`; `intents` is the oldest intent that was open there."""
        self._folder = ledger_folder(state, shard)
        self._reader = Reader()
        self._from = intents
        self._segment: int | None = None
        self._at = 0
        self._file = 0
        self._begun = counted
        self._next = 0
        self.counted = counted
        self.first = first

    @property
    def intents(self) -> int:
        """The oldest intent that has no outcome yet, or `counted`: where a reading that begins anew has to begin."""
        return min(self._reader.open, default=self.counted)

    @property
    def open(self) -> int:
        """Intents without an outcome, as of `counted`."""
        return len(self._reader.open)

    def requests(self) -> Iterator[list[Request]]:
        """What ended since the last time, some thousands at once; after each list `counted` and `intents` are true of
        all that were given.

        Raises:
            LedgerCorrupt: a segment's head is damaged. Damage inside a segment ends it here; `log audit` tells.
        """
        starts = segment_starts(self._folder)
        if self._segment is None or self._segment not in starts:
            if not starts:
                return
            # those between what was read last and the oldest that is left were pruned before they were counted
            self._segment = segment_of(starts, self._next or self._from) or starts[0]
            self._at = 0
            if self._segment > self.counted:
                self.first = self._segment
        for segment in starts[starts.index(self._segment) :]:
            if segment != self._segment:
                self._segment, self._at = segment, 0
            yield from self._rest(segment)

    def _rest(self, segment: int) -> Iterator[list[Request]]:
        with segment_path(self._folder, segment).open("rb") as file:
            if (number := os.fstat(file.fileno()).st_ino) != self._file or not self._at:
                # an erasure puts another file in the place of a segment
                self._file, self._at = number, read_segment(self._folder, segment)[2]
                self._from = max(self._from, self._next)
            size = CHUNK_BYTES
            while True:
                file.seek(self._at)
                data = file.read(size)
                found, end = self._read(data)
                self._at += end
                yield found
                if len(data) < size:
                    return
                size = size * 2 if not end else CHUNK_BYTES  # a group may be larger than a chunk

    def _read(self, data: bytes) -> tuple[list[Request], int]:
        found, end = [], 0
        for group in groups(data, 0):
            for _, entry in group.entries:
                if entry.index >= self._from and (request := self._request(entry)) is not None:
                    found.append(request)
            end = group.end
            self._next = group.entries[-1][1].index + 1
            self.counted = max(self.counted, self._next)
        return found, end

    def _request(self, entry: Entry) -> Request | None:
        """The request that the entry ends, unless it was counted before."""
        reader, again = self._reader, entry.index < self._begun
        if not entry.party:  # it was erased
            reader.open.pop(UNKNOWN if entry.intent is None else entry.intent, None)
        elif entry.kind == "intent":
            reader.intent(entry.index, entry.party, entry.decision, entry.content)
        elif entry.kind == "outcome" and entry.intent is not None:
            request = reader.outcome(entry.intent, entry.decision, entry.content)
            return None if again else request
        elif entry.kind == "denial" and not again:
            return reader.denial(entry.index, entry.party, entry.decision, entry.content)
        return None


def follow(state: Path, shard: str) -> Iterator[Request]:
    """Every request of a shard that has ended."""
    for some in Followed(state, shard).requests():
        yield from some
