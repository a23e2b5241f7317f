"""Requests as Parquet files of some hundred thousand rows each."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from comity.adapters.duck.asking import ask
from comity.adapters.duck.columns import AS_PARQUET, COLUMNS, KEY
from comity.adapters.duck.connection import DuckFault
from comity.posture.replay.groups import Asked
from comity.posture.replay.identity import number_of, text_of
from comity.posture.replay.requests import Request

PART_ROWS = 500_000
"""Rows of a file: 60 MB while they are gathered, and some 7 MB on disk."""

_FIGURES = ("received", "at", "prompt_tokens", "completion_tokens", "cost", "first_byte_ms", "total_ms")
_WORDS = ("shard", "currency", "finish")
_LINES = ("added_data", "added_subjects", "added_purposes", "rules")


class Parts:
    """Writes the parts of one export into a folder; each is whole when it has its place in `files`.

    Attributes:
        rows: how many were given.
        files: those that are written.
    """

    def __init__(self, folder: Path, duck: duckdb.DuckDBPyConnection) -> None:
        self.rows = 0
        self.files: list[Path] = []
        self._folder = folder
        self._duck = duck
        self._numbers: dict[int, str] = {}
        self._begin()

    def add(self, shard: str, request: Request) -> None:
        """One row more."""
        asked = request.asked
        group = self._groups.get(asked)
        first = group is None
        if group is None:
            group = self._groups[asked] = len(self._groups)
        for name, value in zip(
            _FIGURES,
            (
                request.received,
                request.at,
                request.prompt_tokens,
                request.completion_tokens,
                request.cost,
                request.first_byte_ms,
                request.total_ms,
            ),
            strict=True,
        ):
            self._figures[name].append(value)
        for name, word in zip(_WORDS, (shard, request.currency, request.finish), strict=True):
            self._codes[name].append(self._words.setdefault(word, len(self._words)))
        self._group.append(group)
        self._first.append(first)
        self.rows += 1
        if len(self._group) == PART_ROWS:
            self.write()

    def write(self) -> None:
        """Write what was gathered, if there is any, or if nothing was ever: an export of nothing is a file too.

        Raises:
            duckdb.Error: it could not be written.
            DuckFault: two groups have the same number.
        """
        if not self._group and self.files:
            return
        self._duck.register("figures", {name: np.frombuffer(each, np.int64) for name, each in self._arrays()})
        words = np.array([*self._words, ""], dtype=object)
        self._duck.register("words", {"code": np.arange(len(words)), "word": words})
        self._duck.register("keys", _keys(list(self._groups), self._numbers))
        path = self._folder / f"part-{len(self.files):05d}.parquet"
        copy = f"COPY ({SELECT}) TO '{str(path).replace(chr(39), chr(39) * 2)}' {AS_PARQUET}"
        ask(self._duck, lambda: self._duck.execute(copy))
        for name in ("figures", "words", "keys"):
            self._duck.unregister(name)
        self.files.append(path)
        self._begin()

    def _arrays(self) -> Iterator[tuple[str, array[int]]]:
        yield from self._figures.items()
        yield from self._codes.items()
        yield "key", self._group
        yield "is_first", self._first
        yield "row", array("q", range(len(self._group)))

    def _begin(self) -> None:
        self._figures = {name: array("q") for name in _FIGURES}
        self._codes = {name: array("q") for name in _WORDS}
        self._words: dict[str, int] = {}
        self._groups: dict[Asked, int] = {}
        self._group = array("q")
        self._first = array("q")


def _keys(groups: Sequence[Asked], numbers: dict[int, str]) -> dict[str, Any]:
    """The columns of distinct keys; lists are lines of a text."""
    columns: dict[str, list[Any]] = {"key": list(range(len(groups))), "asked": [], **{each.name: [] for each in KEY}}
    for asked in groups:
        number, text = number_of(asked), text_of(asked)
        if numbers.setdefault(number, text) != text:
            raise DuckFault(f"two groups have the number {number}: export shorter spans, by --since and --until")
        columns["asked"].append(number)
        lists = (*asked.added, asked.rules)
        members = {name: getattr(asked, name, "") for name in columns if name not in ("key", "asked")}
        for name, value in (members | dict(zip(_LINES, map("\n".join, lists), strict=True))).items():
            columns[name].append(value)
    integers = {name: np.array(columns.pop(name), np.int64) for name in ("key", "asked")}
    return integers | {name: np.array(values, dtype=object) for name, values in columns.items()}


def _column(name: str, kind: str) -> str:
    if name == "received":
        return "make_timestamp_ms(received)"
    if name in _LINES:
        return f"CASE WHEN {name} = '' THEN [] ELSE string_split({name}, chr(10)) END"
    if name in _WORDS:
        return f"{name}_.word"
    if name in _FIGURES and name != "at":
        return f"nullif({name}, -1)"
    return "is_first = 1" if name == "first" else f'"{name}"'


SELECT = (
    "SELECT "
    + ", ".join(f'({_column(name, kind)})::{kind} AS "{name}"' for name, kind, _ in COLUMNS)
    + " FROM figures JOIN keys USING (key)"
    + "".join(f" JOIN words AS {name}_ ON figures.{name} = {name}_.code" for name in _WORDS)
    + " ORDER BY row"
)
"""Rows in the order in which they were given: equal logs give equal files."""
