"""The segments of one shard as files: listed and read by anyone, written by the one who holds the shard."""

from __future__ import annotations

import errno
import os
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock

from comity.adapters.disk import BLOCK, DISK, PRIVATE, Disk
from comity.adapters.ledger.failures import LedgerCorrupt
from comity.adapters.ledger.segment import Header, SegmentError, decode_header, encode_header
from comity.adapters.ledger.through import Through

SEGMENT_BYTES = 64 * 1024 * 1024
"""A segment is begun anew from here on: a start scans the last one, in about half a second."""

AHEAD_BYTES = 262_144
"""Zeroes that are written ahead of the groups, once for about 500 entries: a sync that makes no file longer takes
some 40 % less of the disk's time and of the processor's."""

_SUFFIX = ".segment"


def ledger_folder(state: Path, shard: str) -> Path:
    """The private folder of a shard."""
    return state / "log" / shard / "ledger"


def segment_path(folder: Path, first: int) -> Path:
    """File of the segment that begins with entry `first`."""
    return folder / f"{first:020d}{_SUFFIX}"


def segment_starts(folder: Path) -> list[int]:
    """First indices of all segments, ascending; empty if there is none."""
    if not folder.is_dir():
        return []
    return sorted(int(path.name[:20]) for path in folder.glob("[0-9]" * 20 + _SUFFIX))


def segment_of(starts: Sequence[int], index: int) -> int | None:
    """The start of the segment that has entry `index`, if one can have it."""
    at = bisect_right(starts, index)
    return starts[at - 1] if at else None


def read_segment(folder: Path, first: int) -> tuple[bytes, Header, int]:
    """A segment's bytes, its header, and where its groups begin.

    Raises:
        LedgerCorrupt: it is no segment, or begins elsewhere than its name says.
    """
    path = segment_path(folder, first)
    data = path.read_bytes()
    try:
        header, start = decode_header(data)
    except (SegmentError, ValueError, KeyError, TypeError) as error:
        raise LedgerCorrupt(f"{path}: {error}") from error
    if header.first != first:
        raise LedgerCorrupt(f"{path} begins with entry {header.first}")
    return data, header, start


class SegmentWriter:
    """Appends groups to the last segment. Each call blocks; one thread writes and begins.

    A group is acknowledged only after `sync` (or at a rotation, which syncs what it leaves behind).

    Attributes:
        size: bytes of the present segment, without what was written ahead.
    """

    def __init__(self, folder: Path, origin: str, *, ahead: int = AHEAD_BYTES, disk: Disk = DISK) -> None:
        """`ahead` is 0 where groups are not synced one by one: zeroes between two of them would be no torn tail."""
        self._folder = folder
        self._origin = origin
        self._ahead = ahead
        self._disk = disk
        self._handle = -1
        self._through: Through | None = None
        self._turn = Lock()
        self._room = 0
        self._lost = False
        self.size = 0

    def begin(self, first: int, open_intents: Iterable[int], reason: str, now_ms: int) -> None:
        """Begin a segment with entry `first`; the one before is synced and left. The new one is durable, with its name.

        An empty segment of the same first entry, left by a start that went no further, is replaced.
        """
        if self._handle != -1:
            self._cut()
            self._sync()
            self._release()
        path = segment_path(self._folder, first)
        data = encode_header(Header(first, tuple(open_intents), self._origin, reason, now_ms, relaxed=not self._ahead))
        self._disk.write_file(path, data, PRIVATE, durable=True)
        self._disk.sync_folder(self._folder)
        self.size = self._room = len(data)
        self._through = Through.opened(path, self.size, self._disk) if self._ahead else None
        self._handle = self._disk.open(path, os.O_WRONLY) if self._through is None else self._through.handle
        # a start on a disk that is full fails here, before a request is taken
        self._write(b"", self._ahead)

    def write(self, group: bytes) -> int:
        """Write a group; returns its place in the segment. Not durable before `sync`."""
        at = self.size
        self._write(group, self._ahead if at + len(group) > self._room else 0)
        return at

    def _write(self, group: bytes, ahead: int) -> None:
        end = self.size + len(group)
        if self._through is not None:
            self._room = max(self._room, self._through.append(group, self.size, ahead))
        else:
            self._disk.write_all(self._handle, group, self.size)
            if ahead:
                self._room = (end + ahead) // BLOCK * BLOCK
                self._disk.write_all(self._handle, bytes(self._room - end), end)
        self.size = end

    def sync(self) -> None:
        """Make all groups written so far durable. Another thread may call it; a rotation waits for it.

        Raises:
            OSError: they are not known to be, nor will they be by any later sync.
        """
        if self._through is None:
            self._sync()

    def _sync(self) -> None:
        with self._turn:
            if self._lost:
                raise OSError(errno.EIO, "an earlier sync of the segment failed")
            if self._handle != -1:
                # until it returned: after one that failed, another need not tell
                self._lost = True
                self._disk.sync_data(self._handle)
                self._lost = False

    def close(self) -> None:
        """Sync and close the file. If it cannot be synced, what was not may be lost, and every later `sync` says so."""
        if self._handle != -1:
            # a disk that refuses even the cut leaves zeroes, which the next start cuts off
            with suppress(OSError):
                self._cut()
            with suppress(OSError):
                self._sync()
            self._release()

    def _cut(self) -> None:
        if self._room > self.size:
            self._disk.truncate(self._handle, self.size)

    def _release(self) -> None:
        with self._turn:
            os.close(self._handle)
            self._handle = -1
            # its handle's number is somebody else's from here on
            self._through = None
