"""Rows of an export: CSV with a head line, JSON, or one JSON object a line. Only what is asked for is kept."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from comity.adapters.usage_imports.used import decoded
from comity.terms.problems import Problem, Problems

Row: TypeAlias = Mapping[str, Any]

MAX_JSON_BYTES = 1 << 28
"""Of one JSON document, which is read whole: half a million requests. More comes as CSV or as a JSON object a line."""

MAX_LINE = 1 << 20
"""Characters of a line: a row that holds prompts is longer than one that does not, and none is longer than this."""

MAX_ROWS = 50_000_000
"""A larger log is exported by day."""

WRAPPERS = ("data", "logs", "records", "value", "response", "results")
"""Members that hold the rows where a document is no array."""


def rows(path: Path) -> Iterator[Row]:
    """The rows of the file.

    Raises:
        Problems: it cannot be read, or is none of the three.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
        if head[:1] == b"[" or (head[:1] == b"{" and not _is_lines(head)):
            yield from _document(path)
        elif head[:1] == b"{":
            yield from _lines(path)
        else:
            yield from _table(path)
    except OSError as error:
        raise _problem(path, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _problem(path, "is not UTF-8", "save it as UTF-8") from error


def _is_lines(head: bytes) -> bool:
    """Whether the first line is a JSON object by itself and another follows."""
    first, end, rest = head.partition(b"\n")
    if not end or not rest.lstrip().startswith(b"{"):
        return False
    try:
        return isinstance(decoded(first), dict)
    except ValueError:
        return False


def _document(path: Path) -> Iterator[Row]:
    if path.stat().st_size > MAX_JSON_BYTES:
        raise _problem(path, f"has more than {MAX_JSON_BYTES:,} bytes", "export it as CSV, or one object a line")
    try:
        found = decoded(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except ValueError as error:
        raise _problem(path, f"is no JSON: {error}") from error
    yield from _unwrapped(path, found)


def _unwrapped(path: Path, found: Any) -> Iterator[Row]:
    """The objects of an array, or of the array that a document wraps; buckets of the usage API are opened."""
    if isinstance(found, dict):
        inner = next((found[name] for name in WRAPPERS if isinstance(found.get(name), list)), None)
        if inner is None:
            yield found
            return
        found = inner
    if not isinstance(found, list):
        raise _problem(path, "holds no rows", "expected an array of objects")
    for each in found:
        if isinstance(each, dict) and isinstance(each.get("results"), list):
            outer = {name: value for name, value in each.items() if name != "results"}
            yield from ({**outer, **inner} for inner in each["results"] if isinstance(inner, dict))
        elif isinstance(each, dict):
            yield each


def _lines(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_LINE + 1):
            number += 1
            if len(line) > MAX_LINE or number > MAX_ROWS:
                raise _problem(path, f"line {number} is longer than {MAX_LINE:,} bytes, or one too many")
            if not line.strip():
                continue
            try:
                row = decoded(line)
            except ValueError as error:
                raise _problem(path, f"line {number} is no JSON: {error}") from error
            if isinstance(row, dict):
                yield row


def _table(path: Path) -> Iterator[Row]:
    csv.field_size_limit(min(MAX_LINE, sys.maxsize))
    with path.open(encoding="utf-8-sig", newline="") as file:
        sample = file.read(4096)
        file.seek(0)
        separator = max(",;\t", key=sample.partition("\n")[0].count)
        try:
            for number, row in enumerate(csv.DictReader(file, delimiter=separator)):
                if number >= MAX_ROWS:
                    raise _problem(path, f"has more than {MAX_ROWS:,} rows", "export it by month")
                yield {(name or "").strip(): value for name, value in row.items() if isinstance(value, str)}
        except csv.Error as error:
            raise _problem(path, f"is no CSV: {error}") from error


def _problem(path: Path, found: str, hint: str = "") -> Problems:
    return Problems([Problem(str(path), 0, 0, "", found, "", hint)])
