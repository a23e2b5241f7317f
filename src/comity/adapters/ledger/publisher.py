"""The publisher: durable entries to a tree, and on a thread of its own to tiles and signed checkpoints."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread

from comity.adapters.disk import DISK, Disk
from comity.adapters.ledger.cosigning import Cosigned, Cosigning, write_witnessed
from comity.adapters.ledger.failures import LedgerBroken, NotYetCovered
from comity.adapters.ledger.group import Group
from comity.adapters.ledger.tile_files import (
    read_tile,
    remove_partial,
    set_synced_size,
    sync_files,
    synced_size,
    write_checkpoint,
    write_tiles,
)
from comity.adapters.signer import SignerDown, Signing
from comity.proof.checkpoint import Checkpoint
from comity.proof.growth import Growth
from comity.proof.reader import TreeReader
from comity.proof.tiles import Tile

PUBLISH_INTERVAL_S = 0.5
"""Between checkpoints that nobody asked for: each is a signature, a handful of small files and two syncs."""

SYNC_ENTRIES = 65_536
"""Entries whose tiles a start may have to write again: half a second. Syncing each tile when it is written would make
the committer's syncs wait."""


PAUSE_S = 0.000_05
"""After each tile: at high rates hundreds follow each other, and between two of its calls a thread that never waits
leaves neither the interpreter nor the core to the committer, which has been called back from the disk. Without this
the 99th percentile of waiting for the disk doubles on one core."""

UNSIGNED_S = 30.0
"""How long a signer may be silent before the gateway says that it is not ready: a restart of the signer takes less."""


class Wish:
    """Someone's wish for a checkpoint of at least `size`: `ready` is called with a size or an error, on this thread."""

    __slots__ = ("ready", "size")

    def __init__(self, size: int, ready: Callable[[int | Exception], None]) -> None:
        self.size = size
        self.ready = ready


class Publisher:
    """Duties: a checkpoint is signed only when every entry below it is durable in the segments, and its tiles and
    bundles are written; it is never smaller than the last one, nor another of the same size. After a failure none is
    signed any more; a signer that does not answer is asked again. Tiles that a crash takes are written again at the
    next start, before anything is served.

    Attributes:
        published: size of the last checkpoint on disk; -1 before the first, which may be that of an empty tree.
    """

    def __init__(
        self,
        folder: Path,
        origin: str,
        signing: Signing,
        growth: Growth,
        published: int,
        *,
        make_durable: Callable[[], None],
        broken: Callable[[str], None],
        disk: Disk = DISK,
        cosigning: Cosigning | None = None,
    ) -> None:
        """`make_durable` syncs the entries that were committed before it is called (`relaxed` leaves that to here).
        `cosigning` asks witnesses, where there are some.
        """
        self.queue: SimpleQueue[Wish | None] = SimpleQueue()
        self.published = published
        self._folder = folder
        self._origin = origin
        self._signing = signing
        self._growth = growth
        self._make_durable = make_durable
        self._broken = broken
        self._disk = disk
        self._cosigning = cosigning
        self._turn = Lock()
        self._durable: deque[Group] = deque()
        self._full: list[tuple[Tile, bytes]] = []
        self._complete: list[str] = []
        self._unsigned_since: float | None = None
        self._synced = synced_size(folder / "ledger")
        self._unsynced: list[str] = []
        self._wishes: list[Wish] = []
        self._fault: str | None = None
        self.thread = Thread(target=self._run, name="ledger-publisher", daemon=True)

    def committed(self, group: Group) -> None:
        """Take a durable group, to be hashed later. Called on the committer's thread."""
        self._durable.append(group)

    def grow(self) -> None:
        """Hash one durable group into the tree. Called on the loop after those who waited were told, and once for each
        group: on a thread of its own the hashing would contend with the loop for the interpreter.
        """
        with self._turn:
            self._hash(1)

    def _hash(self, groups: int) -> None:
        for _ in range(min(groups, len(self._durable))):
            self._growth.extend(self._durable[0].leaf_values())
            self._durable.popleft()

    def _run(self) -> None:
        going = True
        while going:
            going = self._wait()
            self.publish(exact=not going or bool(self._wishes))
            self._grant()
        self._close()
        self._grant(closing=True)

    def _wait(self) -> bool:
        """Wait for the next checkpoint's time, or for a wish. False ends the thread."""
        try:
            item = self.queue.get(timeout=PUBLISH_INTERVAL_S)
            while item is not None:
                self._wishes.append(item)
                item = self.queue.get_nowait()
        except Empty:
            return True
        return False

    def _close(self) -> None:
        if self._fault is None:
            try:
                self.sync()
            except OSError as error:
                # nothing is lost: the next start writes these tiles again
                self._fault = f"tiles could not be synced: {error}"

    def publish(self, *, exact: bool = True) -> None:
        """Sign and publish the present tree, if it is larger than the last one.

        Unless it must be `exact`, the tree ends with a full tile where it has a new one: at high rates most partial
        tiles would live for one interval only.
        """
        if self._fault is not None:
            return
        try:
            with self._turn:
                self._hash(len(self._durable))
                full = self._growth.take_full()
                tree = self._growth.whole()
                if exact or tree.size <= self.published:
                    tree = self._growth.copy()
            self._full += full
            if tree.size <= self.published:
                self._show(self._cosigning.late() if self._cosigning is not None else None)
                return
            checkpoint = Checkpoint(self._origin, tree.size, tree.edge.root())
            self._make_durable()
            self._complete += write_tiles(self._folder, self._full, self._disk, pause_s=PAUSE_S)
            self._full.clear()
            write_tiles(self._folder, tree.take_partial(), self._disk)
            reader = TreeReader(checkpoint.size, lambda tile: read_tile(self._folder, tile))
            note = self._signing.sign(checkpoint, reader.consistency)
            if self._cosigning is None:
                self._show(Cosigned(note, enough=False))
            else:
                self._show(self._cosigning.take(checkpoint, note, reader.consistency))
            self.published = checkpoint.size
            self._unsigned_since = None
            remove_partial(self._complete, self._disk)
            self._unsynced += self._complete
            self._complete.clear()
            if self.published - self._synced >= SYNC_ENTRIES:
                self.sync()
        except SignerDown as error:
            self._down(error)
        except Exception as error:  # noqa: BLE001 - whatever it was, nothing may be signed after it
            self._fault = f"a checkpoint could not be published: {error}"
            self._broken(self._fault)

    def _show(self, cosigned: Cosigned | None) -> None:
        """Publish a checkpoint with the cosignatures that it has; None: there is nothing new."""
        if cosigned is None:
            return
        write_checkpoint(self._folder, cosigned.note, self._disk)
        if cosigned.enough:
            write_witnessed(self._folder, cosigned.note, self._disk)

    def _down(self, error: SignerDown) -> None:
        # what is durable stays so, and is signed when the signer is back
        if self._unsigned_since is None:
            self._unsigned_since = time.monotonic()
        for wish in self._wishes:
            wish.ready(NotYetCovered(str(error)))
        self._wishes.clear()

    @property
    def trouble(self) -> str:
        """Says, from `UNSIGNED_S` after a signer ceased to answer, that nothing is signed."""
        since = self._unsigned_since
        if since is None or time.monotonic() - since < UNSIGNED_S:
            return ""
        return "the log's signer does not answer: entries are durable, receipts wait"

    def sync(self) -> None:
        """Make the full tiles durable, so that a start need not write them again."""
        if self.published <= self._synced:
            return
        sync_files(self._unsynced, self._folder / "tile", self._disk)
        self._unsynced.clear()
        self._synced = self.published
        set_synced_size(self._folder / "ledger", self._synced, self._disk)

    def _grant(self, *, closing: bool = False) -> None:
        waiting = []
        for wish in self._wishes:
            if wish.size <= self.published:
                wish.ready(self.published)
            elif self._fault is not None or closing:
                wish.ready(LedgerBroken(self._fault or "the ledger is closed"))
            else:
                waiting.append(wish)
        self._wishes = waiting
