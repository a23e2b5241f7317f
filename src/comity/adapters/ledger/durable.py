"""What a shard holds at a start, before any entry is added, for whoever asks whether it may go on."""

from __future__ import annotations

from pathlib import Path

from comity.adapters.ledger.reading import record_groups
from comity.adapters.ledger.recovery import Recovered, growth_at
from comity.adapters.ledger.segment import values_of
from comity.adapters.ledger.tile_files import read_tile
from comity.proof.checkpoint import Checkpoint, CheckpointError
from comity.proof.cosignature import log_signed
from comity.proof.growth import Growth
from comity.proof.note import Note, VerifierKey
from comity.proof.reader import TreeReader
from comity.proof.tiles import WIDTH
from comity.proof.tree import EMPTY_ROOT


class Durable:
    """The tree of the entries that are durable.

    Attributes:
        size: how many there are.
        signed: of how many the last checkpoint is, 0 before the first.
    """

    def __init__(self, state: Path, shard: str, recovered: Recovered) -> None:
        self.size = recovered.size
        self.signed = max(recovered.signed, 0)
        self._state = state
        self._shard = shard
        folder = state / "log" / shard
        self._tiles = TreeReader(self.signed, lambda tile: read_tile(folder, tile))

    def root(self, size: int) -> bytes:
        """Root of the first `size` entries.

        Raises:
            LedgerCorrupt, OSError, ValueError: a tile or a segment cannot be read.
        """
        if size <= self.signed:
            return self._tiles.span(0, size) if size else EMPTY_ROOT
        # the tiles of what is not signed yet are not written yet
        begin = self.signed // WIDTH * WIDTH
        growth = growth_at(self._tiles, begin) if begin else Growth()
        for entries in record_groups(self._state, self._shard, begin):
            growth.extend(values_of(entries[: size - growth.size]))
            if growth.size == size:
                break
        return growth.edge.root()

    def prove(self, old: int) -> list[bytes]:
        """The proof that what is signed grew from `old` entries (RFC 6962 section 2.1.2)."""
        return self._tiles.consistency(old)

    def contradicted_by(self, shown: Note, key: VerifierKey) -> str:
        """Why this is not what the shard's `key` signed, in words for an operator: a checkpoint with its signature is
        larger, or of another tree. Empty if it is neither, or not signed by `key`.
        """
        try:
            theirs = Checkpoint.parse(shown.text)
        except CheckpointError:
            return ""
        if theirs.origin != key.name or not any(log_signed(key, shown.text, line) for line in shown.by(key)):
            return ""
        if theirs.size > self.size:
            return f"{theirs.size} entries of it are signed, and here are {self.size}"
        if theirs.root != self.root(theirs.size):
            return f"its first {theirs.size} entries were signed as others than those that are here"
        return ""
