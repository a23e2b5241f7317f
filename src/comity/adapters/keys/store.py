"""The table of keys, written by any process and read by the supervisor."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from comity.adapters.database import FILE, Database, DatabaseFault
from comity.adapters.database.notes import note
from comity.adapters.keys.entered import key_document
from comity.adapters.keys.key import Disclose, Key, Role, digest_of, new_secret
from comity.stack.operation import Budget, Limits
from comity.terms.instants import Instant

MAX_KEYS = 100_000
"""Keys in one store: the whole table lives in every worker, at some 300 bytes each."""

_ID_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # no l and 1, o and 0: ids are read aloud and typed

_COLUMNS = "id, digest, application, role, disclose, created, expires, revoked, models, limits, budgets"
_MARKS = ", ".join("?" * 11)

KeyStoreError = DatabaseFault

CONSOLE = "console"
"""Who acts by a command on the gateway's own machine."""


class UnknownKey(LookupError):
    """No key has this id."""


class KeyStore:
    """The keys of one control state."""

    def __init__(self, state: Path, url: str = "") -> None:
        """Open the store of a state folder, or of the PostgreSQL database at `url`; it is made if there is none.

        Raises:
            KeyStoreError: it cannot be read or made, or a newer version of this program wrote it.
        """
        self.path = state / FILE
        self._database = Database(state, url)
        self._seen = -1

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
        models: tuple[str, ...] | None = None,
        limits: Limits | None = None,
        budgets: tuple[Budget, ...] = (),
        by: str = CONSOLE,
    ) -> tuple[Key, str]:
        """Make a key; returns what is kept of it, and the key itself, which nothing can show again. `by` is entered.

        Raises:
            KeyStoreError: the store is full or cannot be written.
        """
        secret = new_secret(secrets.token_bytes(32))
        name = "".join(secrets.choice(_ID_ALPHABET) for _ in range(8))
        digest = digest_of(secret.encode())
        key = Key(name, digest, application, role, disclose, now, expires, None, models, limits, budgets)
        with self._database.writing() as writing:
            ((count,),) = writing.run("SELECT count(*) FROM keys")
            if count >= MAX_KEYS:
                raise KeyStoreError(f"{self._database.place} holds {count} keys, which is the limit")
            writing.run(f"INSERT INTO keys ({_COLUMNS}) VALUES ({_MARKS})", *_row(key))  # noqa: S608 - constants
            writing.run("UPDATE revisions SET revision = revision + 1 WHERE name = 'keys'")
            note(writing, now, by, "key.new", key.id, key_document(key))
        return key, secret

    def keys(self) -> tuple[Key, ...]:
        """Every key ever made, revoked ones too, oldest first.

        Raises:
            KeyStoreError: the store cannot be read.
        """
        rows = self._database.read(f"SELECT {_COLUMNS} FROM keys ORDER BY created, id")  # noqa: S608 - constants
        return tuple(_key(row) for row in rows)

    def revoke(self, key_id: str, now: Instant, by: str = CONSOLE) -> Key:
        """Make a key dead from `now` on; one that is revoked already stays as it is. `by` is entered.

        Raises:
            UnknownKey: no key has this id.
            KeyStoreError: the store cannot be written.
        """
        with self._database.writing() as writing:
            rows = writing.run(f"SELECT {_COLUMNS} FROM keys WHERE id = ?", key_id)  # noqa: S608 - constants
            if not rows:
                raise UnknownKey(key_id)
            key = _key(rows[0])
            if key.revoked is None:
                key = msgspec.structs.replace(key, revoked=now)
                writing.run("UPDATE keys SET revoked = ? WHERE id = ?", now, key_id)
                writing.run("UPDATE revisions SET revision = revision + 1 WHERE name = 'keys'")
                note(writing, now, by, "key.revoke", key.id, key_document(key))
        return key

    def restore(self, keys: Iterable[Key]) -> int:
        """Enter keys that are missing, and end those that are known to have ended; returns how many that were.

        Raises:
            KeyStoreError: the store cannot be written.
        """
        changed = 0
        with self._database.writing() as writing:
            for key in keys:
                rows = writing.run("SELECT revoked FROM keys WHERE id = ?", key.id)
                if not rows:
                    writing.run(f"INSERT INTO keys ({_COLUMNS}) VALUES ({_MARKS})", *_row(key))  # noqa: S608 - constants
                elif rows[0][0] is None and key.revoked is not None:
                    writing.run("UPDATE keys SET revoked = ? WHERE id = ?", key.revoked, key.id)
                else:
                    continue
                changed += 1
            writing.run("UPDATE revisions SET revision = revision + 1 WHERE name = 'keys'")
        return changed

    def changed(self) -> bool:
        """Whether anyone has written since the last call; True on the first.

        Cheap enough for several calls a second. A file that was replaced on disk is opened anew, and counts as changed.

        Raises:
            KeyStoreError: the store cannot be read.
        """
        replaced = self._database.replaced()
        ((revision,),) = self._database.read("SELECT revision FROM revisions WHERE name = 'keys'")
        before, self._seen = self._seen, revision
        return replaced or before != revision

    def close(self) -> None:
        """Close it."""
        self._database.close()


def _row(key: Key) -> tuple[object, ...]:
    return (
        *msgspec.structs.astuple(key)[:8],
        None if key.models is None else _text(key.models),
        None if key.limits is None else _text(key.limits),
        _text(key.budgets) if key.budgets else None,
    )


def _key(row: tuple[Any, ...]) -> Key:
    models, limits, budgets = row[8:]
    return Key(  # type: ignore[call-arg]  # eight columns, as the statement says
        *row[:8],
        None if models is None else msgspec.json.decode(models, type=tuple[str, ...]),
        None if limits is None else msgspec.json.decode(limits, type=Limits),
        () if budgets is None else msgspec.json.decode(budgets, type=tuple[Budget, ...]),
    )


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
