"""Inspection of a whole public log: every bundle and tile against the signed root. Pure: files come by `fetch`."""

from __future__ import annotations

from typing import NamedTuple

from comity.proof.checkpoint import Checkpoint
from comity.proof.growth import Growth
from comity.proof.reader import Fetch
from comity.proof.tiles import ENTRIES, WIDTH, Tile, tile_path, unpack_bundle, width_in
from comity.proof.tree import HASH_SIZE, CompactRange, leaf_hash

MAX_FINDINGS = 100
"""After so many an inspection ends: what is wrong is known by then."""


class Finding(NamedTuple):
    """Something that must not be: its name, the place, and a sentence for a person; the entry, where it is one."""

    name: str
    place: str
    sentence: str
    index: int | None = None  # type: ignore[assignment]  # of all tuple methods the least missed here


def inspect_tree(
    checkpoint: Checkpoint,
    fetch: Fetch,
    since: Checkpoint | None = None,
    *,
    minimum: int = 0,
    start: int = 0,
    copied: bool = False,
) -> list[Finding]:
    """Compare every bundle and every tile of a log with the root that its checkpoint signs.

    Args:
        checkpoint: authenticated by the caller.
        fetch: gives a tile's bytes; an OSError of it is a finding.
        since: an older checkpoint of the same log, authenticated too: the tree must have grown from it.
        minimum: the log's minimum index (tlog-tiles, "Pruning"): bundles that lie wholly below it need not be there.
        start: files of entries below it are not read again, but for the few that join the tree to them; rounded down
            to a full tile. It is not above the size of `since`, if there is one.
        copied: `fetch` gives what was checked under `since` from a copy: files of two trees are no sign of alteration.

    Returns:
        What is wrong: `shrunk`, `forked`, `missing-file`, `altered-bundle`, `altered-tile`, `altered-checkpoint`,
        `wrong-minimum`.
        Where a bundle and a tile disagree, the tree above them tells which was altered.
    """
    if since is not None and since.size > checkpoint.size:
        return [Finding("shrunk", checkpoint.origin, f"It had {since.size} entries and now has {checkpoint.size}.")]
    wrong: list[Finding] = []
    if minimum > checkpoint.size:
        # an index that is none excuses nothing that is not there
        sentence = f"The minimum index is {minimum}, and {checkpoint.size} entries are signed."
        wrong, minimum = [Finding("wrong-minimum", "minimum", sentence)], 0
    return wrong + _Inspection(checkpoint, fetch, since, minimum, start, copied=copied).run()


class _Inspection:
    def __init__(
        self,
        checkpoint: Checkpoint,
        fetch: Fetch,
        since: Checkpoint | None,
        minimum: int,
        start: int,
        *,
        copied: bool,
    ) -> None:
        self._copied = copied
        self._checkpoint = checkpoint
        self._fetch = fetch
        self._since = since
        self._kept = minimum // WIDTH
        self._first = min(start, checkpoint.size) // WIDTH
        self._growth = Growth()
        self._forked: Finding | None = None
        self.findings: list[Finding] = []

    def run(self) -> list[Finding]:
        size = self._checkpoint.size
        if self._first and not self._join():
            return self.findings
        for number in range(self._first, -(-size // WIDTH)):
            if len(self.findings) >= MAX_FINDINGS:
                return self.findings
            leaves = self._leaves(number)
            if leaves is None:
                return self.findings
            for leaf in leaves:
                self._grown()
                self._growth.extend_hashed((leaf,), (leaf,))
            self._compare(self._growth.take_full())
        self._grown()
        self._compare(self._growth.take_partial())
        signed = self._growth.edge.root() == self._checkpoint.root
        # if what was read is not what is signed, files were altered, which proves no fork
        if self._forked is not None and (signed or self._copied):
            self.findings.insert(0, self._forked)
        elif not signed and not self.findings:
            sentence = f"It signs another root than that of the {size} entries in the bundles and tiles."
            self.findings.append(Finding("altered-checkpoint", self._checkpoint.origin, sentence))
        return self.findings

    def _join(self) -> bool:
        """Begin with the tree of the entries that are not read, as the tiles above them have it; the root will tell."""
        levels: list[list[bytes]] = [[]]
        while count := (self._first * WIDTH) >> (8 * len(levels)):
            level = len(levels)
            number, within = divmod(count, WIDTH)
            width = width_in(level, number, self._checkpoint.size)
            hashes = self._hashes(Tile(level, number, width)) if within else []
            if hashes is None:
                return False
            levels.append(hashes[:within])
        self._growth = Growth(levels)
        return True

    def _grown(self) -> None:
        since = self._since
        if since is not None and self._growth.size == since.size:
            self._since = None
            if self._growth.edge.root() != since.root:
                sentence = f"Its first {since.size} entries are not those that an older checkpoint signs."
                self._forked = Finding("forked", self._checkpoint.origin, sentence)

    def _leaves(self, number: int) -> list[bytes] | None:
        """The true leaf hashes of a bundle, or None if neither it nor its tile can be read."""
        width = width_in(ENTRIES, number, self._checkpoint.size)
        tile = self._hashes(Tile(0, number, width))
        if number < self._kept:
            if tile is not None and not self._true(number, tile):
                path = tile_path(Tile(0, number, width))
                self.findings.append(Finding("altered-tile", path, "Its hashes are not those of the tile above."))
                return None
            return tile
        entries = self._hashes(Tile(ENTRIES, number, width))
        if entries is None or tile is None or entries == tile:
            return entries or tile
        at = next(i for i in range(width) if entries[i] != tile[i])
        altered = Tile(ENTRIES if self._true(number, tile) else 0, number, width)
        sentence = f"Its entry {number * WIDTH + at} is not the one in the tree."
        name = "altered-bundle" if altered.level == ENTRIES else "altered-tile"
        self.findings.append(Finding(name, tile_path(altered), sentence, number * WIDTH + at))
        return tile if altered.level == ENTRIES else entries

    def _true(self, number: int, hashes: list[bytes]) -> bool:
        """Whether the tree above a tile of level 0 holds these hashes."""
        edge = self._growth.edge
        if len(hashes) == WIDTH:
            own = CompactRange()
            for leaf in hashes:
                own.append(leaf)
            above = Tile(1, number // WIDTH, width_in(1, number // WIDTH, self._checkpoint.size))
            parents = self._hashes(above)
            return parents is not None and parents[number % WIDTH] == own.root()
        whole = CompactRange(edge.size, edge.hashes)
        for leaf in hashes:
            whole.append(leaf)
        return whole.root() == self._checkpoint.root

    def _hashes(self, tile: Tile) -> list[bytes] | None:
        """The hashes of a tile, or of a bundle's entries; a finding if it cannot be read."""
        path = tile_path(tile)
        try:
            data = self._fetch(tile)
            if tile.level != ENTRIES:
                hashes = [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]
            else:
                hashes = [leaf_hash(value) for value in unpack_bundle(data)]
        except OSError as error:
            self.findings.append(Finding("missing-file", path, f"It cannot be read: {error}."))
            return None
        except ValueError as error:
            self.findings.append(Finding("altered-bundle", path, f"It is no bundle: {error}."))
            return None
        if len(hashes) != tile.width or len(hashes[-1]) != HASH_SIZE:
            name = "altered-bundle" if tile.level == ENTRIES else "altered-tile"
            self.findings.append(Finding(name, path, f"It has not {tile.width} entries."))
            return None
        return hashes

    def _compare(self, files: list[tuple[Tile, bytes]]) -> None:
        """Tiles above level 0 against what the leaves give."""
        for tile, expected in files:
            if tile.level < 1 or len(self.findings) >= MAX_FINDINGS:
                continue
            hashes = self._hashes(tile)
            if hashes is not None and b"".join(hashes) != expected:
                at = next(i for i, node in enumerate(hashes) if node != expected[i * HASH_SIZE : (i + 1) * HASH_SIZE])
                sentence = f"Its hash {at} is not that of the tile below."
                self.findings.append(Finding("altered-tile", tile_path(tile), sentence))
