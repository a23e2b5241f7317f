"""What was done by hand, kept with what it changed until the log has it: in one transaction, so nothing is missed."""

from __future__ import annotations

import json
import secrets
from typing import Any

from msgspec import Struct

from comity.adapters.database.database import Database, Writing
from comity.terms.instants import Instant

MOST = 100
"""Notes taken at once."""


class Note(Struct, frozen=True):
    """One thing done: who did what to what. `document` goes into the entry's private block."""

    id: str
    at: Instant
    actor: str
    action: str
    target: str
    document: dict[str, Any]


def new_id() -> str:
    """An id for a note."""
    return secrets.token_hex(8)


def note(
    writing: Writing, at: Instant, actor: str, action: str, target: str, document: dict[str, Any], name: str = ""
) -> None:
    """Keep a note, in the transaction that does it; `name` is its id, where somebody waits for it."""
    writing.run(
        "INSERT INTO notes (id, at, actor, action, target, document) VALUES (?, ?, ?, ?, ?, ?)",
        *(name or new_id(), at, actor, action, target, json.dumps(document)),
    )


def notes(database: Database) -> tuple[Note, ...]:
    """Notes that the log does not have yet, oldest first.

    Raises:
        DatabaseFault: they cannot be read.
    """
    rows = database.read("SELECT id, at, actor, action, target, document FROM notes ORDER BY at, id LIMIT ?", MOST)
    return tuple(Note(each, at, who, what, whom, json.loads(text)) for each, at, who, what, whom, text in rows)


def entered(database: Database, ids: tuple[str, ...]) -> None:
    """The log has these.

    Raises:
        DatabaseFault: they cannot be forgotten.
    """
    with database.writing() as writing:
        for each in ids:
            writing.run("DELETE FROM notes WHERE id = ?", each)
