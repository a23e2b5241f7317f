"""A shard's public files: tiles, bundles and the checkpoint, written in the order that makes them true."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from comity.adapters.ledger.disk import PUBLIC, make_folders, replace_durably, sync_folder, write_synced
from comity.proof.tiles import ENTRIES, WIDTH, Tile, tile_path

_BUNDLE_ENTRY = 2 + 32


def write_tiles(folder: Path, files: Iterable[tuple[Tile, bytes]]) -> list[Path]:
    """Write tiles and bundles below `folder`, durable with their names when it returns.

    Returns:
        Folders of partial tiles which full ones have made needless; remove them once a checkpoint covers those.
    """
    folders: dict[Path, None] = {}
    needless = []
    for tile, data in files:
        path = folder / tile_path(tile)
        if path.parent not in folders:
            make_folders(path.parent)
            folders[path.parent] = None
        write_synced(path, data, PUBLIC)
        if tile.width == WIDTH:
            needless.append(path.with_name(f"{path.name}.p"))
    for changed in folders:
        sync_folder(changed)
    return needless


def remove_partial(folders: Iterable[Path]) -> None:
    """Remove the partial tiles of full ones. A crash before or within leaves files that harm nobody."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def write_checkpoint(folder: Path, note: str) -> None:
    """Put a signed checkpoint in place of the last one; durable when it returns."""
    replace_durably(folder / "checkpoint", note.encode(), PUBLIC)


def read_checkpoint(folder: Path) -> str | None:
    """The last signed checkpoint, or None if there is none yet."""
    try:
        return (folder / "checkpoint").read_text("utf-8")
    except FileNotFoundError:
        return None


def read_tile(folder: Path, tile: Tile) -> bytes:
    """Bytes of a tile or bundle; of the full one if the partial one is gone already.

    Raises:
        FileNotFoundError: neither is there.
    """
    try:
        return (folder / tile_path(tile)).read_bytes()
    except FileNotFoundError:
        if tile.width == WIDTH:
            raise
        full = (folder / tile_path(tile._replace(width=WIDTH))).read_bytes()
        return full[: tile.width * (_BUNDLE_ENTRY if tile.level == ENTRIES else 32)]
