"""Histories that a dishonest owner of the log's key could sign. No ledger of ours makes them; this does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from comity.proof.checkpoint import Checkpoint
from comity.proof.growth import Growth
from comity.proof.note import Signer
from comity.proof.reader import TreeReader
from comity.proof.tiles import Tile
from tests.interop.written import Shard


def forged(state: Path, shard: Shard) -> Iterator[tuple[str, list[bytes], str]]:
    """What each is, its proof from the true size, and its note, signed by the log's own key."""
    signer = Signer.parse((state / "log.key").read_text("utf-8")).named(shard.checkpoint.origin)
    values, size = shard.values(), shard.checkpoint.size
    values[7] = bytes(32)
    yield "the same size, another entry", [], _signed(signer, _tree(values))
    longer = _tree([*values, *([b"\1" * 32] * 300)])
    proof = _consistency(longer, size)
    yield "longer, an old entry altered", proof, _signed(signer, longer)
    honest = _tree([*shard.values(), b"\2" * 32])
    yield "grown, with the proof of another growth", proof, _signed(signer, honest)
    yield "grown, without a proof", [], _signed(signer, honest)


def _tree(values: list[bytes]) -> Growth:
    growth = Growth()
    for value in values:
        growth.push(value)
    return growth


def _signed(signer: Signer, tree: Growth) -> str:
    return signer.sign(Checkpoint(signer.key.name, tree.size, tree.edge.root()).text)


def _consistency(tree: Growth, old: int) -> list[bytes]:
    files: dict[Tile, bytes] = dict(tree.take())
    return TreeReader(tree.size, lambda tile: files[tile]).consistency(old)
