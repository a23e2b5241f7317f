"""What a model of the future says: sentences, named figures, series over time, tables, and what was assumed."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct


class Baseline(Struct, frozen=True):
    """What a log says of today: tokens of a year at its pace, and over how many months that was seen."""

    tokens_per_year: float
    months: int


class Figure(Struct, frozen=True):
    """One number: its name, for sweeps and programs; what it is; the value as decimal text or a date, "" for none."""

    name: str
    says: str
    value: str
    unit: str = ""


class Series(Struct, frozen=True):
    """One line over time, with bands: each band its name, and low and high for every time. None is not known."""

    name: str
    values: tuple[float | None, ...]
    bands: tuple[tuple[str, tuple[float, ...], tuple[float, ...]], ...] = ()


class Plot(Struct, frozen=True):
    """Series that share an axis."""

    title: str
    unit: str
    times: tuple[str, ...]
    series: tuple[Series, ...]
    marks: tuple[tuple[str, str], ...] = ()  # a time, and what happens then


class Grid(Struct, frozen=True):
    """A table: its caption, its columns and its rows as text."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Outlook(Struct, frozen=True):
    """The whole of what a model says. `headline` is the answer in a sentence or two."""

    kind: str
    headline: tuple[str, ...]
    figures: tuple[Figure, ...]
    plots: tuple[Plot, ...] = ()
    grids: tuple[Grid, ...] = ()
    notes: tuple[str, ...] = ()


def figure(name: str, says: str, value: float | str | None, unit: str = "", digits: int = 2) -> Figure:
    """A figure, rounded to `digits`; a text stays as it is."""
    if isinstance(value, str) or value is None:
        return Figure(name, says, value or "", unit)
    return Figure(name, says, f"{value:.{digits}f}", unit)


def shown(found: Figure) -> str:
    """The value as a reader has it: thousands apart, "none" where there is none."""
    digits = found.value.removeprefix("-")
    if not digits.replace(".", "", 1).isdecimal():
        return found.value or "none"
    whole, point, rest = digits.partition(".")
    return f"{'-' if found.value != digits else ''}{int(whole):,}{point}{rest}"


def in_words(found: Outlook) -> str:
    """The outlook for a terminal."""
    return "\n".join(_lines(found))


def _lines(found: Outlook) -> Iterator[str]:
    yield from found.headline
    yield ""
    wide = max((len(each.says) for each in found.figures), default=0)
    for each in found.figures:
        yield f"  {each.says:<{wide}}  {shown(each)}{f' {each.unit}' if each.unit and each.value else ''}"
    for grid in found.grids:
        yield ""
        yield grid.caption
        rows = (grid.columns, *grid.rows)
        widths = [max(len(row[at]) for row in rows) for at in range(len(grid.columns))]
        for row in rows:
            yield "  " + "  ".join(f"{cell:<{size}}" for cell, size in zip(row, widths, strict=True)).rstrip()
    if found.notes:
        yield ""
        yield from (f"- {note}" for note in found.notes)
