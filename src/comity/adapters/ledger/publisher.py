"""The publisher thread: durable entries to a tree, tiles and signed checkpoints."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

from comity.adapters.ledger.segment import Entry
from comity.adapters.ledger.tile_files import remove_partial, write_checkpoint, write_tiles
from comity.proof.checkpoint import Checkpoint
from comity.proof.entry import KINDS
from comity.proof.growth import Growth
from comity.proof.leaf import domain, leaf_value
from comity.proof.note import Signer

PUBLISH_INTERVAL_S = 0.2
"""Between checkpoints that nobody asked for: a signature and some ten syncs each, so 1 or 2 % of a core."""

HASHES_AT_ONCE = 16
"""Entries hashed before the interpreter is offered to the event loop: about 0.1 ms, so that no request waits longer."""

ITEMS_AT_ONCE = 64
"""Groups taken in before the time of the next checkpoint is looked at, however many more there are."""

_DOMAINS: dict[str, bytes] = {kind: domain(kind) for kind in KINDS}


class Wish:
    """Someone's wish for a checkpoint of at least `size`: `ready(size or an error)` is called on this thread."""

    __slots__ = ("ready", "size")

    def __init__(self, size: int, ready: Callable[[int | str], None]) -> None:
        self.size = size
        self.ready = ready


class Publisher:
    """Duties: a checkpoint is signed only when every entry, tile and bundle below it is durable, with the folders
    that name them; it is never smaller than the last one, nor another of the same size. After a failure none is
    signed any more.

    Attributes:
        published: size of the last checkpoint on disk.
        hashed: size of the tree in memory.
    """

    def __init__(
        self,
        folder: Path,
        signer: Signer,
        growth: Growth,
        published: int,
        *,
        make_durable: Callable[[], None],
        broken: Callable[[str], None],
    ) -> None:
        """`make_durable` syncs the entries that were committed before it is called (`relaxed` leaves that to here)."""
        self.queue: SimpleQueue[list[Entry] | Wish | None] = SimpleQueue()
        self.published = published
        self.hashed = growth.size
        self._folder = folder
        self._signer = signer
        self._growth = growth
        self._make_durable = make_durable
        self._broken = broken
        self._wishes: list[Wish] = []
        self._fault: str | None = None
        self.thread = Thread(target=self._run, name="ledger-publisher", daemon=True)

    def _run(self) -> None:
        due = time.monotonic()
        going = True
        while going:
            waiting = self.hashed > self.published and self._fault is None
            going = self._take(max(due - time.monotonic(), 0.0) if waiting else None)
            wished = any(wish.size <= self.hashed for wish in self._wishes)
            if wished or not going or time.monotonic() >= due:
                self.publish()
                due = time.monotonic() + PUBLISH_INTERVAL_S
                self._grant()
        self._grant(closing=True)

    def _take(self, timeout: float | None) -> bool:
        """Take in what is queued, waiting for the first item at most `timeout` seconds. False ends the thread."""
        try:
            item = self.queue.get(timeout=timeout)
            for more in range(ITEMS_AT_ONCE, 0, -1):
                if item is None:
                    return False
                if isinstance(item, Wish):
                    self._wishes.append(item)
                else:
                    self.grow(item)
                if more > 1:
                    item = self.queue.get_nowait()
        except Empty:
            pass
        return True

    def grow(self, entries: list[Entry]) -> None:
        """Take entries into the tree."""
        push = self._growth.push
        for at, entry in enumerate(entries, 1):
            push(leaf_value(_DOMAINS[entry[1]], entry[3], entry[4], entry[5], entry[6]))
            if at % HASHES_AT_ONCE == 0:
                time.sleep(0)
        self.hashed = self._growth.size

    def publish(self) -> None:
        """Sign and publish the present tree, if it is larger than the last one."""
        if self._fault is not None or self.hashed <= self.published:
            return
        try:
            self._make_durable()
            needless = write_tiles(self._folder, self._growth.take())
            checkpoint = Checkpoint(self._signer.key.name, self.hashed, self._growth.edge.root())
            write_checkpoint(self._folder, self._signer.sign(checkpoint.text))
            self.published = checkpoint.size
            remove_partial(needless)
        except Exception as error:  # noqa: BLE001 - whatever it was, nothing may be signed after it
            self._fault = f"a checkpoint could not be published: {error}"
            self._broken(self._fault)

    def _grant(self, *, closing: bool = False) -> None:
        waiting = []
        for wish in self._wishes:
            if wish.size <= self.published:
                wish.ready(self.published)
            elif self._fault is not None or closing:
                wish.ready(self._fault or "the ledger is closed")
            else:
                waiting.append(wish)
        self._wishes = waiting
