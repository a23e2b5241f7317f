"""The segments of one shard as files: listed and read by anyone, written by the one who holds the shard."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Lock

from comity.adapters.ledger.disk import PRIVATE, sync_folder, write_all, write_synced
from comity.adapters.ledger.failures import LedgerCorrupt
from comity.adapters.ledger.segment import Entry, Header, SegmentError, decode_header, encode_group, encode_header

SEGMENT_BYTES = 64 * 1024 * 1024
"""A segment is begun anew from here on: a start scans the last one, in about half a second."""

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
    """

    def __init__(self, folder: Path, origin: str) -> None:
        self._folder = folder
        self._origin = origin
        self._handle = -1
        self._turn = Lock()
        self.size = 0
        """Bytes of the present segment."""

    def begin(self, first: int, open_intents: Iterable[int], reason: str, now_ms: int) -> None:
        """Begin a segment with entry `first`; the one before is synced and left. The new one is durable, with its name.

        An empty segment of the same first entry, left by a start that went no further, is replaced.
        """
        if self._handle != -1:
            self.sync()
            self.close()
        path = segment_path(self._folder, first)
        data = encode_header(Header(first, tuple(open_intents), self._origin, reason, now_ms))
        write_synced(path, data, PRIVATE)
        sync_folder(self._folder)
        self._handle = os.open(path, os.O_WRONLY | os.O_APPEND)
        self.size = len(data)

    def write(self, entries: Sequence[Entry]) -> list[int]:
        """Write a group; returns the place of each record in the segment. Not durable before `sync`."""
        data, places = encode_group(entries)
        write_all(self._handle, data)
        at = self.size
        self.size += len(data)
        return [at + place for place in places]

    def sync(self) -> None:
        """Make all groups written so far durable. Another thread may call it; a rotation waits for it."""
        with self._turn:
            if self._handle != -1:
                os.fdatasync(self._handle)

    def close(self) -> None:
        """Close the file; what was not synced may be lost."""
        with self._turn:
            if self._handle != -1:
                os.close(self._handle)
                self._handle = -1
