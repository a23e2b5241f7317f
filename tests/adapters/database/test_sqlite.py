import sqlite3

import pytest

from comity.adapters.database import Database, DatabaseFault
from comity.adapters.database.schema import STEPS
from comity.adapters.keys import KeyStore

FIRST = """
CREATE TABLE keys (
    id TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, application TEXT,
    role TEXT CHECK (role IN ('owner', 'operator', 'auditor', 'counsel')),
    disclose TEXT NOT NULL CHECK (disclose IN ('full', 'none')),
    created INTEGER NOT NULL, expires INTEGER, revoked INTEGER,
    CHECK ((application IS NULL) <> (role IS NULL))
) STRICT
"""


def test_a_file_of_the_first_version_keeps_its_keys(tmp_path):
    with sqlite3.connect(tmp_path / "keys.db") as old:
        old.execute(FIRST)
        old.execute("PRAGMA user_version = 1")
        old.execute("INSERT INTO keys VALUES ('k1', 'd1', 'desk', NULL, 'full', 1, NULL, NULL)")
    old.close()
    with KeyStore(tmp_path) as store:
        (key,) = store.keys()
        assert (key.id, key.application, key.models, key.limits, key.budgets) == ("k1", "desk", None, None, ())
        made, _ = store.add(application="desk", now=2, models=("small",))
        assert store.keys() == (key, made)


def test_what_fails_leaves_nothing_behind(tmp_path):
    with Database(tmp_path) as database:
        with pytest.raises(RuntimeError), database.writing() as writing:
            writing.run("UPDATE revisions SET revision = 7")
            raise RuntimeError
        with pytest.raises(DatabaseFault, match=r"keys\.db cannot be written"), database.writing() as writing:
            writing.run("UPDATE revisions SET revision = 7")
            writing.run("no statement")
        assert database.read("SELECT revision FROM revisions") == [(1,)]


def test_a_newer_version_s_file_is_left_alone(tmp_path):
    Database(tmp_path).close()
    with sqlite3.connect(tmp_path / "keys.db") as newer:
        newer.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    newer.close()
    with pytest.raises(DatabaseFault, match="newer version"):
        Database(tmp_path)
