"""Erasure salts: one file for each application, for itself and for every `Comity-Erasure-Ref` of it, destroyed to make
the byte commitments under it unlinkable (docs/spec/erasure.md)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from comity.adapters.disk import DISK, PRIVATE, Disk
from comity.adapters.ledger.in_turn import in_turn
from comity.adapters.ledger.ref_tree import RECORD_SIZE, Branch, RefTree
from comity.terms.digests import SIZE
from comity.terms.ids import application_id

MAX_KEPT = 10_000
"""Salts of refs kept in memory: 3 MB. One that is not among them is made again, in some 60 microseconds."""

CHUNK = 1 << 20
"""Bytes copied or overwritten at once: a file of 100,000 erased refs has 270 MB, which an order need not hold."""

MAGIC = b"CMTYSLT2"
"""A file of zeroes must never be taken for one of salts."""

_HEAD = len(MAGIC) + SIZE

_GONE, _NEXT = ".gone", ".next"
"""How names end of what is on its way out, and in; before it a dot and the application's name."""

_REFS = ".refs"
"""Folder in which an older version had a file for each ref: they would stay when the application's goes."""

_Version: TypeAlias = tuple[int, int, int]


class ApplicationSalts:
    """The erasure salts under `state/salts/`: a file of an application has its salt, and the secrets that give those of
    its refs (`RefTree`); 0600.

    Made once for each application, whichever worker comes first: neither a request nor a new ref writes anything. A
    ref is nowhere written. A worker forgets what it keeps in memory of an application when it is told to (`forget`),
    and at once when it is asked for a ref and finds another file.

    Duties of whoever destroys (one process at a time): a file is replaced whole, by one that is durable; what was in
    its place has another name before, durably, and is overwritten there, durably, before that name goes. Whatever a
    crash leaves, the file is the one or the other, and what is left under the other name ends with `finish` or the
    next `destroy`.
    """

    def __init__(self, state: Path, rng: Callable[[int], bytes] = os.urandom, disk: Disk = DISK) -> None:
        self._folder = state / "salts"
        self._rng = rng
        self._disk = disk
        self._known: dict[str, bytes] = {}
        self._paths: dict[str, str] = {}
        self._versions: dict[str, _Version | None] = {}
        self._refs: dict[tuple[str, str], bytes] = {}

    def get_or_create(self, application: str) -> bytes:
        """The application's salt, made and synced first if there is none (the first call may take a disk's time).

        Raises:
            ValueError: the name is no application id, or the file is damaged.
            OSError: the disk refused it.
        """
        salt = self._known.get(application)
        if salt is None:
            path = self._path(application)
            if not path.exists():
                self._disk.make_folders(path.parent)
                data = MAGIC + self._rng(SIZE) + Branch(0, 0, self._rng(SIZE)).to_bytes()
                self._disk.create_durably(path, data, PRIVATE)
            salt = self._known[application] = _consult(str(path), lambda handle: _application_salt(handle, path))
        return salt

    def of_ref(self, application: str, ref: str) -> bytes:
        """The salt of what an application asks under `ref`, as it is on the disk now.

        Raises:
            ValueError, OSError: as `get_or_create`.
        """
        path = self._paths.get(application)
        if path is None:
            path = self._paths[application] = str(self._path(application))
        version = _version(path)
        if version is None or version != self._versions.get(application):
            # something of it was destroyed, and nobody has told us yet
            self.forget(application)
            self.get_or_create(application)
            version = self._versions[application] = _version(path)
        salt = self._refs.get((application, ref))
        if salt is None:
            if len(self._refs) >= MAX_KEPT:
                self._refs.clear()
            salt = self._refs[application, ref] = _ref_salt(path, ref)
        return salt

    def get(self, application: str, ref: str | None = None) -> bytes | None:
        """The salt of an application or of a ref as it is on disk, or None if there is none (never made, or destroyed).

        Every ref has one, whether or not anything was ever asked under it.

        Raises:
            ValueError: the name is no application id, or the file is damaged.
        """
        path = self._path(application)
        try:
            if ref is not None:
                return _ref_salt(str(path), ref)
            return _consult(str(path), lambda handle: _application_salt(handle, path))
        except FileNotFoundError:
            return None

    def has(self, application: str) -> bool:
        """Whether there is a file of an application, damaged or not.

        Raises:
            ValueError: the name is no application id, or there is more of it, of an older version.
        """
        path = self._path(application)
        if (self._folder / _REFS / application).exists():
            raise _older(path)
        return path.exists()

    def forget(self, application: str) -> None:
        """Keep nothing of an application in memory: something of it was destroyed."""
        self._known.pop(application, None)
        self._versions.pop(application, None)
        for known in [key for key in self._refs if key[0] == application]:
            del self._refs[known]

    def destroy(self, application: str, ref: str | None = None) -> int:
        """Destroy the salt of a ref, or an application's and with it those of all its refs: 1, or 0 if it has no file.

        When it returns, it is not on the disk, nor comes back after a power cut. A copy elsewhere is a copy. What is
        asked under the ref from then on has another.

        Raises:
            ValueError: the name is no application id, or the file of which one ref is to go is damaged; or all of it
                is of an older version.
            OSError: the disk refused it; it may be destroyed.
        """
        path = self._path(application)
        self.forget(application)
        if not self._folder.is_dir():
            return 0
        self.has(application)
        with in_turn(self._folder):
            left = self._finish(path)
            if ref is not None:
                return self._replace(path, ref)
            with suppress(FileNotFoundError):
                # first out of the way: what is half overwritten must never be taken for a salt
                self._disk.rename(path, _beside(path, _GONE))
            return int(self._shred(_beside(path, _GONE)) or left)

    def finish(self) -> None:
        """End what a crash left half destroyed, of every application.

        Raises:
            OSError: the disk refused it.
        """
        if not self._folder.is_dir():
            return
        with in_turn(self._folder):
            for end in (_GONE, _NEXT):
                # one of the two is its end: an application may be called x.next
                for left in sorted(self._folder.glob(f".*{end}")):
                    self._finish(self._folder / left.name.removeprefix(".").removesuffix(end))

    def _finish(self, path: Path) -> bool:
        """Whether something that was to be destroyed was left."""
        left = False
        for other in (_beside(path, _NEXT), _beside(path, _GONE)):
            try:
                live = other.samefile(path)
            except FileNotFoundError:
                live = False
            if live:
                # a second name for what is still in force
                self._disk.unlink(other)
                self._disk.sync_folder(self._folder)
            else:
                left = self._shred(other) or left
        return left

    def _replace(self, path: Path, ref: str) -> int:
        following, gone = _beside(path, _NEXT), _beside(path, _GONE)
        try:
            old = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return 0
        try:
            tree = _tree(old, path)
            try:
                at, branches = tree.without(ref, self._rng(SIZE))
            except ValueError as error:
                raise _damaged(path) from error
            new = self._disk.open(following, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
            try:
                written = 0
                for data in _with_hole(old, at, b"".join(map(Branch.to_bytes, branches))):
                    self._disk.write_all(new, data, written)
                    written += len(data)
                self._disk.sync(new)
            finally:
                os.close(new)
        finally:
            os.close(old)
        self._disk.link(path, gone)
        self._disk.sync_folder(self._folder)
        self._disk.rename(following, path)
        self._shred(gone)
        return 1

    def _shred(self, gone: Path) -> bool:
        """Overwrite a file and take its name away, once it is durably not the one in force."""
        try:
            handle = self._disk.open(gone, os.O_WRONLY)
        except FileNotFoundError:
            return False
        try:
            self._disk.sync_folder(self._folder)
            size = os.fstat(handle).st_size
            for at in range(0, size, CHUNK):
                self._disk.write_all(handle, bytes(min(CHUNK, size - at)), at)
            self._disk.sync(handle)
        finally:
            os.close(handle)
        self._disk.unlink(gone)
        self._disk.sync_folder(self._folder)
        return True

    def _path(self, application: str) -> Path:
        return self._folder / application_id(application)


def _beside(path: Path, end: str) -> Path:
    return path.with_name(f".{path.name}{end}")


def _version(path: str) -> _Version | None:
    """What tells a file from those that were in its place before; None: there is none.

    Inodes are used again, at once on ext4. A file that has that of an earlier one has its time too only if three were
    written within one tick of the file system's clock, and an order takes longer.
    """
    try:
        found = os.stat(path)  # noqa: PTH116 - as text: it is asked for with each request under a ref
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _consult(path: str, read: Callable[[int], bytes]) -> bytes:
    """What `read` finds in a file, which is not being destroyed meanwhile."""
    while True:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            found: bytes | ValueError = read(handle)
        except ValueError as error:
            found = error
        finally:
            there = os.fstat(handle)
            os.close(handle)
        if _version(path) == (there.st_ino, there.st_mtime_ns, there.st_size):
            if isinstance(found, ValueError):
                raise found
            return found


def _ref_salt(path: str, ref: str) -> bytes:
    def read(handle: int) -> bytes:
        tree = _tree(handle, path)
        try:
            return tree.salt(ref)
        except ValueError as error:
            raise _damaged(path) from error

    return _consult(path, read)


def _application_salt(handle: int, path: Path | str) -> bytes:
    data = os.pread(handle, _HEAD, 0)
    if len(data) == SIZE and any(data):
        raise _older(path)
    if len(data) < _HEAD or not data.startswith(MAGIC):
        raise _damaged(path)
    return data[len(MAGIC) : _HEAD]


def _tree(handle: int, path: Path | str) -> RefTree:
    def branch(index: int) -> Branch:
        return Branch.parse(os.pread(handle, RECORD_SIZE, _HEAD + index * RECORD_SIZE))

    count = (os.fstat(handle).st_size - _HEAD) // RECORD_SIZE
    return RefTree(_application_salt(handle, path), count, branch)


def _with_hole(handle: int, at: int, instead: bytes) -> Iterator[bytes]:
    """A file in parts, with `instead` in the place of its branch number `at`."""
    begin = _HEAD + at * RECORD_SIZE
    yield from _part(handle, 0, begin)
    yield instead
    yield from _part(handle, begin + RECORD_SIZE, os.fstat(handle).st_size)


def _part(handle: int, at: int, end: int) -> Iterator[bytes]:
    while data := os.pread(handle, min(CHUNK, end - at), at):
        yield data
        at += len(data)


def _older(path: Path | str) -> ValueError:
    folder = Path(path).parent
    return ValueError(
        f"{path} was written by an older version of Comity, which had a file for each erasure ref: go on with that"
        f" version here, or stop the gateway and move {folder} away; then what was asked until now can no more be"
        " linked, nor found by its ref, and the log verifies as before"
    )


def _damaged(path: Path | str) -> ValueError:
    return ValueError(
        f"{path} is damaged: it does not hold erasure salts as docs/spec/erasure.md has them; take it from a backup"
        f" that is younger than the last order to erase, or destroy it: comity erase --application {Path(path).name}"
    )
