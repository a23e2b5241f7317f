"""Tree, proofs, tiles: against the recursion of RFC 6962 itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.proof import tree
from comity.proof.growth import Growth
from comity.proof.reader import TileError, TreeReader
from comity.proof.tiles import Tile
from tests.vectors import generate

MAX = 700
VALUES = [generate.sha256(b"leaf %d" % index) for index in range(MAX)]
LEAVES = [tree.leaf_hash(value) for value in VALUES]


class Published:
    """Every tile that was published for some sizes, and readers of the tree at each."""

    def __init__(self, sizes: list[int]) -> None:
        growth = Growth()
        self.tiles: dict[Tile, bytes] = {}
        self.roots = {}
        for size in sorted(set(sizes)):
            while growth.size < size:
                growth.push(VALUES[growth.size])
            self.tiles.update(growth.take())
            self.roots[size] = growth.edge.root()

    def reader(self, size: int) -> TreeReader:
        return TreeReader(size, self.tiles.__getitem__)


sizes = st.integers(1, MAX) | st.sampled_from([1, 2, 255, 256, 257, 511, 512, 513])


@settings(max_examples=60, deadline=None)
@given(sizes, st.data())
def test_inclusion(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    published = Published([size])
    path = published.reader(size).inclusion(index)
    assert published.roots[size] == generate.root(LEAVES[:size]) == published.reader(size).root()
    assert path == generate.path(LEAVES[:size], index)
    assert tree.verify_inclusion(LEAVES[index], index, size, path, published.roots[size])


@settings(max_examples=60, deadline=None)
@given(sizes, st.data())
def test_a_path_proves_nothing_else(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = generate.path(LEAVES[:size], index)
    root = generate.root(LEAVES[:size])
    other = data.draw(st.integers(-1, size))
    assert tree.verify_inclusion(LEAVES[index], other, size, path, root) == (other == index)
    assert not tree.verify_inclusion(b"x" * 32, index, size, path, root)
    assert not tree.verify_inclusion(LEAVES[index], index, size, [*path, root], root)
    if path:
        assert not tree.verify_inclusion(LEAVES[index], index, size, path[:-1], root)
        at = data.draw(st.integers(0, len(path) - 1))
        assert not tree.verify_inclusion(LEAVES[index], index, size, [*path[:at], b"x" * 32, *path[at + 1 :]], root)


@settings(max_examples=60, deadline=None)
@given(sizes, st.data())
def test_consistency(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(0, size))
    published = Published([old, size] if old else [size])
    path = published.reader(size).consistency(old)
    old_root, root = generate.root(LEAVES[:old]), published.roots[size]
    assert path == ([] if old in (0, size) else generate.subproof(old, LEAVES[:size], True))
    assert tree.verify_consistency(old, size, old_root, root, path)
    if 0 < old < size:
        assert not tree.verify_consistency(old, size, b"x" * 32, root, path)
        assert not tree.verify_consistency(old, size, old_root, b"x" * 32, path)
        assert not tree.verify_consistency(old, size, old_root, root, path[:-1])
        assert not tree.verify_consistency(old, size, old_root, root, [*path, root])
        assert not tree.verify_consistency(size, old, root, old_root, path)


@settings(max_examples=30, deadline=None)
@given(sizes, st.data())
def test_growth_continues_from_tiles(size: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, size)) // 256 * 256
    reader = Published([size]).reader(size)
    levels = []
    level = 0
    while (hashes := start >> (8 * level)) > 0:
        levels.append(reader.tile(level, hashes // 256)[0][: hashes % 256] if hashes % 256 else [])
        level += 1
    growth = Growth(levels)
    for value in VALUES[start:size]:
        growth.push(value)
    assert growth.edge.root() == generate.root(LEAVES[:size])
    assert dict(growth.take()).items() <= Published([size]).tiles.items()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 600), max_size=5))
def test_growth_takes_many_at_once_as_one_after_the_other(counts: list[int]) -> None:
    """Tiles and root are the same however the leaves come, and a copy is what the tree was."""
    growth, reference = Growth(), Growth()
    taken: dict[Tile, bytes] = {}
    for count in counts:
        values = [VALUES[index % MAX] for index in range(growth.size, growth.size + count)]
        growth.extend(values)
        for value in values:
            reference.push(value)
        whole = growth.whole()
        assert whole.size == growth.size // 256 * 256
        assert all(tile.level > 0 for tile, _ in whole.take_partial())
        assert growth.copy().take_partial() == reference.take_partial()
        assert growth.edge.root() == growth.copy().edge.root() == reference.edge.root()
        taken.update(growth.take_full())
    assert taken == dict(reference.take_full())


def test_a_tree_of_three_levels_of_tiles() -> None:
    growth = Growth()
    size = 65_536 + 300
    for index in range(size):
        growth.push(VALUES[index % MAX])
    tiles = dict(growth.take())
    assert Tile(1, 0, 256) in tiles
    assert Tile(2, 0, 1) in tiles
    assert Tile(1, 1, 1) in tiles
    assert Tile(0, 257, 44) in tiles
    reader = TreeReader(size, tiles.__getitem__)
    assert reader.root() == growth.edge.root()
    for index in (0, 65_535, 65_536, size - 1):
        path = reader.inclusion(index)
        assert tree.verify_inclusion(LEAVES[index % MAX], index, size, path, reader.root())


def test_the_empty_tree() -> None:
    assert Growth().edge.root() == TreeReader(0, {}.__getitem__).root() == generate.root([])
    assert Growth().take() == []


def test_a_tile_of_another_length_is_refused() -> None:
    reader = TreeReader(3, lambda tile: bytes(32 * tile.width - 1))
    with pytest.raises(TileError, match="95 bytes, not 96"):
        reader.root()


def test_indices_outside_the_tree_are_refused() -> None:
    reader = Published([5]).reader(5)
    for index in (-1, 5):
        with pytest.raises(IndexError):
            reader.inclusion(index)
    for old in (-1, 6):
        with pytest.raises(IndexError):
            reader.consistency(old)


def test_an_edge_has_a_hash_for_each_subtree() -> None:
    with pytest.raises(ValueError, match="2 perfect subtrees"):
        tree.CompactRange(3, [b"x" * 32])


def test_a_path_that_is_too_short_leads_to_no_root() -> None:
    path = generate.path(LEAVES[:5], 2)
    assert tree.root_from_inclusion(LEAVES[2], 2, 5, path) == generate.root(LEAVES[:5])
    assert tree.root_from_inclusion(LEAVES[2], 2, 5, path[:-1]) is None
    assert tree.root_from_inclusion(LEAVES[2], 2, 5, [*path, path[0]]) is None
    assert tree.root_from_inclusion(LEAVES[2], 5, 5, path) is None
