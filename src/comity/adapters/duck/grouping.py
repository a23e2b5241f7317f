"""Groups of an export: one pass over its numbers, and one over the first row of each group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from comity.adapters.duck.asking import ask
from comity.adapters.duck.columns import BUCKET, COLUMNS, KEY, names
from comity.adapters.duck.connection import DuckFault, connected, watched
from comity.posture.replay.cells import grouped
from comity.posture.replay.groups import Asked, Groups
from comity.posture.replay.identity import number_of
from comity.terms.errors import UsageFault

HEAD = "SELECT * FROM read_parquet($files) LIMIT 0"

SUMS = (
    f"SELECT asked, {BUCKET}, count(*), coalesce(sum(prompt_tokens), 0)::BIGINT, "
    "coalesce(sum(completion_tokens), 0)::BIGINT, coalesce(sum(cost), 0)::BIGINT, "
    "count_if(prompt_tokens IS NULL AND completion_tokens IS NULL) FROM read_parquet($files) "
    "GROUP BY ALL ORDER BY asked"
)

KEYS = f'SELECT DISTINCT ON (asked) asked, {names(KEY)} FROM read_parquet($files) WHERE "first"'

MAX_GROUPS = 2_000_000
"""At half a kilobyte each this is 1 GB. A log that has more is grouped too finely to be worth grouping."""


def exported(path: Path) -> list[Path]:
    """The files of an export: `path` itself, or those in it; none if it is no export.

    A folder's are `*.parquet`, sorted.
    """
    if path.is_dir():
        return sorted(each for each in path.glob("*.parquet") if each.is_file())
    return [path] if path.suffix == ".parquet" and path.is_file() else []


def groups_in(path: Path) -> Groups:
    """The groups of the export at `path`, a file or a folder; raises as `parquet_groups`."""
    return parquet_groups(exported(path))


def parquet_groups(files: Sequence[Path], tell: Callable[[int], None] = lambda hundredths: None) -> Groups:
    """The groups of exports, by their numbers. A file that is named twice counts twice. `tell` is told how many
    hundredths of the work are done.

    Raises:
        DuckFault: a file is no Parquet, or not what `comity log export` writes.
        UsageFault: there is no file.
    """
    if not files:
        raise UsageFault("there is no Parquet file to group")
    told = {"files": [str(path.absolute()) for path in files]}
    with connected((), files) as duck:
        _check(ask(duck, lambda: duck.execute(HEAD, told).description), files)
        with watched(duck, tell):
            sums = ask(duck, lambda: duck.execute(SUMS, told).fetchmany(MAX_GROUPS))
        if any(min(cell[:3]) < 0 for _, _, _, *cell in sums):
            raise DuckFault(f"{files[0]} is damaged: it has figures below 0")
        if len(sums) == MAX_GROUPS:
            raise DuckFault(f"{files[0]} has more than {MAX_GROUPS} groups: it is no log of one gateway")
        keys = ask(duck, lambda: duck.execute(KEYS, told).fetchall())
        asked = {number: _asked(number, members) for number, *members in keys}
    try:
        return grouped((asked[number], bucket, (n, *cell)) for number, bucket, n, *cell in sums)
    except KeyError as error:
        raise DuckFault(f"{files[0]} is damaged: its group {error} has no first row") from error


def _check(found: Sequence[Any], files: Sequence[Path]) -> None:
    missing = {column.name for column in COLUMNS} - {name for name, *_ in found}
    if missing:
        raise DuckFault(f"{files[0]} is no export of a log: it has no column {', '.join(sorted(missing))}")
    kinds = {name: str(kind) for name, kind, *_ in found}
    for column in COLUMNS:
        if _family(kinds[column.name]) != _family(column.type):
            said = f"its column {column.name} is {kinds[column.name]}, where {column.type} is expected"
            raise DuckFault(f"{files[0]} was written by another version: {said}; export the log again")


def _family(kind: str) -> str:
    """What a type of DuckDB's holds: whole numbers of any size are alike, and so are instants of any precision."""
    whole = kind.removeprefix("U") in {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"}
    return "whole" if whole else "instant" if kind.startswith("TIMESTAMP") else kind


def _asked(number: int, members: Sequence[Any]) -> Asked:
    """The key that a group's first row shows; its number must be that key's, or rows were counted with others."""
    told: dict[str, Any] = {column.name: value for column, value in zip(KEY, members, strict=True)}
    data, subjects, purposes, rules = (
        tuple(told.pop(name)) for name in ("added_data", "added_subjects", "added_purposes", "rules")
    )
    made = Asked(added=(data, subjects, purposes), rules=rules, **told)
    if number_of(made) != number:
        raise DuckFault(f"an export is damaged: group {number} shows the key of another group")
    return made
