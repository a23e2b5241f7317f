"""The page on exports says what is so: its commands are understood, its query answers, its columns are those."""

import shlex

import duckdb

from comity.adapters.duck.columns import COLUMNS
from comity.adapters.duck.export import of_log, write
from comity.adapters.rollup import FILE
from comity.cli.main import parser
from tests.adapters.rollup import written
from tests.adapters.rollup.test_rollup import a_day
from tests.tidy.tree import ROOT

PAGE = (ROOT / "docs" / "reference" / "export.md").read_text("utf-8")
TYPED = [line.strip() for line in PAGE.splitlines() if line.startswith("    ")]


def test_comity_understands_what_the_page_types():
    commands = [shlex.split(line)[1:] for line in TYPED if line.startswith("comity ")]
    assert [command[:2] for command in commands] == [["log", "export"], ["log", "export"], ["replay", "--log"]]
    for command in commands:
        parser(command[0]).parse_args(command)


def test_the_query_answers(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written.write(tmp_path, a_day)
    write(of_log(tmp_path), tmp_path / "november.parquet")
    (query,) = [line for line in TYPED if line.startswith("SELECT")]
    rows = duckdb.execute(query).fetchall()
    found = {(application, deployment): n for application, deployment, n, _ in rows}
    assert found == {("triage", "paris"): 2, ("triage", ""): 2}


def test_the_page_has_every_column_and_names_the_file():
    assert all(f"| `{name}` | {kind} |" in PAGE for name, kind, _ in COLUMNS)
    assert f"`{FILE}`" in PAGE
