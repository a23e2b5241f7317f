"""From what is on disk to a shard that can go on: torn tail, tree, open intents, side index."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from comity.adapters.disk import DISK, Disk
from comity.adapters.ledger.failures import LedgerCorrupt
from comity.adapters.ledger.minimum import minimum_of
from comity.adapters.ledger.open_segment import OpenSegment
from comity.adapters.ledger.places import Places
from comity.adapters.ledger.reading import record_groups
from comity.adapters.ledger.segment import values_of
from comity.adapters.ledger.segment_files import ledger_folder, segment_starts
from comity.adapters.ledger.tile_files import full_until, read_checkpoint, read_tile, synced_size, write_tiles
from comity.proof.checkpoint import Checkpoint
from comity.proof.growth import Growth
from comity.proof.note import Note, VerifierKey
from comity.proof.reader import TileError, TreeReader
from comity.proof.tiles import WIDTH
from comity.proof.tree import leaf_hashes

_TILES_AT_ONCE = 65_536
"""Entries whose tiles are held in memory while many are rebuilt: 4 MB."""

COMPARED = 16_384
"""Entries of the last segment that a start holds against their tiles, a tenth of a second: another history of the log
differs in every entry from where it parted. Single entries that were altered are for `comity log audit` to find."""

_WAY_OUT = "do not continue this shard; move its folder away for `comity log audit`, and a new shard is made"


class Recovered(NamedTuple):
    """A shard as it stands: entries that are durable, the size last signed (-1: none), the tree, open intents."""

    size: int
    signed: int
    growth: Growth
    open: set[int]


def recover(state: Path, shard: str, key: VerifierKey, places: Places, disk: Disk = DISK) -> Recovered:
    """Bring a shard that this process holds back to what is durable.

    Cuts a torn tail, writes again what no checkpoint covers, sets the side index of the last segment, checks the last
    segment and the tree against the last signed checkpoint, and rebuilds tiles that are gone or damaged. All entries
    that it gives are durable when it returns.

    Raises:
        LedgerCorrupt: the ledger contradicts itself or its last signed checkpoint, names what and where.
    """
    places.hold()
    try:
        return _recover(state, shard, key, places, disk)
    finally:
        places.release()


def _recover(state: Path, shard: str, key: VerifierKey, places: Places, disk: Disk) -> Recovered:
    folder = ledger_folder(state, shard)
    starts = segment_starts(folder)
    checkpoint = last_signed(folder.parent, key)
    signed = checkpoint.size if checkpoint else -1
    if not starts:
        if signed > 0:
            raise LedgerCorrupt(f"{folder} has no segment, but {signed} entries are signed: {_WAY_OUT}")
        return Recovered(0, signed, Growth(), set())
    if starts[0] > minimum_of(folder.parent):
        raise LedgerCorrupt(f"{folder} begins with entry {starts[0]}, and no minimum index says so: {_WAY_OUT}")
    # slots of segments before the last were synced when it was begun; the last one's may be lost or stale
    known = starts[-1] == starts[0] or (places.has(starts[-1] - 1) and not (folder / REPLACING).exists())
    for first in () if known else starts[:-1]:
        with OpenSegment(folder, first) as segment:
            _Scan(segment, places)
    with OpenSegment(folder, starts[-1]) as segment:
        if segment.header.origin != key.name:
            raise LedgerCorrupt(f"{segment.path} belongs to {segment.header.origin}: {_WAY_OUT}")
        scan = _Scan(segment, places)
        # groups that were not synced one by one may be torn in any order, above what is signed
        torn = segment.header.relaxed and scan.size >= signed
        if segment.rest and not torn and segment.goes_on():
            raise LedgerCorrupt(f"{segment.path} is damaged at byte {segment.end}: {_WAY_OUT}")
        if scan.size < signed:
            raise LedgerCorrupt(f"{folder} holds {scan.size} entries, but {signed} are signed: {_WAY_OUT}")
        _write_again(segment, signed, disk)
    places.forget_from(scan.size)
    growth = _tree(state, shard, checkpoint, starts[-1], scan.size, disk)
    return Recovered(scan.size, signed, growth, scan.open)


REPLACING = "replacing"
"""A file that is there while segments are replaced by ones from which entries were erased: what the side index says of
them is not known then."""


def last_signed(folder: Path, key: VerifierKey) -> Checkpoint | None:
    """The checkpoint of the shard in `folder`, or None before the first.

    Raises:
        LedgerCorrupt: it is not signed by `key`, or is none.
    """
    text = read_checkpoint(folder)
    if text is None:
        return None
    try:
        note = Note.parse(text)
        checkpoint = Checkpoint.parse(note.text)
    except ValueError as error:
        raise LedgerCorrupt(f"{folder / 'checkpoint'}: {error}: {_WAY_OUT}") from error
    ours = [line for line in note.by(key) if key.verifies(note.text.encode(), line.value)]
    if checkpoint.origin != key.name or not ours:
        raise LedgerCorrupt(f"{folder / 'checkpoint'} is not signed by this log's key: {_WAY_OUT}")
    return checkpoint


class _Scan:
    """One walk over a segment: what it holds, which intents are open at its end, and the side index set to it."""

    def __init__(self, segment: OpenSegment, places: Places) -> None:
        self.size = segment.header.first
        self.open = set(segment.header.open)
        for intent in self.open:
            places.unlink(intent)
        for group in segment.groups():
            if group.entries[0][1].index != self.size:
                raise LedgerCorrupt(f"{segment.path}: entry {self.size} is missing: {_WAY_OUT}")
            places.put(self.size, [at for at, _ in group.entries])
            self.size += len(group.entries)
            for _, entry in group.entries:
                if entry.kind == "intent":
                    self.open.add(entry.index)
                elif entry.intent is not None:
                    self.open.discard(entry.intent)
                    places.link(entry.intent, entry.index)


def _write_again(segment: OpenSegment, signed: int, disk: Disk) -> None:
    """Cut a torn tail off, and make what is before it durable.

    What a checkpoint covers is known to be. The rest may be shown by the file system and never have reached the disk,
    after a kill, or after a sync that failed: then syncing is not enough, it has to be written again.
    """
    end, rest = segment.end, segment.rest
    handle = disk.open(segment.path, os.O_WRONLY)
    try:
        for group in segment.groups(signed):
            if (data := segment.raw(group.start)) is not None:
                disk.write_all(handle, data, group.start)
        if rest:
            disk.truncate(handle, end)
        disk.sync(handle)
    finally:
        os.close(handle)


def _tree(state: Path, shard: str, checkpoint: Checkpoint | None, last: int, size: int, disk: Disk) -> Growth:
    """The tree of all entries; tiles that are not known to be durable are written again on the way."""
    folder = state / "log" / shard
    if checkpoint is not None and checkpoint.size:
        try:
            growth = _from_tiles(state, shard, checkpoint, last)
            _grow(state, shard, growth, checkpoint.size, disk)
            if growth.edge.root() == checkpoint.root:
                write_tiles(folder, growth.take(), disk)
                _grow(state, shard, growth, size, disk)
                return growth
        except (OSError, ValueError):
            # a tile is gone or torn: all of them are written again, below
            pass
    growth = Growth()
    if checkpoint is not None:
        if minimum := minimum_of(folder):
            growth = _pruned(folder, checkpoint, -(-minimum // WIDTH) * WIDTH)
        _grow(state, shard, growth, checkpoint.size, disk)
        if growth.edge.root() != checkpoint.root:
            raise LedgerCorrupt(f"the entries of {folder} are not those that its checkpoint signs: {_WAY_OUT}")
        write_tiles(folder, growth.take(), disk)
    _grow(state, shard, growth, size, disk)
    return growth


def _from_tiles(state: Path, shard: str, checkpoint: Checkpoint, last: int) -> Growth:
    """The tree where its tiles were last synced, from the tiles of the checkpoint."""
    folder = state / "log" / shard
    minimum = minimum_of(folder)
    # tiles below a minimum index were synced before it was set
    start = max(min(synced_size(folder / "ledger"), checkpoint.size) // WIDTH * WIDTH, -(-minimum // WIDTH) * WIDTH)
    reader = TreeReader(checkpoint.size, lambda tile: read_tile(folder, tile))
    if reader.root() != checkpoint.root:
        raise TileError("the tiles are not those of the checkpoint")
    full_until(folder, start, minimum)
    if last < start:
        _compare(state, shard, reader, max(last, start - COMPARED), start)
    return growth_at(reader, start)


def _compare(state: Path, shard: str, reader: TreeReader, first: int, end: int) -> None:
    for entries in record_groups(state, shard, first):
        below = entries[: max(end - entries[0].index, 0)]
        for entry, leaf in zip(below, leaf_hashes(values_of(below)), strict=True):
            if leaf != reader.node(0, entry.index):
                raise TileError(f"entry {entry.index} is not that of its tile")
        if len(below) < len(entries):
            break


def growth_at(reader: TreeReader, size: int) -> Growth:
    """The tree of the first `size` entries, a multiple of 256, from the tiles of a larger one."""
    levels = []
    level = 0
    while (hashes := size >> (8 * level)) > 0:
        levels.append(reader.tile(level, hashes // WIDTH)[0][: hashes % WIDTH] if hashes % WIDTH else [])
        level += 1
    return Growth(levels)


def _pruned(folder: Path, checkpoint: Checkpoint, start: int) -> Growth:
    """The tree of the first `start` entries, a multiple of 256, some of which are gone, from full tiles alone: those
    were synced before any entry went, and partial ones never are.
    """
    reader = TreeReader(checkpoint.size, lambda tile: read_tile(folder, tile))
    levels: list[list[bytes]] = [[]]
    try:
        while (hashes := start >> (8 * len(levels))) > 0:
            below, partial = len(levels) - 1, hashes % WIDTH
            levels.append([reader.tile(below, number)[-1][0] for number in range(hashes - partial, hashes)])
    except (OSError, ValueError) as error:
        raise LedgerCorrupt(
            f"a tile of {folder} is gone or torn ({error}), and entries below {start} are pruned: {_WAY_OUT}"
        ) from error
    return Growth(levels)


def _grow(state: Path, shard: str, growth: Growth, size: int, disk: Disk) -> None:
    folder = state / "log" / shard
    written = growth.size
    for entries in record_groups(state, shard, growth.size) if growth.size < size else ():
        if entries[0].index != growth.size:
            break
        growth.extend(values_of(entries[: size - growth.size]))
        if growth.size - written >= _TILES_AT_ONCE:
            write_tiles(folder, growth.take_full(), disk)
            written = growth.size
        if growth.size == size:
            break
    if growth.size != size:
        raise LedgerCorrupt(f"{folder} has a gap: entry {growth.size} cannot be read: {_WAY_OUT}")
