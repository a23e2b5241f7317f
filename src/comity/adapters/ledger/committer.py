"""The committer thread: groups of entries to disk, then to those who wait for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, NamedTuple

from comity.adapters.ledger.failures import LedgerBroken
from comity.adapters.ledger.places import Places
from comity.adapters.ledger.segment import MAX_GROUP_ENTRIES, SALT_SIZE, Entry
from comity.adapters.ledger.segment_files import SEGMENT_BYTES, SegmentWriter

Done = Callable[[BaseException | None], None]


class Pending(NamedTuple):
    """An entry that waits to be durable, and whom to tell."""

    kind: str
    intent: int | None
    party: bytes
    decision: bytes
    content: bytes
    done: Done


class Committer:
    """Group commit without a timer: whatever has gathered while the last group was written is the next group.

    Duties: an entry's `done` is called with None only after fdatasync of its group returned (`relaxed`: after its
    write); in index order; once. After the first failure every entry is told so, and none is written any more.

    Attributes:
        next: index of the next entry to be written; the loop's thread reads it.
        loop: where `done` is called; set before the first entry is queued.
    """

    def __init__(
        self,
        writer: SegmentWriter,
        places: Places,
        next_index: int,
        open_intents: set[int],
        *,
        strict: bool,
        clock: Callable[[], int],
        rng: Callable[[int], bytes],
        committed: Callable[[list[Entry]], None],
        broken: Callable[[str], None],
    ) -> None:
        """`committed` is given each durable group, on this thread, after its waiters were told; `broken` is told of
        the first failure.
        """
        self.queue: SimpleQueue[Pending | None] = SimpleQueue()
        self.next = next_index
        self.loop: asyncio.AbstractEventLoop | None = None
        self._writer = writer
        self._places = places
        self._open = open_intents
        self._strict = strict
        self._clock = clock
        self._rng = rng
        self._committed = committed
        self._broken = broken
        self._fault: str | None = None
        self.thread = Thread(target=self._run, name="ledger-committer", daemon=True)

    def _run(self) -> None:
        going = True
        while going:
            group, going = self._gather()
            if not group:
                continue
            entries = self._attempt(self._commit, group)
            self._tell(group, LedgerBroken(self._fault) if self._fault is not None else None)
            self._attempt(self._committed, entries)
        self._writer.close()
        self._places.close()

    def _attempt(self, step: Callable[[Any], Any], argument: Any) -> Any:
        """Take a step, unless one has failed before; the first that fails breaks the ledger."""
        if self._fault is None:
            try:
                return step(argument)
            except Exception as error:  # noqa: BLE001 - whatever it was, nothing may be acknowledged after it
                self._fault = f"the ledger could not be written: {error}"
                self._broken(self._fault)
        return None

    def _gather(self) -> tuple[list[Pending], bool]:
        """The next group: blocks for its first entry, then takes what is there. False ends the thread."""
        get = self.queue.get
        first = get()
        if first is None:
            return [], False
        group = [first]
        try:
            while len(group) < MAX_GROUP_ENTRIES:
                item = self.queue.get_nowait()
                if item is None:
                    return group, False
                group.append(item)
        except Empty:
            pass
        return group, True

    def _commit(self, group: list[Pending]) -> list[Entry]:
        first = self.next
        salts = self._rng(SALT_SIZE * len(group))
        entries = [
            Entry(first + at, item[0], item[1], salts[at * SALT_SIZE : (at + 1) * SALT_SIZE], item[2], item[3], item[4])
            for at, item in enumerate(group)
        ]
        if self._writer.size >= SEGMENT_BYTES:
            # the side index is synced where a segment ends, so that a start has only the last one to read
            self._places.sync()
            self._writer.begin(first, self._open, "rotation", self._clock())
        offsets = self._writer.write(entries)
        if self._strict:
            self._writer.sync()
        self._places.put(first, offsets)
        for entry in entries:
            if entry.kind == "intent":
                self._open.add(entry.index)
            elif entry.intent is not None:
                self._places.link(entry.intent, entry.index)
                self._open.discard(entry.intent)
        self.next = first + len(group)
        return entries

    def _tell(self, group: list[Pending], error: LedgerBroken | None) -> None:
        assert self.loop is not None
        try:
            # one wake-up of the loop for the whole group
            self.loop.call_soon_threadsafe(_deliver, self.loop, group, error)
        except RuntimeError:
            # the loop is closed: nobody waits any more, and what was written stays written
            return


def _deliver(loop: asyncio.AbstractEventLoop, group: list[Pending], error: LedgerBroken | None) -> None:
    for item in group:
        try:
            item.done(error)
        except Exception as problem:  # noqa: BLE001 - one waiter's fault must not silence the others
            loop.call_exception_handler({"message": "a ledger callback raised", "exception": problem})
