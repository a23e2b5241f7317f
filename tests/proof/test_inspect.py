"""Inspection of a whole public log: what was altered is named, and nothing else."""

from __future__ import annotations

import pytest

from comity.proof.checkpoint import Checkpoint
from comity.proof.growth import Growth
from comity.proof.inspect import inspect_tree
from comity.proof.tiles import Tile, tile_path
from tests.vectors import generate

SIZE = 256 * 3 + 10
VALUES = [generate.sha256(b"leaf %d" % index) for index in range(SIZE)]


def published(values: list[bytes]) -> tuple[Checkpoint, dict[Tile, bytes]]:
    growth = Growth()
    for value in values:
        growth.push(value)
    return Checkpoint("example.org/log", growth.size, growth.edge.root()), dict(growth.take())


CHECKPOINT, TILES = published(VALUES)


def read(tiles: dict[Tile, bytes], tile: Tile) -> bytes:
    if tile not in tiles:
        raise FileNotFoundError(tile_path(tile))
    return tiles[tile]


def found(tiles: dict[Tile, bytes], checkpoint: Checkpoint = CHECKPOINT, since: Checkpoint | None = None) -> list[str]:
    return [f"{f.name} {f.place}" for f in inspect_tree(checkpoint, lambda tile: read(tiles, tile), since)]


def test_what_was_published_holds() -> None:
    assert found(TILES) == []
    assert inspect_tree(published([])[0], lambda tile: read({}, tile)) == []


@pytest.mark.parametrize("tile", sorted(TILES), ids=tile_path)
@pytest.mark.parametrize("at", [2, -1])
def test_an_altered_file_is_named_and_no_other(tile: Tile, at: int) -> None:
    data = bytearray(TILES[tile])
    data[at] ^= 1
    name = "altered-bundle" if tile.level == -1 else "altered-tile"
    assert found({**TILES, tile: bytes(data)}) == [f"{name} {tile_path(tile)}"]


@pytest.mark.parametrize("tile", sorted(TILES), ids=tile_path)
def test_a_missing_file_is_named(tile: Tile) -> None:
    rest = {other: data for other, data in TILES.items() if other != tile}
    assert f"missing-file {tile_path(tile)}" in found(rest)


@pytest.mark.parametrize("tile", sorted(TILES), ids=tile_path)
def test_a_cut_file_is_named(tile: Tile) -> None:
    name = "altered-bundle" if tile.level == -1 else "altered-tile"
    assert f"{name} {tile_path(tile)}" in found({**TILES, tile: TILES[tile][:-1]})
    assert f"{name} {tile_path(tile)}" in found({**TILES, tile: TILES[tile][:-34]})


def test_another_root() -> None:
    other = Checkpoint(CHECKPOINT.origin, SIZE, bytes(32))
    assert found(TILES, other) == ["altered-checkpoint example.org/log"]


@pytest.mark.parametrize("size", [0, 1, 255, 256, 700, SIZE])
def test_growth_since_an_older_checkpoint(size: int) -> None:
    older = published(VALUES[:size])[0]
    assert found(TILES, since=older) == []
    if size:
        forked = published([*VALUES[: size - 1], bytes(32)])[0]
        assert found(TILES, since=forked) == ["forked example.org/log"]


@pytest.mark.parametrize("second", sorted(TILES), ids=tile_path)
def test_files_that_were_altered_prove_no_fork(second: Tile) -> None:
    """Not even two that hide each other: both checkpoints are honest, and would prove nothing."""
    older = published(VALUES[:700])[0]
    for first in TILES:
        altered = dict(TILES)
        for tile in {first, second}:
            altered[tile] = TILES[tile][:2] + bytes(8) + TILES[tile][10:]
        told = found(altered, since=older)
        assert told and not [each for each in told if each.startswith("forked")]


def test_shrinkage() -> None:
    larger = published([*VALUES, bytes(32)])[0]
    assert found(TILES, since=larger) == ["shrunk example.org/log"]


@pytest.mark.parametrize("start", [256, 300, 767, 768, SIZE])
def test_a_log_can_be_read_on_from_where_it_was_read_before(start: int) -> None:
    asked: list[Tile] = []

    def fetch(tile: Tile) -> bytes:
        asked.append(tile)
        return read(TILES, tile)

    since = published(VALUES[:start])[0]
    assert inspect_tree(CHECKPOINT, fetch, since, start=start) == []
    assert not [tile for tile in asked if tile.level < 1 and tile.number < start // 256]
    forked = published([bytes(32), *VALUES[1:start]])[0]
    assert [f.name for f in inspect_tree(CHECKPOINT, fetch, forked, start=start)] == ["forked"]


@pytest.mark.parametrize("size", [256, 65_536, 65_536 + 300, 2 * 65_536 + 256])
def test_it_is_joined_at_every_level(size: int) -> None:
    values = [b"%032d" % index for index in range(size + 7)]
    checkpoint, tiles = published(values)
    since = published(values[:size])[0]
    assert inspect_tree(checkpoint, lambda tile: read(tiles, tile), since, start=size) == []
    join = Tile(1, size >> 16, (size + 7 >> 8) & 255)
    if join in tiles:
        altered = {**tiles, join: bytes(len(tiles[join]))}
        assert inspect_tree(checkpoint, lambda tile: read(altered, tile), since, start=size)


def test_a_minimum_index_above_the_tree_hides_nothing() -> None:
    bundle = bytearray(TILES[Tile(-1, 0, 256)])
    bundle[7] ^= 1
    altered = {**TILES, Tile(-1, 0, 256): bytes(bundle)}
    findings = inspect_tree(CHECKPOINT, lambda tile: read(altered, tile), minimum=SIZE + 1)
    assert [f"{f.name} {f.place}" for f in findings] == ["wrong-minimum minimum", "altered-bundle tile/entries/000"]


@pytest.mark.parametrize("minimum", [255, 256, 700, SIZE])
def test_bundles_below_the_minimum_index_may_be_gone(minimum: int) -> None:
    kept = {tile: data for tile, data in TILES.items() if tile.level != -1 or (tile.number + 1) * 256 > minimum}
    assert len(kept) == len(TILES) - minimum // 256
    assert inspect_tree(CHECKPOINT, lambda tile: read(kept, tile), minimum=minimum) == []
    if minimum >= 256:
        assert "missing-file tile/entries/000" in found(kept)
        tile = bytearray(kept[Tile(0, 0, 256)])
        tile[3] ^= 1
        altered = {**kept, Tile(0, 0, 256): bytes(tile)}
        findings = inspect_tree(CHECKPOINT, lambda tile: read(altered, tile), minimum=minimum)
        assert [f"{f.name} {f.place}" for f in findings] == ["altered-tile tile/0/000"]
