"""Erasure salts: one file for each application, destroyed to make its byte commitments unlinkable."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from comity.adapters.disk import DISK, PRIVATE
from comity.terms.digests import SIZE

_APPLICATION = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class ApplicationSalts:
    """The erasure salts under `state/salts/`, 32 random bytes each, files 0600.

    Made once for each application, whichever worker comes first. Kept in memory by `get_or_create`, so that a
    request costs no file; a worker forgets them when it restarts.
    """

    def __init__(self, state: Path, rng: Callable[[int], bytes] = os.urandom) -> None:
        self._folder = state / "salts"
        self._rng = rng
        self._known: dict[str, bytes] = {}

    def get_or_create(self, application: str) -> bytes:
        """The application's salt, made and synced first if there is none (the first call may take a disk's time).

        Raises:
            ValueError: the name is no application id, or the file is damaged.
            OSError: the disk refused it.
        """
        salt = self._known.get(application)
        if salt is None:
            path = self._path(application)
            DISK.make_folders(self._folder)
            if not path.exists():
                DISK.create_durably(path, self._rng(SIZE), PRIVATE)
            salt = self._known[application] = _read(path)
        return salt

    def get(self, application: str) -> bytes | None:
        """The application's salt as it is on disk, or None if there is none (never made, or destroyed).

        Raises:
            ValueError: the name is no application id, or the file is damaged.
        """
        try:
            return _read(self._path(application))
        except FileNotFoundError:
            return None

    def _path(self, application: str) -> Path:
        if not _APPLICATION.fullmatch(application):
            raise ValueError(f"{application[:80]!r} is no application id")
        return self._folder / application


def _read(path: Path) -> bytes:
    salt = path.read_bytes()
    if len(salt) != SIZE:
        raise ValueError(f"{path} is damaged: an erasure salt has {SIZE} bytes")
    return salt
