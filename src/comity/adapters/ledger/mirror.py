"""A copy of a shard's public files, kept by someone else and brought up to date by each audit that holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from comity.adapters.disk import DISK
from comity.adapters.ledger.tile_files import (
    read_checkpoint,
    read_tile,
    remove_partial,
    sync_files,
    write_checkpoint,
    write_tiles,
)
from comity.proof.tiles import WIDTH, Tile


class Mirror:
    """The folder of one shard. What is fetched is written at once; it counts once `keep` puts the checkpoint there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._new: list[str] = []

    @property
    def checkpoint(self) -> str | None:
        """The checkpoint that was kept last, as it was fetched."""
        return read_checkpoint(self._folder)

    def tile(self, tile: Tile, fetch: Callable[[Tile], bytes]) -> bytes:
        """A tile: the kept one if it is full, else as fetched. Raises what `fetch` raises, and OSError."""
        if tile.width == WIDTH:
            try:
                return read_tile(self._folder, tile)
            except FileNotFoundError:
                pass
        data = fetch(tile)
        self._new += write_tiles(self._folder, [(tile, data)])
        return data

    def keep(self, checkpoint: str) -> None:
        """The audit holds: the files are made durable, and this is their checkpoint."""
        DISK.make_folders(self._folder)
        sync_files(self._new, self._folder)
        write_checkpoint(self._folder, checkpoint)
        remove_partial(path for path in self._new if ".p/" not in path)
        self._new.clear()

    def drop(self) -> None:
        """The audit does not hold: what was fetched for it goes."""
        for path in self._new:
            Path(path).unlink(missing_ok=True)
        self._new.clear()
