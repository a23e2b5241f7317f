"""Hashes and proofs of a tree that is given as tiles."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping

from comity.proof.tiles import WIDTH, Tile, width_in
from comity.proof.tree import EMPTY_ROOT, HASH_SIZE, node_hash

Fetch = Callable[[Tile], bytes]
"""Gives the bytes of a tile; raises what its source raises if there is none."""

Pyramid = list[list[bytes]]
"""A tile's hashes and, above them, the inner nodes that are complete."""


class TileError(ValueError):
    """A tile does not have the length that the tree's size asks for."""


class TreeReader:
    """A tree of a given size, read through `fetch`.

    `cache` keeps the pyramids of full tiles, which never change; share it between readers of one log and bound it.
    """

    __slots__ = ("_cache", "_fetch", "_partial", "size")

    def __init__(self, size: int, fetch: Fetch, cache: MutableMapping[Tile, Pyramid] | None = None) -> None:
        self.size = size
        self._fetch = fetch
        self._cache: MutableMapping[Tile, Pyramid] = {} if cache is None else cache
        self._partial: dict[Tile, Pyramid] = {}

    def tile(self, level: int, number: int) -> Pyramid:
        """Pyramid of a tile of this tree.

        Raises:
            TileError: the tile has another length, or is not part of this tree.
        """
        tile = Tile(level, number, width_in(level, number, self.size))
        kept = self._cache if tile.width == WIDTH else self._partial
        pyramid = kept.get(tile)
        if pyramid is None:
            pyramid = kept[tile] = _pyramid(tile, self._fetch(tile))
        return pyramid

    def node(self, height: int, index: int) -> bytes:
        """Hash of the perfect subtree of 2^height leaves that is the index-th of its height."""
        level, within = divmod(height, 8)
        number = (index << within) // WIDTH
        return self.tile(level, number)[within][index - (number * WIDTH >> within)]

    def span(self, low: int, high: int) -> bytes:
        """MTH(D[low:high]), where low is a multiple of the largest power of two below the length."""
        count = high - low
        if count & (count - 1) == 0:
            height = count.bit_length() - 1
            return self.node(height, low >> height)
        left = 1 << ((count - 1).bit_length() - 1)
        return node_hash(self.span(low, low + left), self.span(low + left, high))

    def root(self) -> bytes:
        """Root of this tree."""
        return self.span(0, self.size) if self.size else EMPTY_ROOT

    def inclusion(self, index: int) -> list[bytes]:
        """The inclusion path of a leaf, sibling first (RFC 6962 section 2.1.1).

        Raises:
            IndexError: the index is not below the size.
        """
        if not 0 <= index < self.size:
            raise IndexError(f"index {index} is not in a tree of {self.size}")
        low, high = 0, self.size
        path = []
        while high - low > 1:
            middle = low + (1 << ((high - low - 1).bit_length() - 1))
            if index < middle:
                path.append(self.span(middle, high))
                high = middle
            else:
                path.append(self.span(low, middle))
                low = middle
        path.reverse()
        return path

    def consistency(self, old_size: int) -> list[bytes]:
        """The proof that the tree of `old_size` is the beginning of this one (RFC 6962 section 2.1.2).

        Raises:
            IndexError: `old_size` is larger than this tree.
        """
        if not 0 <= old_size <= self.size:
            raise IndexError(f"size {old_size} is not within a tree of {self.size}")
        if old_size in (0, self.size):
            return []
        low, high = 0, self.size
        path = []
        whole = True
        while old_size != high:
            middle = low + (1 << ((high - low - 1).bit_length() - 1))
            if old_size <= middle:
                path.append(self.span(middle, high))
                high = middle
            else:
                path.append(self.span(low, middle))
                low = middle
                whole = False
        if not whole:
            path.append(self.span(low, high))
        path.reverse()
        return path


def _pyramid(tile: Tile, data: bytes) -> Pyramid:
    if tile.width == 0 or len(data) != tile.width * HASH_SIZE:
        raise TileError(f"tile {tile.level}/{tile.number} has {len(data)} bytes, not {tile.width * HASH_SIZE}")
    rows = [[data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]]
    while len(rows[-1]) > 1:
        below = rows[-1]
        rows.append([node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)])
    return rows
