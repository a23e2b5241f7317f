"""`keys.db`: the table of keys, written by any process, read by the supervisor."""

from __future__ import annotations

import os
import secrets
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from comity.adapters.keys.key import Disclose, Key, Role, digest_of, new_secret
from comity.adapters.state import PRIVATE_FILE
from comity.terms.errors import Fault
from comity.terms.instants import Instant

FILE = "keys.db"

MAX_KEYS = 100_000
"""Keys in one store: the whole table lives in every worker, at some 300 bytes each."""

BUSY_S = 5.0
"""How long a writer waits for another process's write; a write takes milliseconds."""

_VERSION = 1
_ID_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # no l and 1, o and 0: ids are read aloud and typed

_TABLE = """
CREATE TABLE IF NOT EXISTS keys (
    id TEXT PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    application TEXT,
    role TEXT CHECK (role IN ('owner', 'operator', 'auditor', 'counsel')),
    disclose TEXT NOT NULL CHECK (disclose IN ('full', 'none')),
    created INTEGER NOT NULL,
    expires INTEGER,
    revoked INTEGER,
    CHECK ((application IS NULL) <> (role IS NULL))
) STRICT
"""
_COLUMNS = "id, digest, application, role, disclose, created, expires, revoked"


class KeyStoreError(Fault):
    """The key store cannot be read or written; the message names the file and the way out."""


class UnknownKey(LookupError):
    """No key has this id."""


class KeyStore:
    """One open `keys.db`."""

    def __init__(self, state: Path) -> None:
        """Open the store of a state folder, and make it (0600) if there is none.

        Raises:
            KeyStoreError: the file cannot be read or made, or a newer version of this program wrote it.
        """
        self.path = state / FILE
        self._connection = self._connect()
        self._seen: tuple[int, int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(
        self,
        *,
        application: str | None = None,
        role: Role | None = None,
        disclose: Disclose = "full",
        now: Instant,
        expires: Instant | None = None,
    ) -> tuple[Key, str]:
        """Make a key; returns what is kept of it, and the key itself, which nothing can show again.

        Raises:
            KeyStoreError: the store is full or cannot be written.
        """
        secret = new_secret(secrets.token_bytes(32))
        name = "".join(secrets.choice(_ID_ALPHABET) for _ in range(8))
        key = Key(name, digest_of(secret.encode()), application, role, disclose, now, expires)
        with self._failing("written"), self._connection:
            (count,) = self._connection.execute("SELECT count(*) FROM keys").fetchone()
            if count >= MAX_KEYS:
                raise KeyStoreError(f"{self.path} holds {count} keys, which is the limit")
            self._connection.execute(
                f"INSERT INTO keys ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - a constant
                msgspec.structs.astuple(key),
            )
        return key, secret

    def keys(self) -> tuple[Key, ...]:
        """Every key ever made, revoked ones too, oldest first.

        Raises:
            KeyStoreError: the store cannot be read.
        """
        with self._failing("read"):
            rows = self._connection.execute(
                f"SELECT {_COLUMNS} FROM keys ORDER BY created, id"  # noqa: S608 - a constant
            ).fetchall()
        return tuple(Key(*row) for row in rows)

    def revoke(self, key_id: str, now: Instant) -> Key:
        """Make a key dead from `now` on; one that is revoked already stays as it is.

        Raises:
            UnknownKey: no key has this id.
            KeyStoreError: the store cannot be written.
        """
        with self._failing("written"), self._connection:
            self._connection.execute("UPDATE keys SET revoked = ? WHERE id = ? AND revoked IS NULL", (now, key_id))
        for key in self.keys():
            if key.id == key_id:
                return key
        raise UnknownKey(key_id)

    def changed(self) -> bool:
        """Whether another connection has written since the last call; True on the first.

        Cheap enough for several calls a second. A store that was replaced on disk is opened anew.

        Raises:
            KeyStoreError: the store cannot be read.
        """
        with self._failing("read"):
            try:
                file = self.path.stat().st_ino
            except FileNotFoundError:
                file = 0
            if self._seen is None or self._seen[0] != file:
                self._connection.close()
                self._connection = self._connect()
                file = self.path.stat().st_ino
            (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        before, self._seen = self._seen, (file, version)
        return before != self._seen

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _connect(self) -> sqlite3.Connection:
        with self._failing("opened"):
            # SQLite gives its journal the mode of the database, so the file is made private before it opens it.
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE))
            connection = sqlite3.connect(self.path, timeout=BUSY_S)
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > _VERSION:
            raise KeyStoreError(f"{self.path} was written by a newer version of comity; install that one")
        if version == 0:
            with connection:
                connection.execute(_TABLE)
                connection.execute(f"PRAGMA user_version = {_VERSION}")

    def _failing(self, verb: str) -> _Failing:
        return _Failing(self.path, verb)


class _Failing:
    """Turns what SQLite and the disk say into one kind of error that names the file."""

    def __init__(self, path: Path, verb: str) -> None:
        self._path = path
        self._verb = verb

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, sqlite3.Error | OSError):
            raise KeyStoreError(f"{self._path} cannot be {self._verb}: {error}") from error
