"""A growing tree and the files that publish it: leaf values in, tiles and bundles out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from comity.proof.tiles import ENTRIES, WIDTH, Tile, pack_bundle, tiles_of
from comity.proof.tree import CompactRange, leaf_hashes, perfect_root

_HEIGHT = WIDTH.bit_length() - 1


class Growth:
    """Tiles under construction: the partial tile of each level, and the full ones not yet taken.

    A node inside a tile is hashed when the tile is full or the root is asked for, many at a time: a gateway pays for
    this twice with each request.
    """

    __slots__ = ("_full", "_levels", "_values", "size")

    def __init__(self, levels: Iterable[Sequence[bytes]] = (), values: Sequence[bytes] = ()) -> None:
        """Begin empty, or where a tree on disk ended.

        Args:
            levels: for each level the hashes of its partial tile.
            values: leaf values of the partial bundle.
        """
        self._levels = [list(level) for level in levels]
        self._values = list(values)
        self._full: list[tuple[Tile, list[bytes]]] = []
        self.size = sum(len(tile) << (_HEIGHT * level) for level, tile in enumerate(self._levels))
        """Number of leaves."""

    def push(self, value: bytes) -> None:
        """Take in the next leaf value (32 bytes)."""
        self.extend((value,))

    def extend(self, values: Sequence[bytes]) -> None:
        """Take in the next leaf values (32 bytes each)."""
        self.extend_hashed(values, leaf_hashes(values))

    def extend_hashed(self, values: Sequence[bytes], hashes: Sequence[bytes]) -> None:
        """Take in the next leaf values, whose leaf hashes are known."""
        bundle = self.size // WIDTH
        self.size += len(hashes)
        self._values += values
        while len(self._values) >= WIDTH:
            self._full.append((Tile(ENTRIES, bundle, WIDTH), self._values[:WIDTH]))
            del self._values[:WIDTH]
            bundle += 1
        self._grow(0, hashes, self.size - len(hashes))

    def _grow(self, level: int, nodes: Sequence[bytes], first: int) -> None:
        if level == len(self._levels):
            self._levels.append([])
        tile = self._levels[level]
        tile += nodes
        number = first // WIDTH
        while len(tile) >= WIDTH:
            full = tile[:WIDTH]
            del tile[:WIDTH]
            self._full.append((Tile(level, number, WIDTH), full))
            self._grow(level + 1, (perfect_root(full),), number)
            number += 1

    @property
    def edge(self) -> CompactRange:
        """The right edge of the tree, for its root."""
        hashes = []
        for tile in reversed(self._levels):
            at = 0
            for height in reversed(range(_HEIGHT)):
                if len(tile) & (width := 1 << height):
                    hashes.append(perfect_root(tile[at : at + width]))
                    at += width
        return CompactRange(self.size, hashes)

    def whole(self) -> Growth:
        """A copy of the tree up to its last full tile of level 0, with nothing to take but partial tiles above it."""
        return Growth([[], *self._levels[1:]])

    def copy(self) -> Growth:
        """A copy that has nothing to take but partial tiles."""
        return Growth(self._levels, self._values)

    def take_full(self) -> list[tuple[Tile, bytes]]:
        """The full tiles and bundles that were not taken before; they are those of every larger tree too."""
        files, self._full = self._full, []
        return [(tile, pack_bundle(hashes) if tile.level == ENTRIES else b"".join(hashes)) for tile, hashes in files]

    def take(self) -> list[tuple[Tile, bytes]]:
        """The files that publish the tree of the present size and were not taken before, partial ones last."""
        return self.take_full() + self.take_partial()

    def take_partial(self) -> list[tuple[Tile, bytes]]:
        """The partial tiles and bundle of the present size."""
        return [
            (tile, pack_bundle(self._values) if tile.level == ENTRIES else b"".join(self._levels[tile.level]))
            for tile in tiles_of(self.size)
        ]
