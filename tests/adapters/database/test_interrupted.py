"""An interrupt that comes when a transaction has just ended is an interrupt, and the database is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from comity.adapters.database.database import Database


class Struck(Database):
    """Ctrl-C was pressed while the disk was waited for: it is heard when the statement is over."""

    def _execute(self, statement: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        rows = super()._execute(statement, values)
        if statement == "COMMIT":
            raise KeyboardInterrupt
        return rows


def test_an_interrupt_after_the_first_commit_is_one(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        Struck(tmp_path)
    whole = Database(tmp_path)
    assert whole.read("PRAGMA user_version") > [(0,)]
    whole.close()
