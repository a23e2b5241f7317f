"""Hashes and proofs of a tree that is given as tiles."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping

from comity.proof.tiles import WIDTH, Tile, width_in
from comity.proof.tree import EMPTY_ROOT, HASH_SIZE, node_hash, parents

Fetch = Callable[[Tile], bytes]
"""Gives the bytes of a tile; raises what its source raises if there is none."""

Pyramid = list[list[bytes]]
"""A tile's hashes and, above them, the inner nodes that are complete."""

_ROWS = WIDTH.bit_length()
"""Of a full tile."""


class TileError(ValueError):
    """A tile does not have the length that the tree's size asks for."""


class TreeReader:
    """A tree of a given size, read through `fetch`.

    `cache` keeps the pyramids of full tiles, by level and number, which never change; share it between readers of one
    log and bound it.
    """

    __slots__ = ("_cache", "_edges", "_fetch", "_partial", "size")

    def __init__(self, size: int, fetch: Fetch, cache: MutableMapping[tuple[int, int], Pyramid] | None = None) -> None:
        self.size = size
        self._fetch = fetch
        self._cache: MutableMapping[tuple[int, int], Pyramid] = {} if cache is None else cache
        self._partial: dict[tuple[int, int], Pyramid] = {}
        self._edges: list[bytes | None] = []

    def tile(self, level: int, number: int) -> Pyramid:
        """Pyramid of a tile of this tree.

        Raises:
            TileError: the tile has another length, or is not part of this tree.
        """
        width = width_in(level, number, self.size)
        kept = self._cache if width == WIDTH else self._partial
        pyramid = kept.get((level, number))
        if pyramid is None:
            tile = Tile(level, number, width)
            pyramid = kept[level, number] = _pyramid(tile, self._fetch(tile))
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
        size = self.size
        if not 0 <= index < size:
            raise IndexError(f"index {index} is not in a tree of {size}")
        path: list[bytes] = []
        edges = self._edges or self._edge_hashes()
        for level in range((len(edges) + 7) // 8):
            number, at = divmod(index >> (8 * level), WIDTH)
            rows = self._cache.get((level, number)) or self.tile(level, number)
            if len(rows) == _ROWS:
                one, two, four, eight, sixteen, thirty_two, sixty_four, half, _ = rows
                path += (
                    one[at ^ 1],
                    two[at >> 1 ^ 1],
                    four[at >> 2 ^ 1],
                    eight[at >> 3 ^ 1],
                    sixteen[at >> 4 ^ 1],
                    thirty_two[at >> 5 ^ 1],
                    sixty_four[at >> 6 ^ 1],
                    half[at >> 7 ^ 1],
                )
                continue
            # the last tile of its level: beside and above its last hashes are nodes that are not perfect
            for height in range(8 * level, min(8 * level + 8, len(edges))):
                sibling = index >> height ^ 1
                if (sibling + 1) << height <= size:
                    path.append(rows[height - 8 * level][sibling - (number * WIDTH >> (height - 8 * level))])
                elif sibling << height < size and (edge := edges[height]) is not None:
                    path.append(edge)
        return path

    def _edge_hashes(self) -> list[bytes | None]:
        """For each height below the root's the hash of the last node where it is not perfect."""
        edges: list[bytes | None] = []
        edge: bytes | None = None
        for height in range((self.size - 1).bit_length()):
            edges.append(edge)
            if self.size >> height & 1:
                last = self.node(height, (self.size >> height) - 1)
                edge = last if edge is None else node_hash(last, edge)
        self._edges = edges
        return edges

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
        rows.append(parents(rows[-1]))
    return rows
