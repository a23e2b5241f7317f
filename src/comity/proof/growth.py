"""A growing tree and the files that publish it: leaf values in, tiles and bundles out."""

from __future__ import annotations

from collections.abc import Sequence

from comity.proof.tiles import ENTRIES, WIDTH, Tile, pack_bundle, tiles_of
from comity.proof.tree import HASH_SIZE, CompactRange, leaf_hash

_FULL = WIDTH * HASH_SIZE


class Growth:
    """Tiles under construction. Holds the partial tile of each level and the full ones not yet taken.

    Attributes:
        edge: right edge of the tree, for its root.
    """

    __slots__ = ("_full", "_levels", "_values", "edge")

    def __init__(self, edge: CompactRange | None = None, levels: Sequence[bytes] = (), values: bytes = b"") -> None:
        """Begin empty, or where a tree on disk ended.

        Args:
            edge: right edge of the tree so far.
            levels: for each level the hashes of its partial tile, joined.
            values: leaf values of the partial bundle, joined.
        """
        self.edge = edge or CompactRange()
        self._levels = [bytearray(level) for level in levels]
        self._values = bytearray(values)
        self._full: list[tuple[Tile, bytes]] = []

    @property
    def size(self) -> int:
        """Number of leaves."""
        return self.edge.size

    def push(self, value: bytes) -> None:
        """Take in the next leaf value (32 bytes)."""
        self.push_hashed(value, leaf_hash(value))

    def push_hashed(self, value: bytes, hashed: bytes) -> None:
        """Take in the next leaf value whose leaf hash is known."""
        self._values += value
        self._grow(0, hashed)
        completed = self.edge.append(hashed)
        for height in range(8, len(completed) + 1, 8):
            self._grow(height // 8, completed[height - 1])
        if len(self._values) == _FULL:
            self._full.append((Tile(ENTRIES, self.size // WIDTH - 1, WIDTH), pack_bundle(bytes(self._values))))
            self._values.clear()

    def _grow(self, level: int, node: bytes) -> None:
        if level == len(self._levels):
            self._levels.append(bytearray())
        tile = self._levels[level]
        tile += node
        if len(tile) == _FULL:
            leaves = self.edge.size + (level == 0)
            self._full.append((Tile(level, (leaves >> (8 * (level + 1))) - 1, WIDTH), bytes(tile)))
            tile.clear()

    def take_full(self) -> list[tuple[Tile, bytes]]:
        """The full tiles and bundles that were not taken before; they are those of every larger tree too."""
        files, self._full = self._full, []
        return files

    def take(self) -> list[tuple[Tile, bytes]]:
        """The files that publish the tree of the present size and were not taken before, partial ones last."""
        return self.take_full() + self.take_partial()

    def take_partial(self) -> list[tuple[Tile, bytes]]:
        """The partial tiles and bundle of the present size."""
        files = []
        for tile in tiles_of(self.size):
            partial = pack_bundle(bytes(self._values)) if tile.level == ENTRIES else bytes(self._levels[tile.level])
            files.append((tile, partial))
        return files
