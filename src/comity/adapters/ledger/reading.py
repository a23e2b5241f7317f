"""Reading a shard's private ledger: for receipts, audit, usage and replay."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from comity.adapters.ledger.open_segment import OpenSegment
from comity.adapters.ledger.places import Place, reading
from comity.adapters.ledger.segment import RECORD_HEAD, Entry, read_record, record_size
from comity.adapters.ledger.segment_files import ledger_folder, segment_of, segment_path, segment_starts
from comity.adapters.ledger.shard import shards

__all__ = ["Entry", "entries", "read_entry", "record_groups", "shards"]


def entries(state: Path, shard: str, start: int = 0) -> Iterator[Entry]:
    """Entries of a shard from `start` on that are kept, in order, up to the last whole group on disk.

    A shard that is being written may be read: what is seen is whole, and ends somewhere. Entries that were erased or
    pruned are passed over.

    Raises:
        LedgerCorrupt: a segment's head is damaged. Damage inside a segment ends it here; `log audit` tells.
    """
    for group in record_groups(state, shard, start):
        for entry in group:
            if not entry.erased:
                yield entry


def record_groups(state: Path, shard: str, start: int = 0) -> Iterator[list[Entry]]:
    """As `entries`, by groups, and with what was erased."""
    folder = ledger_folder(state, shard)
    starts = segment_starts(folder)
    first = segment_of(starts, start)
    for segment in starts:
        if first is not None and segment < first:
            continue
        with OpenSegment(folder, segment) as opened:
            for group in opened.groups(start):
                found = [entry for _, entry in group.entries]
                if found[-1].index >= start:
                    yield found[max(start - found[0].index, 0) :]


def read_entry(state: Path, shard: str, index: int) -> tuple[Entry, Place] | None:
    """One entry and its slot (which names an intent's outcome), or None if the shard has none of this index,
    or none any more."""
    read = read_what_is_left(state, shard, index)
    return None if read is None or read[0].erased else read


def read_what_is_left(state: Path, shard: str, index: int) -> tuple[Entry, Place] | None:
    """As `read_entry`, and of an erased entry what is left of it."""
    folder = ledger_folder(state, shard)
    with reading(folder) as place_of:
        place = place_of(index)
        first = segment_of(segment_starts(folder), index)
        if place is None or first is None:
            return None
        try:
            handle = os.open(segment_path(folder, first), os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            head = os.pread(handle, RECORD_HEAD, place.offset)
            if len(head) < RECORD_HEAD:
                return None
            record = os.pread(handle, record_size(head), place.offset)
        finally:
            os.close(handle)
    if len(record) < record_size(head):
        return None
    entry = read_record(record, 0, index)
    return None if entry is None else (entry, place)
