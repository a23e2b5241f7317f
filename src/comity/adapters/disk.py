"""Writing files so that they survive a crash, in the order in which they were written."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

PRIVATE = 0o600
PUBLIC = 0o644

BLOCK = 4096
"""What `Disk.write_through` writes: whole multiples of this, at multiples of it, from memory that begins at one. It is
the largest block that today's disks have, and a page."""

NOT_HAD = (errno.EINVAL, errno.EOPNOTSUPP)
"""How a file system says that it has no such writes, or none of such blocks."""


class Disk:
    """The operations of a log on files, each of which can fail with OSError.

    Duties, of this machine's file system and of every other implementation:

    - What `sync` or `sync_data` returned for is there after a power cut, in full: file contents by a file's handle,
      names by their folder's; and what `write_through` returned for, of the contents. Nothing else need be, in whatever
      order it was done: a write may be there in part (any of its sectors), a file without its name, a name that was
      renamed under the old name still.
    - `rename` puts a whole file in the place of another: a reader, and a power cut, see the one or the other.
    - `link` gives a name that is taken to nobody.
    - An operation that raises may have been done all the same, in full or in part. After a `sync` that raised, the
      file system may show contents that the disk never took, and a later `sync` need not tell: only what is written
      again and synced is known to be there.

    Those before `sync_folder` are one system call each; `comity.testing.disk` lets tests make each of them fail, and
    cuts the power after each.
    """

    def open(self, path: Path | str, flags: int, mode: int = PRIVATE) -> int:
        """Open a file; the handle is not inherited."""
        return os.open(path, flags | os.O_CLOEXEC, mode)

    def write(self, handle: int, data: bytes | memoryview, at: int) -> int:
        """Write at an offset; returns how many bytes were written, which may be fewer."""
        return os.pwrite(handle, data, at)

    def write_through(self, handle: int, data: memoryview, at: int) -> int:
        """Write whole blocks (`BLOCK`) by a handle of `open_through`; they are durable when it returns. As `write`."""
        return os.pwrite(handle, data, at)

    def sync(self, handle: int) -> None:
        """Make a file or folder durable."""
        os.fsync(handle)

    def sync_data(self, handle: int) -> None:
        """Make a file's contents durable, and of the rest what is needed to read them."""
        os.fdatasync(handle)

    def sync_file_system(self, folder: Path) -> bool:
        """Make everything durable that lies on a folder's file system; False where the system has no such call.

        For hundreds of small files this costs a fiftieth of the processor's time that syncing each of them does.
        """
        syncfs = _syncfs()
        if syncfs is None:
            return False
        handle = self.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            syncfs(handle)
        finally:
            os.close(handle)
        return True

    def rename(self, old: Path | str, new: Path | str) -> None:
        """Put a file in the place of another."""
        os.rename(old, new)  # noqa: PTH104 - as text: a gateway writes hundreds of tiles a second

    def link(self, old: Path, new: Path) -> None:
        """Give a file a second name, unless that is taken."""
        new.hardlink_to(old)

    def truncate(self, handle: int, size: int) -> None:
        """Cut a file off, or make it longer by zeroes."""
        os.ftruncate(handle, size)

    def allocate(self, handle: int, size: int) -> None:
        """Make a file at least `size` long, with room on the disk for all of it."""
        os.posix_fallocate(handle, 0, size)

    def unlink(self, path: Path | str) -> None:
        """Take a name away."""
        os.unlink(path)  # noqa: PTH108 - as text, see `rename`

    def remove_folder(self, path: Path | str) -> None:
        """Take an empty folder away."""
        os.rmdir(path)  # noqa: PTH106 - as text, see `rename`

    def make_folder(self, path: Path) -> None:
        """Make a folder (0700), unless something of that name is there (FileExistsError)."""
        path.mkdir(mode=0o700)

    def sync_folder(self, folder: Path) -> None:
        """Make the names in a folder durable: created, renamed and removed files."""
        handle = self.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self.sync(handle)
        finally:
            os.close(handle)

    def make_folders(self, folder: Path, *, durable: bool = True) -> None:
        """Make a folder (0700) and those above it, durably unless told otherwise."""
        if folder.is_dir():
            return
        self.make_folders(folder.parent, durable=durable)
        with suppress(FileExistsError):
            self.make_folder(folder)
        if durable:
            self.sync_folder(folder.parent)

    def write_all(self, handle: int, data: bytes | memoryview, at: int = 0) -> None:
        """Write all of `data`, however many calls it takes. Raises OSError, then part of it may be written."""
        rest = memoryview(data)
        while rest:
            written = self.write(handle, rest, at)
            rest = rest[written:]
            at += written

    def open_through(self, path: Path) -> int | None:
        """Open a file for `write_through`, None where the system or this file system has no such writes."""
        if not hasattr(os, "O_DIRECT"):
            return None
        try:
            return self.open(path, os.O_WRONLY | os.O_DIRECT | os.O_DSYNC)
        except OSError as error:
            if error.errno in NOT_HAD:
                return None
            raise

    def write_file(self, path: Path | str, data: bytes, mode: int = PUBLIC, *, durable: bool = False) -> None:
        """Write a file under another name, then rename it: a reader sees the old file or the new one, never a part.

        If `durable`, its contents are before it gets its name; the folder is synced by the caller.
        """
        folder, _, name = str(path).rpartition("/")
        temporary = f"{folder}/.{name}.{os.getpid()}"
        self._fill(temporary, data, mode, durable=durable)
        self.rename(temporary, path)

    def replace_durably(self, path: Path, data: bytes, mode: int) -> None:
        """Put `data` at `path`, so that it is there after a crash from the moment that this returns."""
        self.write_file(path, data, mode, durable=True)
        self.sync_folder(path.parent)

    def create_durably(self, path: Path, data: bytes, mode: int) -> bool:
        """Put `data` at `path` unless something is there; False if so. Never overwrites, whoever else tries."""
        temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
        self._fill(temporary, data, mode, durable=True)
        try:
            # a link fails where the name is taken, and makes it appear with its contents whole
            self.link(temporary, path)
        except FileExistsError:
            return False
        finally:
            self.unlink(temporary)
            self.sync_folder(path.parent)
        return True

    def _fill(self, path: Path | str, data: bytes, mode: int, *, durable: bool) -> None:
        handle = self.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        try:
            self.write_all(handle, data)
            if durable:
                self.sync(handle)
        finally:
            os.close(handle)


@cache
def _syncfs() -> Callable[[int], None] | None:
    # lazily: few commands write a log
    import ctypes

    try:
        call = ctypes.CDLL(None, use_errno=True).syncfs
    except (OSError, AttributeError):  # not Linux
        return None

    def syncfs(handle: int) -> None:
        if call(handle):
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))

    return syncfs


DISK = Disk()
"""The disk of this machine."""
