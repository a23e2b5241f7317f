"""From what is on disk to a shard that can go on: torn tail, tree, open intents, side index."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from comity.adapters.ledger.failures import LedgerCorrupt
from comity.adapters.ledger.places import Places
from comity.adapters.ledger.reading import entries
from comity.adapters.ledger.segment import Entry, groups, has_group_after
from comity.adapters.ledger.segment_files import ledger_folder, read_segment, segment_path, segment_starts
from comity.adapters.ledger.tile_files import has_full, read_checkpoint, read_tile, synced_size, write_tiles
from comity.proof.checkpoint import Checkpoint
from comity.proof.growth import Growth
from comity.proof.leaf import leaf_value
from comity.proof.note import Note, VerifierKey
from comity.proof.reader import TileError, TreeReader
from comity.proof.tiles import WIDTH
from comity.proof.tree import leaf_hash

_TILES_AT_ONCE = 65_536
"""Entries whose tiles are held in memory while many are rebuilt: 4 MB."""


class Recovered(NamedTuple):
    """A shard as it stands: entries that are durable, the size last signed (-1: none), the tree, open intents."""

    size: int
    signed: int
    growth: Growth
    open: set[int]


def recover(state: Path, shard: str, key: VerifierKey, places: Places) -> Recovered:
    """Bring a shard that this process holds back to what is durable.

    Cuts a torn tail, sets the side index of the last segment, checks the last segment and the tree against the last
    signed checkpoint, and rebuilds tiles that are gone or damaged.

    Raises:
        LedgerCorrupt: the ledger contradicts itself or its last signed checkpoint, names what and where.
    """
    folder = ledger_folder(state, shard)
    starts = segment_starts(folder)
    checkpoint = _last_signed(folder.parent, key)
    signed = checkpoint.size if checkpoint else -1
    if not starts:
        if signed > 0:
            raise LedgerCorrupt(f"{folder} has no segment, but {signed} entries are signed: {_WAY_OUT}")
        return Recovered(0, signed, Growth(), set())
    last, open_intents = _last_segment(folder, starts[-1], key.name)
    size = last[-1].index + 1 if last else starts[-1]
    if size < signed:
        raise LedgerCorrupt(f"{folder} holds {size} entries, but {signed} are signed: {_WAY_OUT}")
    _set_places(state, shard, places, starts)
    places.forget_from(size)
    growth = _tree(state, shard, checkpoint, last, size)
    return Recovered(size, signed, growth, open_intents)


_WAY_OUT = "do not continue this shard; move its folder away for `comity log audit`, and a new shard is made"


def _last_signed(folder: Path, key: VerifierKey) -> Checkpoint | None:
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


def _last_segment(folder: Path, first: int, origin: str) -> tuple[list[Entry], set[int]]:
    data, header, start = read_segment(folder, first)
    if header.origin != origin:
        raise LedgerCorrupt(f"{segment_path(folder, first)} belongs to {header.origin}: {_WAY_OUT}")
    found: list[Entry] = []
    end = start
    for group in groups(data, start):
        if group.entries[0][1].index != first + len(found):
            raise LedgerCorrupt(f"{segment_path(folder, first)}: entry {first + len(found)} is missing: {_WAY_OUT}")
        found.extend(entry for _, entry in group.entries)
        end = group.end
    if end < len(data):
        if has_group_after(data, end):
            raise LedgerCorrupt(f"{segment_path(folder, first)} is damaged at byte {end}: {_WAY_OUT}")
        _cut(segment_path(folder, first), end)
    still_open = set(header.open)
    for entry in found:
        if entry.kind == "intent":
            still_open.add(entry.index)
        elif entry.intent is not None:
            still_open.discard(entry.intent)
    return found, still_open


def _cut(path: Path, size: int) -> None:
    handle = os.open(path, os.O_WRONLY)
    try:
        os.ftruncate(handle, size)
        os.fsync(handle)
    finally:
        os.close(handle)


def _set_places(state: Path, shard: str, places: Places, starts: list[int]) -> None:
    # slots of segments before the last were synced when it was begun; the last one's may be lost or stale
    folder = ledger_folder(state, shard)
    known = starts[-1] == 0 or places.has(starts[-1] - 1)
    for first in starts[-1:] if known else starts:
        data, header, start = read_segment(folder, first)
        for intent in header.open:
            places.unlink(intent)
        for group in groups(data, start):
            places.put(group.entries[0][1].index, [at for at, _ in group.entries])
            for _, entry in group.entries:
                if entry.intent is not None:
                    places.link(entry.intent, entry.index)


def _tree(state: Path, shard: str, checkpoint: Checkpoint | None, last: list[Entry], size: int) -> Growth:
    """The tree of all entries; tiles that are not known to be durable are written again on the way."""
    if checkpoint is not None and checkpoint.size:
        try:
            growth = _from_tiles(state, shard, checkpoint, last)
            _grow(state, shard, growth, checkpoint.size)
            if growth.edge.root() == checkpoint.root:
                write_tiles(state / "log" / shard, growth.take())
                _grow(state, shard, growth, size)
                return growth
        except (OSError, ValueError):
            # a tile is gone or torn: all of them are written again, below
            pass
    growth = Growth()
    if checkpoint is not None:
        _grow(state, shard, growth, checkpoint.size)
        if growth.edge.root() != checkpoint.root:
            raise LedgerCorrupt(
                f"the entries of {state / 'log' / shard} are not those that its checkpoint signs: {_WAY_OUT}"
            )
        write_tiles(state / "log" / shard, growth.take())
    _grow(state, shard, growth, size)
    return growth


def _from_tiles(state: Path, shard: str, checkpoint: Checkpoint, last: list[Entry]) -> Growth:
    """The tree where its tiles were last synced, from the tiles of the checkpoint."""
    folder = state / "log" / shard
    start = min(synced_size(folder / "ledger"), checkpoint.size) // WIDTH * WIDTH
    reader = TreeReader(checkpoint.size, lambda tile: read_tile(folder, tile))
    if reader.root() != checkpoint.root:
        raise TileError("the tiles are not those of the checkpoint")
    for number in range(start // WIDTH):
        if not has_full(folder, number):
            raise TileError(f"tile or bundle {number} is gone or cut")
    for entry in last:
        if entry.index < start and leaf_hash(_value(entry)) != reader.node(0, entry.index):
            raise TileError(f"entry {entry.index} is not that of its tile")
    levels = []
    level = 0
    while (hashes := start >> (8 * level)) > 0:
        levels.append(reader.tile(level, hashes // WIDTH)[0][: hashes % WIDTH] if hashes % WIDTH else [])
        level += 1
    return Growth(levels)


def _grow(state: Path, shard: str, growth: Growth, size: int) -> None:
    folder = state / "log" / shard
    for entry in entries(state, shard, growth.size):
        if growth.size == size:
            break
        if entry.index != growth.size:
            raise LedgerCorrupt(f"{folder} has a gap: entry {growth.size} cannot be read: {_WAY_OUT}")
        growth.push(_value(entry))
        if growth.size % _TILES_AT_ONCE == 0:
            write_tiles(folder, growth.take_full())
    if growth.size != size:
        raise LedgerCorrupt(f"{folder} has a gap: entry {growth.size} cannot be read: {_WAY_OUT}")


def _value(entry: Entry) -> bytes:
    return leaf_value(entry.kind, entry.salt, entry.party, entry.decision, entry.content)
