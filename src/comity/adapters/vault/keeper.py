"""Writing the vault: a thread that seals what has come meanwhile, and makes it durable with one sync for each file."""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import NamedTuple

from comity.adapters.disk import DISK, PRIVATE, Disk
from comity.adapters.vault.keys import get_or_create, key_path, keys, naming_path, ref_name
from comity.adapters.vault.sealing import MAX_ITEM_BYTES, NO_REF, NONCE_SIZE, Kept, sealed
from comity.adapters.vault.shelves import shelf_path, size

MAX_WAITING_BYTES = 64 << 20
"""Content that waits for the disk: past that nothing more is kept, and the entries say so; requests do not wait."""

MAX_GROUP = 256
"""Exchanges written at once: one sync for all of them, a few milliseconds of sealing."""

MAX_OPEN = 64
"""Files held open: applications times last days. Past that the oldest is closed, and a new one begun."""

MAX_REFS = 10_000
"""Erasure refs that have a key for one last day of an application, for each worker: each is a file. What comes under
one more is not kept, so that whoever draws a ref for each request does not use up the disk's names."""

SHELF_BYTES = 256 << 20
"""A file that has become longer is followed by another: an auditor reads through it to find one exchange."""

Done = Callable[[str], None]
"""Called with the last day for which an exchange is kept, durably (`2026-12-23`), or with nothing: it is not kept."""

There = Callable[[], bool]
"""Whether the erasure salt of an exchange is still there; called on the keeper's thread."""


class _Wish(NamedTuple):
    kept: Kept
    most: int
    done: Done
    there: There


class _Shelf(NamedTuple):
    path: Path
    handle: int
    size: int


class Keeper:
    """One worker's hand in the vault. `keep` and `done` are on the event loop's thread, all else on its own."""

    def __init__(
        self,
        state: Path,
        *,
        say: Callable[[str], None] = lambda _: None,
        rng: Callable[[int], bytes] = os.urandom,
        disk: Disk = DISK,
    ) -> None:
        """`say` is told once, on the loop's thread, when the disk refuses to keep something."""
        self._state = state
        self._say = say
        self._rng = rng
        self._disk = disk
        self._loop = asyncio.get_running_loop()
        self._waiting = 0
        self._shelves: dict[tuple[str, date], _Shelf] = {}
        self._sizes: dict[str, int] = {}
        self._refs: dict[tuple[str, date], int] = {}
        self._complained = False
        self._queue: queue.SimpleQueue[_Wish | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="vault", daemon=True)
        self._thread.start()

    def keep(self, kept: Kept, most: int, done: Done, there: There = lambda: True) -> None:
        """Keep an exchange, where its application's files are below `most` bytes; `done` comes later, never inside.

        One that was under way when its salt was destroyed, so that it is not `there`, is not kept.
        """
        if kept.size > MAX_ITEM_BYTES or self._waiting + kept.size > MAX_WAITING_BYTES:
            self._loop.call_soon(done, "")
            return
        self._waiting += kept.size
        self._queue.put(_Wish(kept, most, done, there))

    def close(self) -> None:
        """Write what has come, and end. Blocking; what `done`s there are come when the loop runs on."""
        self._queue.put(None)
        self._thread.join()
        for shelf in self._shelves.values():
            os.close(shelf.handle)
        self._shelves.clear()

    def _run(self) -> None:
        ended = False
        while not ended:
            group: list[_Wish] = []
            wish = self._queue.get()
            while wish is not None:
                group.append(wish)
                if len(group) >= MAX_GROUP or self._queue.empty():
                    break
                wish = self._queue.get()
            ended = wish is None
            results: list[tuple[Done, str]] = []
            for shelf in {(wish.kept.application, wish.kept.due) for wish in group}:
                results += self._write(
                    shelf, [each for each in group if (each.kept.application, each.kept.due) == shelf]
                )
            if results:
                self._tell(results, sum(each.kept.size for each in group))

    def _tell(self, results: list[tuple[Done, str]], taken: int) -> None:
        def tell() -> None:
            self._waiting -= taken
            for done, day in results:
                done(day)

        try:
            self._loop.call_soon_threadsafe(tell)
        except RuntimeError:  # the loop has ended, and so have the requests
            return

    def _write(self, shelf: tuple[str, date], group: list[_Wish]) -> list[tuple[Done, str]]:
        application, due = shelf
        written: set[int] = set()
        try:
            # keys are destroyed after salts: what is there once its key was taken has its key destroyed with it
            sealing = [(each, self._sealed(each.kept)) for each in self._fitting(application, group)]
            records = [(each, record) for each, record in sealing if record is not None and each.there()]
            if records:
                self._append(application, due, records[0][0].kept.receipt, b"".join(record for _, record in records))
                written = {id(each) for each, _ in records}
        except (OSError, ValueError) as error:
            self._complain(f"the vault keeps nothing of {application} now: {error}")
        return [(each.done, due.isoformat() if id(each) in written else "") for each in group]

    def _fitting(self, application: str, group: list[_Wish]) -> list[_Wish]:
        """Those for which there is room. Other workers write too, and days end: what is there is looked up when it
        matters."""
        taken = self._sizes.get(application)
        if taken is None or taken + sum(each.kept.size for each in group) > min(each.most for each in group):
            taken = size(self._state, application)
        fitting = []
        for each in group:
            if taken + each.kept.size <= each.most:
                taken += each.kept.size
                fitting.append(each)
        self._sizes[application] = taken
        return fitting

    def _append(self, application: str, due: date, first: str, data: bytes) -> None:
        shelf = self._shelves.get((application, due))
        if shelf is None or shelf.size > SHELF_BYTES:
            shelf = self._open(application, due, first)
        try:
            self._disk.write_all(shelf.handle, data, shelf.size)
            self._disk.sync_data(shelf.handle)
            if not shelf.size:
                self._disk.sync_folder(shelf.path.parent)
        except OSError:
            # it may be torn: what comes next goes into another
            self._shelves.pop((application, due), None)
            os.close(shelf.handle)
            if not shelf.size:
                with suppress(OSError):
                    self._disk.unlink(shelf.path)
            raise
        self._shelves[application, due] = shelf._replace(size=shelf.size + len(data))

    def _sealed(self, kept: Kept) -> bytes | None:
        """The record of an exchange; None if it is under one ref too many."""
        ref = NO_REF
        if kept.ref:
            naming = get_or_create(naming_path(self._state, kept.application), self._rng, self._disk)
            ref = ref_name(naming, kept.ref)
        path = key_path(self._state, kept.application, kept.due, ref)
        if kept.ref and not path.exists() and not self._has_room(kept):
            return None
        # read anew for each: a key that was destroyed meanwhile must not be used again
        key = get_or_create(path, self._rng, self._disk)
        return sealed(kept, key, ref, self._rng(NONCE_SIZE))

    def _has_room(self, kept: Kept) -> bool:
        """Whether one more ref may have a key for this day; counts it. Each worker counts what was there when it first
        looked, and its own."""
        day = kept.application, kept.due
        if (count := self._refs.get(day)) is None:
            self._refs = {each: number for each, number in self._refs.items() if each[1] >= kept.due}
            found = keys(self._state, kept.application)
            count = sum(due == kept.due and ref != NO_REF for _, due, ref in found)
        if count >= MAX_REFS:
            self._complain(f"the vault keeps nothing of {kept.application} under further refs: {MAX_REFS} have keys")
        self._refs[day] = count + 1
        return count < MAX_REFS

    def _open(self, application: str, due: date, first: str) -> _Shelf:
        if (old := self._shelves.pop((application, due), None)) is not None:
            os.close(old.handle)
        while len(self._shelves) >= MAX_OPEN:
            os.close(self._shelves.pop(next(iter(self._shelves))).handle)
        path = shelf_path(self._state, application, due, first)
        self._disk.make_folders(path.parent)
        return _Shelf(path, self._disk.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), 0)

    def _complain(self, words: str) -> None:
        if not self._complained:
            self._complained = True
            self._loop.call_soon_threadsafe(self._say, words)
