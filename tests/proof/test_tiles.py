"""Paths of tlog-tiles, to the letter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.proof import tiles
from comity.proof.tiles import ENTRIES, Tile

GOOD = {
    "tile/0/000": Tile(0, 0, 256),
    "tile/0/x001/x234/067": Tile(0, 1234067, 256),
    "tile/63/999.p/255": Tile(63, 999, 255),
    "tile/entries/x001/000.p/1": Tile(ENTRIES, 1000, 1),
}

BAD = [
    "",
    "checkpoint/",
    "tile/00/000",
    "tile/64/000",
    "tile/-1/000",
    "tile/0/0",
    "tile/0/0000",
    "tile/0/x000/001",
    "tile/0/001/002",
    "tile/0/x1/000",
    "tile/0/000.p/0",
    "tile/0/000.p/256",
    "tile/0/000.p/01",
    "tile/0/000.p",
    "tile/0/000/",
    "/tile/0/000",
    "tile/0/../ledger",
    "tile/0/٠٠٠",
    "tile/0/000\n",
    "tile/0/.000",
    "ledger/00000000000000000000.segment",
    "lock",
]


@pytest.mark.parametrize(("path", "tile"), GOOD.items())
def test_paths(path: str, tile: Tile) -> None:
    assert tiles.tile_path(tile) == path
    assert tiles.parse_path(path) == tile
    assert tiles.is_public(path)


@pytest.mark.parametrize("path", BAD)
def test_other_paths_are_not_served(path: str) -> None:
    assert tiles.parse_path(path) is None
    assert not tiles.is_public(path)


@given(st.integers(-1, 63), st.integers(0, 10**15), st.integers(1, 256))
def test_paths_round_trip(level: int, number: int, width: int) -> None:
    tile = Tile(level, number, width)
    assert tiles.parse_path(tiles.tile_path(tile)) == tile


def test_the_example_of_the_specification() -> None:
    # "a tree of size 70,000 will be represented by 273 full level 0 tiles, one partial level 0 tile of width 112, …"
    assert tiles.tiles_of(70_000) == [
        Tile(ENTRIES, 273, 112),
        Tile(0, 273, 112),
        Tile(1, 1, 17),
        Tile(2, 0, 1),
    ]
    assert tiles.tiles_of(256) == [Tile(1, 0, 1)]
    assert tiles.tiles_of(0) == []
    assert [tiles.width_in(0, number, 70_000) for number in (0, 272, 273, 274)] == [256, 256, 112, 0]


def test_bundles() -> None:
    data = tiles.pack_bundle([b"a" * 32, b"b" * 32])
    assert data == b"\x00\x20" + b"a" * 32 + b"\x00\x20" + b"b" * 32
    assert tiles.unpack_bundle(data) == [b"a" * 32, b"b" * 32]
    assert tiles.unpack_bundle(b"\x00\x00") == [b""]
    for cut in (1, 2, 33, 35, 67):
        with pytest.raises(ValueError, match="ends inside"):
            tiles.unpack_bundle(data[:cut])
