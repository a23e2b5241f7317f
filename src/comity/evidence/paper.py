"""Papers: tables of which every cell names its source, and of which the blanks are listed, not filled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

BLANK = ""


class Cell(Struct, frozen=True):
    """A value and where it was read: `log`, `realm`, `stack`, `register` or `law`, and the place there.

    A cell without a value is a blank; its source then says where the value belongs.
    """

    value: str
    source: str


class Column(Struct, frozen=True):
    """A column: its title, and its code where an authority has given it one (`B_02.02.0130`)."""

    title: str
    code: str = ""


class Table(Struct, frozen=True):
    """Rows of cells under columns. `cite` is the provision that asks for it."""

    name: str
    title: str
    cite: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


class Paper(Struct, frozen=True):
    """One document: what it is under which law, and what it does not show."""

    name: str
    title: str
    law: str
    url: str
    tables: tuple[Table, ...]
    limits: tuple[str, ...] = ()


class Blank(Struct, frozen=True):
    """A cell that nobody has filled: where it stands, and where its value belongs."""

    paper: str
    table: str
    row: int  # from 1
    column: str
    belongs: str


def blanks(papers: Iterable[Paper]) -> Iterator[Blank]:
    """Yields every blank of `papers`, in order."""
    for paper in papers:
        for table in paper.tables:
            for number, row in enumerate(table.rows, 1):
                for column, cell in zip(table.columns, row, strict=True):
                    if cell.value == BLANK:
                        title = f"{column.code} {column.title}".strip()
                        yield Blank(paper.name, table.name, number, title, cell.source)


def document(paper: Paper) -> dict[str, object]:
    """The paper as JSON: each row a mapping from the column's code, or title, to value and source."""
    return {
        "paper": paper.name,
        "title": paper.title,
        "law": paper.law,
        "url": paper.url,
        "limits": list(paper.limits),
        "tables": [
            {
                "table": table.name,
                "title": table.title,
                "cite": table.cite,
                **({"note": table.note} if table.note else {}),
                "rows": [
                    {
                        column.code or column.title: {"value": cell.value, "source": cell.source}
                        for column, cell in zip(table.columns, row, strict=True)
                    }
                    for row in table.rows
                ],
            }
            for table in paper.tables
        ],
    }


def columns(*titles: str) -> tuple[Column, ...]:
    """Columns that no authority has given codes."""
    return tuple(Column(title) for title in titles)


def coded(prefix: str, titles: Sequence[tuple[str, str]]) -> tuple[Column, ...]:
    """Columns of a template: `prefix` is its code, each title stands beside the column's own number."""
    return tuple(Column(title, f"{prefix}.{number}") for number, title in titles)
