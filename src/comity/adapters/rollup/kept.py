"""The file that a roll-up is kept in: sums, and up to where they count, changed together or not at all."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from comity.adapters.state import PRIVATE_FILE
from comity.posture.replay.cells import Cell, Cells
from comity.posture.replay.groups import BOUNDS_MS, Asked
from comity.posture.replay.identity import asked_of, text_of
from comity.terms.errors import Fault

FILE = "rollup.db"

BUSY_S = 5.0
"""How long a writer waits for another process's write; a write takes milliseconds."""

VERSION = 1
"""Of the tables, and of what is counted how; a file of another version is made anew from the ledger."""

TABLES = """
CREATE TABLE meaning (version INTEGER, bounds TEXT);
CREATE TABLE positions (shard TEXT PRIMARY KEY, first INTEGER, counted INTEGER, intents INTEGER);
CREATE TABLE asked (id INTEGER PRIMARY KEY, text TEXT UNIQUE);
CREATE TABLE cells (shard TEXT, day INTEGER, asked INTEGER, bucket INTEGER, n INTEGER, prompt INTEGER,
  completion INTEGER, cost INTEGER, unknown INTEGER, PRIMARY KEY (shard, day, asked, bucket)) WITHOUT ROWID;
"""

MEANING = (VERSION, ",".join(map(str, BOUNDS_MS)))
"""What the numbers in the file are: other bounds are another histogram."""

ADD = (
    "INSERT INTO cells VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n, "
    "prompt = prompt + excluded.prompt, completion = completion + excluded.completion, cost = cost + excluded.cost, "
    "unknown = unknown + excluded.unknown"
)


SUMS = (
    "SELECT text, bucket, sum(n), sum(prompt), sum(completion), sum(cost), sum(unknown) FROM cells "
    "JOIN asked ON asked.id = cells.asked WHERE day BETWEEN ? AND ? GROUP BY cells.asked, bucket"
)


class RollupFault(Fault):
    """The roll-up cannot be read or written; the message names the file and the way out."""


class Position(NamedTuple):
    """How far a roll-up counts a shard: every request that ended at an index from `first` on and below `counted`, but
    those whose intents were pruned before; `intents` is the oldest intent that was open then."""

    first: int = 0
    counted: int = 0
    intents: int = 0


class Kept:
    """The roll-up of one state folder."""

    def __init__(self, state: Path, *, writable: bool = False) -> None:
        """Open it, where it is; a `writable` one is made where there is none, and anew if it is of another version.

        Raises:
            RollupFault: it cannot be opened.
        """
        self._path = state / FILE
        self._ids: dict[Asked, int] = {}
        with self._failing("opened"):
            if writable:
                os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE))
            there = self._path.exists()
            place = f"{self._path.absolute().as_uri()}?mode={'rw' if writable else 'ro'}" if there else ":memory:"
            self._connection = sqlite3.connect(
                place, uri=there, timeout=BUSY_S, isolation_level=None, check_same_thread=False
            )
            try:
                self.usable = self._is_ours()
                if writable and not self.usable:
                    self._empty()
                self._file = self._path.stat().st_ino if there else 0
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        """Close it."""
        self._connection.close()

    def replaced(self) -> bool:
        """Whether the file was deleted, or is another than the one that is open."""
        try:
            return self._path.stat().st_ino != self._file
        except FileNotFoundError:
            return True

    def positions(self) -> dict[str, Position]:
        """Of each shard that it counts; none if the file is of another version."""
        if not self.usable:
            return {}
        with self._failing("read"):
            rows = self._connection.execute("SELECT shard, first, counted, intents FROM positions").fetchall()
        return {shard: Position(*position) for shard, *position in rows}

    def read(self, first: int = 0, last: int = 2**62) -> tuple[dict[str, Position], list[tuple[Asked, int, Cell]]]:
        """Positions, and the sums of the days from `first` to `last` (since 1970-01-01, UTC) of all shards together,
        both as of one moment.

        Raises:
            RollupFault: it cannot be read.
        """
        if not self.usable:
            return {}, []
        with self._failing("read"):
            self._connection.execute("BEGIN")
            try:
                positions = self.positions()
                rows = self._connection.execute(SUMS, (first, last)).fetchall()
            finally:
                self._connection.execute("COMMIT")
        return positions, [(asked_of(text), bucket, tuple(cell)) for text, bucket, *cell in rows]

    def add(self, shard: str, before: int, position: Position, days: Mapping[int, Cells]) -> bool:
        """Add sums to those of a shard's days, and say up to where they count now: all of it, or nothing.

        False if the file does not count up to `before`: then another process has counted the same meanwhile.

        Raises:
            RollupFault: it cannot be written.
        """
        with self._failing("written"):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                rows = self._connection.execute("SELECT counted FROM positions WHERE shard = ?", (shard,)).fetchall()
                counts = (rows[0][0] if rows else 0) == before
                if counts:
                    self._write(shard, position, days)
                self._connection.execute("COMMIT")
            except BaseException:
                self._ids.clear()
                if self._connection.in_transaction:  # an interrupt may come when it is over
                    self._connection.execute("ROLLBACK")
                raise
        return counts

    def _write(self, shard: str, position: Position, days: Mapping[int, Cells]) -> None:
        rows = (
            (shard, day, self._id(asked), bucket, *cell)
            for day, cells in days.items()
            for (asked, bucket), cell in cells.items()
        )
        self._connection.executemany(ADD, rows)
        self._connection.execute("INSERT OR REPLACE INTO positions VALUES (?, ?, ?, ?)", (shard, *position))

    def _id(self, asked: Asked) -> int:
        known = self._ids.get(asked)
        if known is None:
            text = text_of(asked)
            self._connection.execute("INSERT OR IGNORE INTO asked (text) VALUES (?)", (text,))
            ((known,),) = self._connection.execute("SELECT id FROM asked WHERE text = ?", (text,)).fetchall()
            self._ids[asked] = known
        return int(known)

    def _is_ours(self) -> bool:
        try:
            rows = self._connection.execute("SELECT version, bounds FROM meaning").fetchall()
        except sqlite3.OperationalError:
            return False
        return rows == [MEANING]

    def _empty(self) -> None:
        drop = "".join(f"DROP TABLE IF EXISTS {table};" for table in ("meaning", "positions", "asked", "cells"))
        self._connection.executescript(f"BEGIN; {drop} {TABLES}")
        self._connection.execute("INSERT INTO meaning VALUES (?, ?)", MEANING)
        self._connection.execute("COMMIT")
        self.usable = True

    @contextmanager
    def _failing(self, done: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise RollupFault(
                f"the roll-up {self._path} cannot be {done} ({error}); delete it, and it is made again from the log"
            ) from error
