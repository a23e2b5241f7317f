"""A table from a CSV or an XLSX file: its headers as they are meant, and its rows as text."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from comity.terms.digests import sha256_hex
from comity.terms.errors import UsageFault

MAX_BYTES = 256 * 1024 * 1024
"""The largest public list that is read here, Epoch's of all models, has 20 MB."""

MAX_UNPACKED = 2 * MAX_BYTES
"""Of the parts of an XLSX file, which are compressed."""

MAX_ROWS = 2_000_000
EACH = 10_000
"""Rows after which the reader says how far it is."""

MAX_COLUMNS = 200
"""Exports have up to 60; a workbook's row may claim 16,384."""

MAX_CELL = 1 << 17
"""Characters of a cell; lists of investors and abstracts are long."""

Row = Sequence[str]


class Table(NamedTuple):
    """A table. `columns` are places in a row by header, as `plain` makes it; `sha256` is of the file."""

    name: str
    columns: dict[str, int]
    rows: list[Row]
    sha256: str


def plain(header: str) -> str:
    """A header without case, punctuation and doubled spaces: `RMax (GFlop/s)` and `Rmax [GFlop/s]` are the same."""
    return re.sub(r"[^a-z0-9%]+", " ", header.casefold()).strip()


def read_table(path: Path, step: Callable[[int], None]) -> Table:
    """The first table of the file; `step` is told how many rows are read.

    Raises:
        UsageFault: it cannot be read, is too large, or is no table.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageFault(f"{path} is larger than {MAX_BYTES >> 20} MiB")
        data = path.read_bytes()
    except OSError as error:
        raise UsageFault(f"{path} cannot be read: {error.strerror}") from error
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UsageFault(f"{path} is an old Excel file: save it as .xlsx or .csv")
    columns: dict[str, int] = {}
    found: list[Row] = []
    for count, row in enumerate(_xlsx(path, data) if data.startswith(b"PK") else _csv(path, data)):
        if count > MAX_ROWS:
            raise UsageFault(f"{path} has more than {MAX_ROWS} rows")
        if count % EACH == 0:
            step(count)
        cells = [cell.strip() for cell in row]
        if columns:
            if any(cells):
                found.append(tuple(cells[: 1 + max(columns.values())]))
        elif sum(bool(cell) for cell in cells) > 1:  # a title may stand above the headers
            for place, header in enumerate(cells[:MAX_COLUMNS]):
                if header:
                    columns.setdefault(plain(header), place)
    if not columns:
        raise UsageFault(f"{path} is no table: no line of it has two columns")
    return Table(path.name, columns, found, sha256_hex(data))


def _csv(path: Path, data: bytes) -> Iterator[list[str]]:
    csv.field_size_limit(MAX_CELL)
    first = data.partition(b"\n")[0]
    delimiter = max(",;\t", key=lambda each: first.count(each.encode()))
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(data), "utf-8-sig", newline=""), delimiter=delimiter)
    try:
        yield from reader
    except UnicodeDecodeError as error:
        raise UsageFault(f"{path}:{reader.line_num + 1}: not UTF-8: save it as CSV in UTF-8") from error
    except csv.Error as error:
        raise UsageFault(f"{path}:{reader.line_num}: {error}") from error


def _xlsx(path: Path, data: bytes) -> Iterator[list[str]]:
    try:
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException
    except ModuleNotFoundError as error:
        raise UsageFault(f"{path} is an XLSX file: pip install 'comity[atlas]', or save it as CSV") from error
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED:
                raise UsageFault(f"{path} unpacks to more than {MAX_UNPACKED >> 20} MiB")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        for row in book.worksheets[0].iter_rows(max_col=MAX_COLUMNS, values_only=True):
            yield ["" if cell is None else _cell(cell) for cell in row]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, SyntaxError, ValueError) as error:
        raise UsageFault(f"{path} is no XLSX file that can be read: {error}") from error


def _cell(value: object) -> str:
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return text.removesuffix("T00:00:00")


class Columns:
    """Looks up cells by any of the names that a column has had over the years."""

    def __init__(self, table: Table, names: Mapping[str, Iterable[str]]) -> None:
        """`names` has, for each column that is wanted, the headers that it is known by.

        Raises:
            UsageFault: the table lacks a column that `names` marks as needed, with a `!` behind its name.
        """
        self._at: dict[str, int] = {}
        self._header: dict[str, str] = {}
        lacking = []
        for name, known in names.items():
            here = next((plain(each) for each in known if plain(each) in table.columns), None)
            if here is not None:
                self._at[name.rstrip("!")] = table.columns[here]
                self._header[name.rstrip("!")] = here
            elif name.endswith("!"):
                lacking.append(" or ".join(known))
        if lacking:
            raise UsageFault(f"{table.name} has no column {'; no column '.join(lacking)}")

    def get(self, row: Row, name: str) -> str:
        """The cell, empty if there is none."""
        at = self._at.get(name)
        return row[at] if at is not None and at < len(row) else ""

    def header(self, name: str) -> str:
        """The header by which the column was found, as `plain` makes it."""
        return self._header[name]
