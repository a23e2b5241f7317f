"""One connection to the control state, whichever database keeps it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Any, Self

from comity.adapters.clock import unix_ms
from comity.adapters.database.postgres import connect as connect_postgres
from comity.adapters.database.postgres import shown
from comity.adapters.database.schema import STEPS
from comity.adapters.state import PRIVATE_FILE
from comity.terms.errors import Fault
from comity.terms.instants import Instant

FILE = "keys.db"

BUSY_S = 5.0
"""How long a writer waits for another process's write; a write takes milliseconds."""

MIGRATION_LOCK = 0x636F6D697479
"""`comity` as a number: the advisory lock under which one host at a time brings a PostgreSQL database up to date."""


class DatabaseFault(Fault):
    """The control state cannot be read or written; the message names the place and the way out."""


class Database:
    """The control state, opened. Threads may share it, one at a time; every statement has `?` for its values."""

    def __init__(self, state: Path, url: str = "") -> None:
        """Open the `keys.db` of a state folder (made with mode 0600 if it is not there), or the database at `url`.

        Raises:
            DatabaseFault: it cannot be opened, or a newer version of this program wrote it.
        """
        self._path = state / FILE
        self._url = url
        self._turn = RLock()
        self.place = shown(url) if url else str(self._path)
        self._file = 0
        self._connection = self._connect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def shared(self) -> bool:
        """Whether other hosts may use it too."""
        return bool(self._url)

    def read(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows, in one statement.

        Raises:
            DatabaseFault: it cannot be read.
        """
        with self._turn, self._failing("read"):
            self._refresh()
            return self._execute(statement, values)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """One transaction: all of it is kept, or nothing if it raises.

        Raises:
            DatabaseFault: it cannot be written.
        """
        with self._turn, self._failing("written"):
            self._refresh()
            self._execute("BEGIN" if self._url else "BEGIN IMMEDIATE", ())
            try:
                yield Writing(self)
                self._execute("COMMIT", ())
            except BaseException:
                try:
                    self._execute("ROLLBACK", ())
                except _errors(self._url):
                    self._drop()  # the connection is gone, and the transaction with it
                raise

    def clock(self, writing: Writing) -> Instant:
        """The time that all who share it go by, in Unix milliseconds: hosts' own clocks differ."""
        if not self._url:
            return unix_ms()
        ((now,),) = writing.run("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")
        return int(now)

    def replaced(self) -> bool:
        """Whether the file is another than the one that is open; it is then opened anew at the next use."""
        if self._url:
            return False
        try:
            return self._path.stat().st_ino != self._file
        except FileNotFoundError:
            return True

    def close(self) -> None:
        """Close it."""
        with self._turn:
            self._drop()

    def _refresh(self) -> None:
        if self._connection is not None and self.replaced():
            self._drop()
        if self._connection is None:
            self._connection = self._connect()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except _errors(self._url):
                pass  # it was broken already

    def _execute(self, statement: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        assert self._connection is not None
        cursor = self._connection.cursor()
        try:
            cursor.execute(statement.replace("?", "%s") if self._url else statement, values)
            return [tuple(row) for row in cursor.fetchall()] if cursor.description else []
        except OSError:
            self._drop()
            raise
        except _errors(self._url) as error:
            if self._url and "network" in str(error):  # how pg8000 says that the server is gone
                self._drop()
            raise
        finally:
            cursor.close()

    def _connect(self) -> Any:
        with self._failing("opened"):
            if self._url:
                connection = connect_postgres(self._url)
            else:
                # SQLite gives its journal the mode of the database: the file is made private before it opens it
                os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE))
                connection = sqlite3.connect(self._path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
                self._file = self._path.stat().st_ino
            self._connection = connection
            try:
                self._bring_up_to_date()
            except BaseException:
                self._drop()
                raise
        return connection

    def _bring_up_to_date(self) -> None:
        """All of it, or nothing: if it raises, the connection is closed, and the transaction with it."""
        if self._version() == len(STEPS):
            return
        self._execute("BEGIN" if self._url else "BEGIN IMMEDIATE", ())
        if self._url:
            self._execute("SELECT pg_advisory_xact_lock(?)", (MIGRATION_LOCK,))
        version = self._version()
        if version > len(STEPS):
            raise DatabaseFault(f"{self.place} was written by a newer version of comity; install that one")
        for statement in (each for step in STEPS[version:] for each in step):
            self._execute(statement, ())
        if self._url:
            self._execute("CREATE TABLE IF NOT EXISTS versions (version BIGINT NOT NULL)", ())
            self._execute("DELETE FROM versions", ())
            self._execute("INSERT INTO versions (version) VALUES (?)", (len(STEPS),))
        else:
            self._execute(f"PRAGMA user_version = {len(STEPS)}", ())
        self._execute("COMMIT", ())

    def _version(self) -> int:
        if not self._url:
            return int(self._execute("PRAGMA user_version", ())[0][0])
        if not self._execute("SELECT 1 FROM information_schema.tables WHERE table_name = 'versions'", ()):
            return 0
        rows = self._execute("SELECT version FROM versions", ())
        return int(rows[0][0]) if rows else 0

    @contextmanager
    def _failing(self, verb: str) -> Iterator[None]:
        """Turn what drivers and disks say into one kind of error that names the place."""
        errors: tuple[type[Exception], ...] = (*_errors(self._url), OSError)
        try:
            yield
        except errors as error:
            raise DatabaseFault(f"{self.place} cannot be {verb}: {error}") from error


class Writing:
    """Inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def run(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """One statement; the rows that it returns."""
        return self._database._execute(statement, values)


def _errors(url: str) -> tuple[type[Exception], ...]:
    if not url:
        return (sqlite3.Error,)
    from pg8000.dbapi import Error, InterfaceError

    return (Error, InterfaceError)
