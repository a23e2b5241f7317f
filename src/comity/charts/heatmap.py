"""A grid of cells: the darker, the more; each says what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from comity.charts.chart import Chart, Table
from comity.charts.drawing import WIDE, Drawing
from comity.charts.figures import NOT_KNOWN, Number, exact, plain, short
from comity.charts.letters import LONGEST_NAME, clean, cut, lines, width
from comity.charts.palette import RAMP_LIGHT
from comity.charts.twin import grid, twin

Row: TypeAlias = tuple[str, Sequence[Number | None]]

MOST_ROWS, MOST_COLUMNS = 40, 12  # cells stay wide enough for their figures; the table has the rest
_HIGH, _STEPS = 30.0, len(RAMP_LIGHT)


def heatmap(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Row],
    levels: Sequence[str] = (),
    unit: str = "",
    source: str = "",
    ends: tuple[float, float] | None = None,
) -> Chart:
    """One cell for each row and column. With `levels`, a cell is the number of its word in them, from 0.

    Without, cells are figures, in five equal steps between `ends`: the least and the most, unless told. None is hatched
    and says "not known". Raises ValueError for a row of another length and for a level that has no word.
    """
    for name, cells in rows:
        if len(cells) != len(columns):
            raise ValueError(f"{title}: {name} has {len(cells)} cells for {len(columns)} columns")
        if levels and any(cell is not None and cell not in range(len(levels)) for cell in cells):
            raise ValueError(f"{title}: {name} has a level that is not in 0 to {len(levels) - 1}")
    table = Table(
        ("", *columns), tuple((clean(name), *(_said(cell, levels, unit) for cell in cells)) for name, cells in rows)
    )
    body = grid([("", *columns), *table.rows])
    shown = [(name, cells[:MOST_COLUMNS]) for name, cells in rows[:MOST_ROWS]]
    found = [held for _, cells in shown for cell in cells if (held := plain(cell)) is not None]
    reach = (
        (0.0, float(max(1, len(levels) - 1))) if levels else ends or (min(found, default=0.0), max(found, default=0.0))
    )
    svg = _picture(title, columns[:MOST_COLUMNS], shown, levels, reach, (len(rows), len(columns)))
    return Chart(title, svg, twin(title, body, source), table, source)


def _said(cell: Number | None, levels: Sequence[str], unit: str) -> str:
    return levels[int(cell)] if levels and cell is not None else exact(cell, unit)


def _picture(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Row],
    levels: Sequence[str],
    ends: tuple[float, float],
    total: tuple[int, int],
) -> str:
    art = Drawing()
    left = min(205.0, max((width(cut(clean(name), LONGEST_NAME)) for name, _ in rows), default=0)) + 14
    slot = (WIDE - left) / max(1, len(columns))
    top = _legend(art, left, levels, *ends)
    heads = [lines(clean(name), slot - 8, 12)[:3] for name in columns]
    deep = max(map(len, heads), default=0)
    for number, head in enumerate(heads):
        for n, line in enumerate(head):
            art.words(
                left + slot * (number + 0.5),
                top + 14 * (n + deep - len(head)),
                line,
                "small strong",
                "middle",
                max(4, int(slot / 6.5)),
                tip=columns[number],
            )
    top += 14 * deep - 4
    for number, (name, cells) in enumerate(rows):
        y = top + _HIGH * number
        art.words(left - 12, y + 19, name, anchor="end", room=left - 14)
        for n, cell in enumerate(cells):
            tip = f"{name}, {columns[n]}: {_said(cell, levels, '')}"
            _cell(art, left + slot * n, y, slot, cell, levels, ends, tip)
    bottom = top + _HIGH * len(rows)
    if total != (len(rows), len(columns)):
        art.words(left, bottom + 18, f"{total[0]} rows and {total[1]} columns are in the table", "small soft", most=60)
        bottom += 22
    return art.svg(bottom + 4, title)


def _cell(
    art: Drawing,
    x: float,
    y: float,
    slot: float,
    cell: Number | None,
    levels: Sequence[str],
    ends: tuple[float, float],
    tip: str,
) -> None:
    if (held := plain(cell)) is None:
        art.unknown(x + 1.5, y + 1.5, slot - 3, _HIGH - 3, tip)
        words = NOT_KNOWN if slot > width(NOT_KNOWN, 11.5) + 8 else "?"
        art.words(x + slot / 2, y + 19, words, "small halo", "middle", tip=tip)
        return
    step = _step(held, *ends)
    art.plate(x + 1, y + 1, slot - 2, _HIGH - 2, f"r{step}", tip)
    words = levels[int(held)] if levels else short(held)
    art.words(x + slot / 2, y + 19, words, f"small i{step}", "middle", max(3, int(slot / 6.2)), tip=tip)


def _step(value: float, low: float, high: float) -> int:
    return max(0, min(_STEPS - 1, int((value / (high - low) - low / (high - low)) * _STEPS))) if high > low else 0


def _legend(art: Drawing, left: float, levels: Sequence[str], low: float, high: float) -> float:
    """The ramp with its words, from little to much; returns where the headings begin."""
    x = max(left, 90.0)
    art.words(x - 12, 15, "little to much", "small soft", "end")
    names = list(levels) or ([short(low), "", "", "", short(high)] if high > low else [short(low)])
    for number, name in enumerate(names):
        step = _step(number, low, high) if levels else number
        wide = max(34.0, width(name, 11.5) + 12)
        art.plate(x + 1, 2, wide - 2, 19, f"r{step}")
        art.words(x + wide / 2, 15.5, name, f"small i{step}", "middle")
        x += wide
    art.unknown(x + 8, 2.5, width(NOT_KNOWN, 11.5) + 12, 18)
    art.words(x + 8 + (width(NOT_KNOWN, 11.5) + 12) / 2, 15.5, NOT_KNOWN, "small halo", "middle")
    return 46.0
