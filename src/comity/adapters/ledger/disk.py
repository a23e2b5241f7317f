"""Writing files so that they survive a crash, in the order in which they were written."""

from __future__ import annotations

import os
from pathlib import Path

PRIVATE = 0o600
PUBLIC = 0o644


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: created, renamed and removed files."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folders(folder: Path, *, durable: bool = True) -> None:
    """Make a folder (0700) and those above it, durably unless told otherwise."""
    if folder.is_dir():
        return
    make_folders(folder.parent, durable=durable)
    folder.mkdir(mode=0o700, exist_ok=True)
    if durable:
        sync_folder(folder.parent)


def write_all(handle: int, data: bytes | memoryview) -> None:
    """Write all of `data`, however many calls it takes. Raises OSError, then part of it may be written."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def write_synced(path: Path, data: bytes, mode: int) -> None:
    """Write a file under a temporary name, sync it, and rename it; the folder is synced by the caller.

    A reader sees the old file or the new one, never a part.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        write_all(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)
    temporary.rename(path)


def replace_durably(path: Path, data: bytes, mode: int) -> None:
    """Put `data` at `path`, so that it is there after a crash from the moment that this returns."""
    write_synced(path, data, mode)
    sync_folder(path.parent)


def create_durably(path: Path, data: bytes, mode: int) -> bool:
    """Put `data` at `path` unless something is there; False if so. Never overwrites, whoever else tries."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        write_all(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        # a link fails where the name is taken, and makes it appear with its contents whole
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        temporary.unlink()
        sync_folder(path.parent)
    return True
