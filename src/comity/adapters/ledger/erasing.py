"""Entries that are destroyed: in segments that nobody writes any more, whoever holds the shard.

Order of writes, so that a crash after any of them loses nothing that stays:

- an entry is erased: the file `replacing` is there, durably, before a segment is replaced; the new segment is durable
  before it gets the old one's name; the side index is set and synced before `replacing` goes. A start that finds
  `replacing` sets the side index of every segment anew.
- entries are pruned: the larger minimum index is durable before the first segment or bundle goes, lowest first. What a
  crash leaves below it goes at the next pruning.

One at a time destroys something of a shard, in whatever process: who has read a segment before another replaced it
would bring back what that one destroyed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from itertools import pairwise
from mmap import mmap
from pathlib import Path

from comity.adapters.disk import DISK, PRIVATE, Disk
from comity.adapters.ledger.in_turn import in_turn
from comity.adapters.ledger.minimum import minimum_of, set_minimum
from comity.adapters.ledger.open_segment import OpenSegment
from comity.adapters.ledger.places import alone, places_path
from comity.adapters.ledger.recovery import REPLACING
from comity.adapters.ledger.segment import Entry, encode_group, encode_header, values_of
from comity.adapters.ledger.segment_files import ledger_folder, segment_path, segment_starts
from comity.adapters.ledger.tile_files import synced_size
from comity.proof.tiles import ENTRIES, WIDTH, Tile, tile_path

_OFFSET = struct.Struct(">Q")


def sealed(state: Path, shard: str) -> list[tuple[int, int]]:
    """(First entry, first entry of the next one) of each segment that nobody writes any more: all but the last."""
    starts = segment_starts(ledger_folder(state, shard))
    return list(pairwise(starts))


def erase(state: Path, shard: str, first: int, which: Callable[[list[Entry]], set[int]], disk: Disk = DISK) -> int:
    """Destroy entries of the sealed segment that begins with `first`; returns how many.

    `which` gives the indices of those of a group that go. What stays of them is kind, intent and leaf value: the tree
    is what it was. Their lengths go too.

    Raises:
        LedgerCorrupt: the segment cannot be read.
        OSError: the disk refused it; the segment is the old one or the new one.
    """
    folder = ledger_folder(state, shard)
    count = 0
    with in_turn(folder), OpenSegment(folder, first) as old:
        parts = [encode_header(old.header)]
        size = len(parts[0])
        offsets: list[int] = []
        for group in old.groups():
            entries = [entry for _, entry in group.entries]
            gone = {index for index in which(entries) if not entries[index - entries[0].index].erased}
            if gone:
                count += len(gone)
                entries = [
                    entry._replace(salt=value, party=b"", decision=b"", content=b"") if entry.index in gone else entry
                    for entry, value in zip(entries, values_of(entries), strict=True)
                ]
            data, places = encode_group(entries)
            parts.append(data)
            offsets += (size + at for at in places)
            size += len(data)
        if count:
            _replace(folder, first, b"".join(parts), offsets, disk)
    return count


def _replace(folder: Path, first: int, data: bytes, offsets: list[int], disk: Disk) -> None:
    disk.replace_durably(folder / REPLACING, b"", PRIVATE)
    with alone(places_path(folder), disk) as handle, mmap(handle, 0) as slots:
        disk.replace_durably(segment_path(folder, first), data, PRIVATE)
        # not whole slots: whoever writes the shard may enter an outcome beside an offset
        for index, offset in enumerate(offsets, first):
            _OFFSET.pack_into(slots, index * 16, offset)
        slots.flush()
        disk.sync(handle)
    disk.unlink(folder / REPLACING)
    disk.sync_folder(folder)


def prune(state: Path, shard: str, index: int, disk: Disk = DISK) -> int:
    """Keep no entry below `index` any more; returns the new minimum index, which may be less.

    It is the beginning of a segment whose tiles below are durable: those are kept and served, so that old receipts,
    proofs and witnesses that are behind stay what they are. Entry bundles and segments go.
    """
    with in_turn(ledger_folder(state, shard)):
        return _prune(state, shard, index, disk)


def _prune(state: Path, shard: str, index: int, disk: Disk) -> int:
    folder = ledger_folder(state, shard)
    durable = synced_size(folder) // WIDTH * WIDTH
    old = minimum_of(folder.parent)
    new = max((end for _, end in sealed(state, shard) if end <= index and _up(end) <= durable), default=old)
    if new > old:
        set_minimum(folder.parent, new, disk)
    gone = [first for first, end in sealed(state, shard) if end <= new]
    _remove((segment_path(folder, first) for first in gone), disk)
    bundles = (
        folder.parent / tile_path(Tile(ENTRIES, number, WIDTH)) for number in range(_up(old) // WIDTH, new // WIDTH)
    )
    _remove(bundles, disk)
    if gone:
        disk.sync_folder(folder)
    return new


def _up(index: int) -> int:
    return -(-index // WIDTH) * WIDTH


def _remove(paths: Iterable[Path], disk: Disk) -> None:
    for path in paths:
        try:
            disk.unlink(path)
        except FileNotFoundError:
            continue
