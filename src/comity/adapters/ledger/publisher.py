"""The publisher: durable entries to a tree, and on a thread of its own to tiles and signed checkpoints."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread

from comity.adapters.ledger.segment import Entry
from comity.adapters.ledger.tile_files import (
    partial_folder,
    remove_partial,
    set_synced_size,
    sync_files,
    synced_size,
    write_checkpoint,
    write_tiles,
)
from comity.proof.checkpoint import Checkpoint
from comity.proof.growth import Growth
from comity.proof.leaf import leaf_value
from comity.proof.note import Signer

PUBLISH_INTERVAL_S = 0.2
"""Between checkpoints that nobody asked for: each is a signature, a handful of small files and two syncs."""

SYNC_ENTRIES = 65_536
"""Entries whose tiles a start may have to write again: half a second. Syncing each tile when it is written would make
the committer's syncs wait."""

HASHING_S = 0.001
"""How often a wish for entries that are being hashed is looked at; a group takes about that long."""


class Wish:
    """Someone's wish for a checkpoint of at least `size`: `ready(size or an error)` is called on this thread."""

    __slots__ = ("ready", "size")

    def __init__(self, size: int, ready: Callable[[int | str], None]) -> None:
        self.size = size
        self.ready = ready


class Publisher:
    """Duties: a checkpoint is signed only when every entry below it is durable in the segments, and its tiles and
    bundles are written; it is never smaller than the last one, nor another of the same size. After a failure none is
    signed any more. Tiles that a crash takes are written again at the next start, before anything is served.

    Attributes:
        published: size of the last checkpoint on disk; -1 before the first, which may be that of an empty tree.
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
        self.queue: SimpleQueue[Wish | None] = SimpleQueue()
        self.published = published
        self.hashed = growth.size
        self._folder = folder
        self._signer = signer
        self._growth = growth
        self._make_durable = make_durable
        self._broken = broken
        self._turn = Lock()
        self._synced = synced_size(folder / "ledger")
        self._unsynced: list[Path] = []
        self._wishes: list[Wish] = []
        self._fault: str | None = None
        self.thread = Thread(target=self._run, name="ledger-publisher", daemon=True)

    def grow(self, entries: list[Entry]) -> None:
        """Take durable entries into the tree. Called on the committer's thread, which has told their waiters by then:
        hashing on this one would have three threads contend for the interpreter, and this one starve.
        """
        with self._turn:
            push = self._growth.push
            for entry in entries:
                push(leaf_value(entry[1], entry[3], entry[4], entry[5], entry[6]))
            self.hashed = self._growth.size

    def _run(self) -> None:
        going = True
        while going:
            going = self._wait()
            self.publish()
            self._grant()
        self._close()
        self._grant(closing=True)

    def _wait(self) -> bool:
        """Wait for the next checkpoint's time, or for a wish. False ends the thread."""
        due = time.monotonic() + PUBLISH_INTERVAL_S
        while True:
            # a wish may be for entries that were told to be durable a moment ago and are being hashed now
            timeout = HASHING_S if self._wishes else max(due - time.monotonic(), 0.0)
            try:
                item = self.queue.get(timeout=timeout)
                if item is None:
                    return False
                self._wishes.append(item)
            except Empty:
                pass
            if time.monotonic() >= due or any(wish.size <= self.hashed for wish in self._wishes):
                return True

    def _close(self) -> None:
        if self._fault is None:
            try:
                self.sync()
            except OSError as error:
                # nothing is lost: the next start writes these tiles again
                self._fault = f"tiles could not be synced: {error}"

    def publish(self) -> None:
        """Sign and publish the present tree, if it is larger than the last one."""
        if self._fault is not None or self.hashed <= self.published:
            return
        try:
            with self._turn:
                complete, partial = self._growth.take_full(), self._growth.take_partial()
                checkpoint = Checkpoint(self._signer.key.name, self._growth.size, self._growth.edge.root())
            self._make_durable()
            full = write_tiles(self._folder, complete)
            write_tiles(self._folder, partial)
            write_checkpoint(self._folder, self._signer.sign(checkpoint.text))
            self.published = checkpoint.size
            remove_partial(partial_folder(path) for path in full)
            self._unsynced += full
            if self.published - self._synced >= SYNC_ENTRIES:
                self.sync()
        except Exception as error:  # noqa: BLE001 - whatever it was, nothing may be signed after it
            self._fault = f"a checkpoint could not be published: {error}"
            self._broken(self._fault)

    def sync(self) -> None:
        """Make the full tiles durable, so that a start need not write them again."""
        if self.published <= self._synced:
            return
        sync_files(self._unsynced, self._folder / "tile")
        self._unsynced.clear()
        self._synced = self.published
        set_synced_size(self._folder / "ledger", self._synced)

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
