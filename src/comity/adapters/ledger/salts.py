"""Erasure salts: one file for each application and for each `Comity-Erasure-Ref` of it, destroyed to make the byte
commitments under it unlinkable (docs/spec/erasure.md)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from comity.adapters.disk import DISK, PRIVATE, Disk
from comity.terms.digests import SIZE, hmac_sha256

_APPLICATION = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")

MAX_KEPT = 10_000
"""Salts of refs kept in memory: 3 MB. One that is not among them is read again, in some 30 microseconds."""

_NAME = b"comity/erasure-ref/name/v1\n"
_GONE = ".gone"


class ApplicationSalts:
    """The erasure salts under `state/salts/`, 32 random bytes each, files 0600.

    Made once for each application, whichever worker comes first. Kept in memory by `get_or_create`, so that a
    request costs no file; a worker forgets them when it is told to (`forget`), or restarts.

    A ref is nowhere written: its file is named by a MAC of it under the application's salt.
    """

    def __init__(self, state: Path, rng: Callable[[int], bytes] = os.urandom, disk: Disk = DISK) -> None:
        self._folder = state / "salts"
        self._rng = rng
        self._disk = disk
        self._known: dict[str, bytes] = {}
        self._refs: dict[tuple[str, str], bytes] = {}

    def get_or_create(self, application: str) -> bytes:
        """The application's salt, made and synced first if there is none (the first call may take a disk's time).

        Raises:
            ValueError: the name is no application id, or the file is damaged.
            OSError: the disk refused it.
        """
        salt = self._known.get(application)
        if salt is None:
            salt = self._known[application] = self._made(self._path(application))
        return salt

    def of_ref(self, application: str, ref: str) -> bytes:
        """The salt of what an application asks under `ref`, made and synced first if there is none. Blocking.

        Raises:
            ValueError, OSError: as `get_or_create`.
        """
        salt = self._refs.get((application, ref))
        if salt is None:
            if len(self._refs) >= MAX_KEPT:
                self._refs.clear()
            path = self._ref_path(application, ref, self.get_or_create(application))
            salt = self._refs[application, ref] = self._made(path)
        return salt

    def get(self, application: str, ref: str | None = None) -> bytes | None:
        """The salt of an application or of a ref as it is on disk, or None if there is none (never made, or destroyed).

        Raises:
            ValueError: the name is no application id, or the file is damaged.
        """
        try:
            salt = _read(self._path(application))
            return salt if ref is None else _read(self._ref_path(application, ref, salt))
        except FileNotFoundError:
            return None

    def forget(self, application: str) -> None:
        """Keep nothing of an application in memory: something of it was destroyed."""
        self._known.pop(application, None)
        for known in [key for key in self._refs if key[0] == application]:
            del self._refs[known]

    def destroy(self, application: str, ref: str | None = None) -> int:
        """Destroy the salt of a ref, or an application's and those of all its refs; returns how many there were.

        When it returns, none of them is on the disk, nor comes back after a power cut. A copy elsewhere is a copy.

        Raises:
            ValueError: the name is no application id, or the application's salt is damaged.
            OSError: the disk refused it; some may be destroyed.
        """
        self.forget(application)
        own = self._path(application)
        if ref is not None:
            salt = self.get(application)
            return 0 if salt is None else self._destroy(self._ref_path(application, ref, salt))
        folder = self._refs_folder(application)
        # the application's first: without it no name of a ref's file can be told
        count = self._destroy(own)
        for inner in sorted(folder.glob("??")):
            # what a crash left on its way out is one of them
            names = {path.name.removeprefix(".").removesuffix(_GONE) for path in inner.iterdir()}
            count += sum(self._destroy(inner / name) for name in sorted(names))
            with suppress(OSError):  # a file on its way in, of a request that comes just now
                self._disk.remove_folder(inner)
        return count

    def _destroy(self, path: Path) -> int:
        gone = path.with_name(f".{path.name}{_GONE}")
        # first out of the way: a salt of zeroes must never be taken for one
        with suppress(FileNotFoundError):
            self._disk.rename(path, gone)
        try:
            handle = self._disk.open(gone, os.O_WRONLY)
        except FileNotFoundError:
            return 0
        try:
            self._disk.sync_folder(path.parent)
            self._disk.write_all(handle, bytes(SIZE))
            self._disk.sync(handle)
        finally:
            os.close(handle)
        self._disk.unlink(gone)
        self._disk.sync_folder(path.parent)
        return 1

    def _made(self, path: Path) -> bytes:
        if not path.exists():
            self._disk.make_folders(path.parent)
            self._disk.create_durably(path, self._rng(SIZE), PRIVATE)
        return _read(path)

    def _path(self, application: str) -> Path:
        if not _APPLICATION.fullmatch(application):
            raise ValueError(f"{application[:80]!r} is no application id")
        return self._folder / application

    def _refs_folder(self, application: str) -> Path:
        return self._folder / ".refs" / application

    def _ref_path(self, application: str, ref: str, salt: bytes) -> Path:
        name = hmac_sha256(salt, _NAME + ref.encode()).hex()
        return self._refs_folder(application) / name[:2] / name[2:]


def _read(path: Path) -> bytes:
    salt = path.read_bytes()
    if len(salt) != SIZE:
        raise ValueError(f"{path} is damaged: an erasure salt has {SIZE} bytes")
    return salt
