"""What every chart gives: a picture, a text twin that says the same, and the numbers themselves."""

from __future__ import annotations

from typing import NamedTuple


class Table(NamedTuple):
    """Numbers as they are printed: the first column names a row, every row has one cell for each column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Chart(NamedTuple):
    """One chart, three times: `svg` for eyes, `text` for terminals and screen readers, `table` for those who reckon.

    `svg` is one element without a document around it; it takes its colours from the page (`charts.style`).
    `source` says where the numbers come from; a page prints it under the picture.
    """

    title: str
    svg: str
    text: str
    table: Table
    source: str = ""
