"""Where each entry lies and which outcome each intent has: a side index that can always be rebuilt."""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from comity.adapters.disk import DISK, Disk

_SLOT = struct.Struct(">QQ")
_LINK = struct.Struct(">Q")
_GROWTH = 1 << 20
"""The file grows by a mebibyte (65,536 slots), so that mapping it again is rare."""


class Place:
    """A slot: offset of the record in its segment, and the entry's other half (outcome of an intent, or None)."""

    __slots__ = ("offset", "outcome")

    def __init__(self, offset: int, outcome: int | None) -> None:
        self.offset = offset
        self.outcome = outcome


class Places:
    """The side index, mapped for the one who holds the shard. Not synced but at rotations: segments can rebuild it.

    Slot i is 16 bytes: u64 offset of record i in its segment, u64 index of its outcome plus one (0: none).
    """

    def __init__(self, path: Path, disk: Disk = DISK) -> None:
        self._disk = disk
        self._handle = disk.open(path, os.O_RDWR | os.O_CREAT)
        self._map: mmap.mmap | None = None
        self._slots = 0
        try:
            self._fit(0)
        except OSError:
            self.close()
            raise

    def put(self, first: int, offsets: Sequence[int]) -> None:
        """Set the offsets of consecutive entries; their outcomes become none."""
        self._fit(first + len(offsets))
        assert self._map is not None
        slots = [0] * (2 * len(offsets))
        slots[::2] = offsets
        struct.pack_into(f">{len(slots)}Q", self._map, first * 16, *slots)

    def link(self, intent: int, outcome: int) -> None:
        """Set the outcome of an intent."""
        assert self._map is not None
        _LINK.pack_into(self._map, intent * 16 + 8, outcome + 1)

    def unlink(self, intent: int) -> None:
        """Set that an intent has no outcome."""
        assert self._map is not None
        _LINK.pack_into(self._map, intent * 16 + 8, 0)

    def has(self, index: int) -> bool:
        """Whether the slot of an entry is set."""
        assert self._map is not None
        return index < self._slots and self._map[index * 16 : index * 16 + 8] != bytes(8)

    def forget_from(self, index: int) -> None:
        """Empty the slots from `index` on: those of entries that were never durable."""
        assert self._map is not None
        self._map[index * 16 :] = bytes(len(self._map) - index * 16)

    def hold(self) -> None:
        """Until `release`, nobody replaces a segment (`alone`)."""
        fcntl.flock(self._handle, fcntl.LOCK_EX)

    def release(self) -> None:
        """See `hold`."""
        fcntl.flock(self._handle, fcntl.LOCK_UN)

    def sync(self) -> None:
        """Make the slots durable."""
        assert self._map is not None
        self._map.flush()
        self._disk.sync(self._handle)

    def close(self) -> None:
        """Unmap and close."""
        if self._map is not None:
            self._map.close()
        os.close(self._handle)

    def _fit(self, slots: int) -> None:
        if slots <= self._slots and self._map is not None:
            return
        size = max(os.fstat(self._handle).st_size, -(-slots * 16 // _GROWTH) * _GROWTH, _GROWTH)
        # not ftruncate: where a full disk cannot hold a page of a sparse file, touching it would kill the process
        self._disk.allocate(self._handle, size)
        if self._map is not None:
            self._map.close()
        self._map = mmap.mmap(self._handle, size)
        self._slots = size // 16


def places_path(folder: Path) -> Path:
    """File of a shard's side index."""
    return folder / "places"


@contextmanager
def alone(path: Path, disk: Disk = DISK) -> Iterator[int]:
    """The side index, opened to be changed by who does not hold the shard, while nobody reads an entry by it."""
    handle = disk.open(path, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


@contextmanager
def reading(folder: Path) -> Iterator[Callable[[int], Place | None]]:
    """Gives the slot of an entry, read by anyone, None if it has none yet; segments are not replaced meanwhile."""
    try:
        handle = os.open(places_path(folder), os.O_RDONLY)
    except FileNotFoundError:
        yield lambda _: None
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield lambda index: _place(os.pread(handle, 16, index * 16))
    finally:
        os.close(handle)


def read_place(folder: Path, index: int) -> Place | None:
    """The slot of one entry."""
    with reading(folder) as place:
        return place(index)


def _place(slot: bytes) -> Place | None:
    if len(slot) != 16:
        return None
    offset, outcome = _SLOT.unpack(slot)
    return Place(offset, outcome - 1 if outcome else None) if offset else None
