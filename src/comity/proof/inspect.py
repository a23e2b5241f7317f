"""Inspection of a whole public log: every bundle and tile against the signed root. Pure: files come by `fetch`."""

from __future__ import annotations

from typing import NamedTuple

from comity.proof.checkpoint import Checkpoint
from comity.proof.growth import Growth
from comity.proof.reader import Fetch
from comity.proof.tiles import ENTRIES, WIDTH, Tile, tile_path, unpack_bundle, width_in
from comity.proof.tree import HASH_SIZE

MAX_FINDINGS = 100
"""After so many an inspection ends: what is wrong is known by then."""


class Finding(NamedTuple):
    """Something that must not be: its name, the place, and a sentence for a person."""

    name: str
    place: str
    sentence: str


def inspect_tree(checkpoint: Checkpoint, fetch: Fetch, since: Checkpoint | None = None) -> list[Finding]:
    """Recompute the tree of a checkpoint from its entry bundles and compare every tile.

    Args:
        checkpoint: authenticated by the caller.
        fetch: gives a tile's bytes; an OSError of it is a finding.
        since: an older checkpoint of the same log, authenticated too: the tree must have grown from it.

    Returns:
        What is wrong: `shrunk`, `forked`, `missing-file`, `altered-bundle`, `altered-tile`, `altered-entry`.
    """
    findings: list[Finding] = []
    if since is not None and since.size > checkpoint.size:
        sentence = f"It had {since.size} entries and now has {checkpoint.size}."
        return [Finding("shrunk", checkpoint.origin, sentence)]
    growth = Growth()
    for number in range(-(-checkpoint.size // WIDTH)):
        tile = Tile(ENTRIES, number, width_in(ENTRIES, number, checkpoint.size))
        values = _bundle(tile, fetch, findings)
        if values is None or len(findings) >= MAX_FINDINGS:
            return findings
        for value in values:
            if since is not None and growth.size == since.size and growth.edge.root() != since.root:
                findings.append(_forked(checkpoint.origin, since.size))
                since = None
            growth.push(value)
        for tile, data in growth.take_full():
            _compare(tile, data, fetch, findings)
    for tile, data in growth.take_partial():
        _compare(tile, data, fetch, findings)
    if since is not None and growth.size == since.size and growth.edge.root() != since.root:
        findings.append(_forked(checkpoint.origin, since.size))
    if growth.edge.root() != checkpoint.root and not findings:
        sentence = f"The bundles give another root for {checkpoint.size} entries than the checkpoint signs."
        findings.append(Finding("altered-entry", checkpoint.origin, sentence))
    return findings


def compare_tile(tile: Tile, expected: bytes, data: bytes) -> Finding | None:
    """A tile or bundle against what the entries give; names the first entry or hash that differs."""
    if data == expected:
        return None
    step = HASH_SIZE + 2 if tile.level == ENTRIES else HASH_SIZE
    at = next((i for i in range(0, len(expected), step) if data[i : i + step] != expected[i : i + step]), len(expected))
    first = tile.number * WIDTH + at // step
    if tile.level == ENTRIES:
        return Finding("altered-bundle", tile_path(tile), f"Entry {first} of this bundle is not the one in the tree.")
    what = f"entry {first}" if tile.level == 0 else f"hash {first} of level {tile.level}"
    return Finding("altered-tile", tile_path(tile), f"The hash of {what} is not the one that the entries give.")


def _bundle(tile: Tile, fetch: Fetch, findings: list[Finding]) -> list[bytes] | None:
    path = tile_path(tile)
    try:
        values = unpack_bundle(fetch(tile))
    except OSError as error:
        findings.append(Finding("missing-file", path, f"It cannot be read: {error}."))
        return None
    except ValueError as error:
        findings.append(Finding("altered-bundle", path, f"It is no bundle: {error}."))
        return None
    if len(values) != tile.width or any(len(value) != HASH_SIZE for value in values):
        findings.append(Finding("altered-bundle", path, f"It has not {tile.width} entries of {HASH_SIZE} bytes."))
        return None
    return values


def _compare(tile: Tile, expected: bytes, fetch: Fetch, findings: list[Finding]) -> None:
    if tile.level == ENTRIES or len(findings) >= MAX_FINDINGS:
        return
    try:
        found = compare_tile(tile, expected, fetch(tile))
    except OSError as error:
        found = Finding("missing-file", tile_path(tile), f"It cannot be read: {error}.")
    if found is not None:
        findings.append(found)


def _forked(origin: str, size: int) -> Finding:
    return Finding("forked", origin, f"Its first {size} entries are not those that an older checkpoint signs.")
