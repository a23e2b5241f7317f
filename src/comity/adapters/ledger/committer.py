"""Group commit: entries gather on the event loop, a thread makes them durable, and the loop is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import SimpleQueue
from threading import Event, Thread

from comity.adapters.ledger.failures import LedgerBroken
from comity.adapters.ledger.group import Done, Group
from comity.adapters.ledger.places import Places
from comity.adapters.ledger.segment import MAX_GROUP_ENTRIES, SALT_SIZE
from comity.adapters.ledger.segment_files import SEGMENT_BYTES, SegmentWriter

MAX_TURNS = 4
"""Turns of the loop, none of which waits, in which a group may grow further once it could be written. What one disk
write costs is shared by all that it writes, and a turn that brings nothing more ends the group at once."""

SALTS_AT_ONCE = 256
"""Salts drawn by one call: 8 kB."""

CLOSING_POLL_S = 0.1
"""How often `close` looks whether the loop that it waits for still runs."""


class Committer:
    """Group commit without a timer. One group is on its way to the disk; what is added meanwhile is the next one.

    Duties: an entry's `done` is called with None only after fdatasync of its group returned (`relaxed`: after its
    write); on the loop; in index order; once. After the first failure every entry is told so, and none is written.

    `add` is called on the loop's thread, and what waits there is cheap: encoding and the disk's time are the thread's.

    Attributes:
        next: index of the next entry.
        durable: number of entries that are durable.
        open: intents without an outcome.
    """

    def __init__(
        self,
        writer: SegmentWriter,
        places: Places,
        next_index: int,
        *,
        strict: bool,
        clock: Callable[[], int],
        rng: Callable[[int], bytes],
        committed: Callable[[Group], None],
        told: Callable[[], None],
        broken: Callable[[str], None],
    ) -> None:
        """`committed` is given each durable group, on the thread; `told` is called on the loop after those who waited
        for a group were told; `broken` is told of the first failure, on the thread.
        """
        self.next = self.durable = next_index
        self.open: set[int] = set()
        self._writer = writer
        self._places = places
        self._strict = strict
        self._clock = clock
        self._salts = _salts(rng)
        self._committed = committed
        self._told = told
        self._broken = broken
        self._loop: asyncio.AbstractEventLoop | None = None
        self._group = Group(next_index)
        self._full: list[Group] = []
        self._going = False
        self._seen = self._turns = self._under_way = 0
        self._fault: str | None = None
        self._queue: SimpleQueue[Group | None] = SimpleQueue()
        self.thread = Thread(target=self._run, name="ledger-committer", daemon=True)

    def add(self, kind: str, intent: int | None, party: bytes, decision: bytes, content: bytes, done: Done) -> None:
        """Take in an entry, whose index is `next`. On the loop; not after `close`."""
        group = self._group
        if not self._going or len(group.dones) == MAX_GROUP_ENTRIES:
            group = self._prepare()
        group.add(kind, intent, next(self._salts), party, decision, content, done)
        self.next += 1

    def rotate(self) -> None:
        """Begin a segment, after what was added so far. On the loop; not after `close`."""
        self._loop = asyncio.get_running_loop()
        self._hand_over()
        nothing = Group(self.next)
        nothing.begins = set(self.open)
        self._under_way += 1
        self._queue.put(nothing)

    def _prepare(self) -> Group:
        if not self._going:
            self._going = True
            self._loop = asyncio.get_running_loop()
            self._loop.call_soon(self._hand_over_soon)
        if len(self._group) == MAX_GROUP_ENTRIES:
            self._full.append(self._group)
            self._group = Group(self.next)
        return self._group

    def close(self) -> None:
        """Write what was added, and end. Blocking, on any thread; the caller has ended the adding."""
        loop = self._loop
        if loop is not None and loop.is_running() and loop is not _running():
            # what was added last may be in the making on the loop's thread
            handed = Event()
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._hand_over)
                loop.call_soon_threadsafe(handed.set)
            while not handed.wait(CLOSING_POLL_S) and loop.is_running():
                pass
        self._hand_over()
        self._queue.put(None)
        self.thread.join()

    def _hand_over_soon(self) -> None:
        """At the end of a turn of the loop: everything that it brought is one group."""
        assert self._loop is not None
        if self.next != self._seen and self._turns < MAX_TURNS:
            self._seen = self.next
            self._turns += 1
            self._loop.call_soon(self._hand_over_soon)
        else:
            self._turns = 0
            self._hand_over()

    def _hand_over(self) -> None:
        groups = [group for group in (*self._full, self._group) if group]
        self._full, self._group = [], Group(self.next)
        if groups and self._writer.size >= SEGMENT_BYTES:
            first = groups[0].first
            answered = {intent for group in groups for intent, _ in group.links}
            groups[0].begins = {intent for intent in self.open | answered if intent < first}
        self._under_way += len(groups)
        for group in groups:
            self._queue.put(group)

    def _run(self) -> None:
        while (group := self._queue.get()) is not None:
            if self._fault is None:
                try:
                    self._commit(group)
                except Exception as error:  # noqa: BLE001 - whatever it was, nothing may be acknowledged after it
                    self._fault = f"the ledger could not be written: {error}"
                    self._broken(self._fault)
            assert self._loop is not None
            try:
                # one wake-up of the loop for the whole group
                self._loop.call_soon_threadsafe(self._tell, group, self._fault)
            except RuntimeError:
                # the loop is closed: nobody waits any more, and what was written stays written
                continue
        self._writer.close()
        self._places.close()

    def _commit(self, group: Group) -> None:
        if group.begins is not None:
            # the side index is synced where a segment ends, so that a start has only the last one to read
            self._places.sync()
            self._writer.begin(group.first, group.begins, "rotation", self._clock())
        if not group:
            return
        at = self._writer.write(group.encode())
        if self._strict:
            self._writer.sync()
        self._places.put(group.first, group.places(at))
        for intent, outcome in group.links:
            self._places.link(intent, outcome)
        self._committed(group)
        self.durable = group.first + len(group)

    def _tell(self, group: Group, fault: str | None) -> None:
        assert self._loop is not None
        error = None if fault is None else LedgerBroken(fault)
        for done in group.dones:
            try:
                done(error)
            except Exception as problem:  # noqa: BLE001 - one waiter's fault must not silence the others
                self._loop.call_exception_handler({"message": "a ledger callback raised", "exception": problem})
        self._under_way -= 1
        if not self._under_way:
            self._going = bool(self._group)
            if self._going:
                self._loop.call_soon(self._hand_over_soon)
        self._loop.call_soon(self._told)


def _running() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _salts(rng: Callable[[int], bytes]) -> Iterator[bytes]:
    while True:
        drawn = rng(SALT_SIZE * SALTS_AT_ONCE)
        for at in range(0, len(drawn), SALT_SIZE):
            yield drawn[at : at + SALT_SIZE]
