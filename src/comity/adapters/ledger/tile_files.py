"""A shard's public files: tiles, bundles and the checkpoint."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from comity.adapters.disk import DISK, PRIVATE, PUBLIC, Disk
from comity.proof.reader import TileError
from comity.proof.tiles import ENTRIES, WIDTH, Tile, tile_path

_BUNDLE_ENTRY = 2 + 32

MANY = 128
"""Files from which on the whole file system is synced at once: what others wrote on it has to wait too."""


def write_tiles(
    folder: Path, files: Iterable[tuple[Tile, bytes]], disk: Disk = DISK, *, pause_s: float = 0
) -> list[str]:
    """Write tiles and bundles below `folder`, each whole or not at all to a reader; returns their paths.

    They are not durable before `sync_files`: whatever a crash takes can be rebuilt from the segments. After each,
    `pause_s` seconds are left to other threads.
    """
    paths, known = [], set()
    for tile, data in files:
        path = f"{folder}/{tile_path(tile)}"
        parent = path.rpartition("/")[0]
        if parent not in known:
            disk.make_folders(Path(parent), durable=False)
            known.add(parent)
        disk.write_file(path, data)
        paths.append(path)
        if pause_s:
            time.sleep(pause_s)
    return paths


def sync_files(paths: Iterable[str], top: Path, disk: Disk = DISK) -> None:
    """Make files durable, and their names, up to and with the folder `top`. Files that are gone are passed over."""
    paths = list(paths)
    if len(paths) >= MANY and disk.sync_file_system(top):
        return
    folders = {top}
    for path in paths:
        try:
            handle = disk.open(path, os.O_RDONLY)
        except FileNotFoundError:
            continue
        try:
            disk.sync(handle)
        finally:
            os.close(handle)
        folders.add(Path(path).parent)
    for folder in [*folders]:
        folders.update(parent for parent in folder.parents if parent.is_relative_to(top))
    for folder in folders:
        disk.sync_folder(folder)


def synced_size(ledger: Path) -> int:
    """Entries whose full tiles and bundles are known to be durable; 0 if nothing is known."""
    try:
        text = (ledger / "tiles-synced").read_text("ascii").strip()
    except FileNotFoundError:
        return 0
    return int(text) if text.isdecimal() else 0


def set_synced_size(ledger: Path, size: int, disk: Disk = DISK) -> None:
    """Keep what `synced_size` gives; call it after `sync_files` returned for all of them."""
    disk.replace_durably(ledger / "tiles-synced", b"%d\n" % size, PRIVATE)


def full_until(folder: Path, size: int, minimum: int = 0) -> None:
    """Check that the full tiles of level 0 and the full bundles of the first `size` entries are there, of the right
    length; bundles of pruned entries need not be.

    Raises:
        TileError: one is gone or cut.
    """
    for level, length, first in ((0, 32, 0), (ENTRIES, _BUNDLE_ENTRY, minimum // WIDTH)):
        for number in range(first, size // WIDTH):
            path = f"{folder}/{tile_path(Tile(level, number, WIDTH))}"
            try:
                there = os.stat(path).st_size  # noqa: PTH116 - as text: there are tens of thousands
            except FileNotFoundError:
                there = -1
            if there != WIDTH * length:
                raise TileError(f"{path} is gone or cut")


def remove_partial(paths: Iterable[str], disk: Disk = DISK) -> None:
    """Remove the partial tiles of these full ones. What a crash or a fault leaves of them harms nobody."""
    for path in paths:
        with suppress(OSError):
            for partial in os.listdir(f"{path}.p"):  # noqa: PTH208 - as text, as in `write_tiles`
                disk.unlink(f"{path}.p/{partial}")
            disk.remove_folder(f"{path}.p")


def write_checkpoint(folder: Path, note: str, disk: Disk = DISK) -> None:
    """Put a signed checkpoint in place of the last one; durable when it returns."""
    disk.replace_durably(folder / "checkpoint", note.encode(), PUBLIC)


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
