"""Upright bars: one for each year, or for any other step that has an order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from comity.charts.chart import Chart, Table
from comity.charts.drawing import WIDE, Drawing
from comity.charts.figures import NOT_KNOWN, Number, exact, plain, short
from comity.charts.letters import clean, cut, width
from comity.charts.scale import scale
from comity.charts.twin import bar, grid, twin

Step: TypeAlias = tuple[str, Number | None]

MOST_STEPS = 36  # three years of months: narrower bars have no room for a label
_HIGH = 240.0


def columns(title: str, rows: Sequence[Step], unit: str = "", source: str = "", notes: Sequence[str] = ()) -> Chart:
    """An upright bar for each step, from zero, with its figure above; `notes` has a word more for each step.

    A step that is not known has a dashed place and no height. The picture has the last 36 steps; the table has all.
    Raises ValueError for notes of another number than steps.
    """
    if notes and len(notes) != len(rows):
        raise ValueError(f"{title}: {len(notes)} notes for {len(rows)} steps")
    body = tuple(
        (clean(name), exact(value), *((clean(notes[n]),) if notes else ())) for n, (name, value) in enumerate(rows)
    )
    table = Table(("", unit or "value", *(("note",) if notes else ())), body)
    most = max((abs(found) for _, value in rows if (found := plain(value)) is not None), default=0.0)
    lines = [
        (name, exact(value, unit), bar(plain(value) or 0, most), *((notes[n],) if notes else ()))
        for n, (name, value) in enumerate(rows)
    ]
    svg = _picture(title, rows[-MOST_STEPS:], notes[-MOST_STEPS:], unit, len(rows))
    return Chart(title, svg, twin(title, grid(lines, right=(1,)), source), table, source)


def _picture(title: str, rows: Sequence[Step], notes: Sequence[str], unit: str, total: int) -> str:
    art = Drawing()
    found = [held for _, value in rows if (held := plain(value)) is not None]
    axis = scale(found, 34 + _HIGH, 34)
    left = max(width(short(tick), 11.5) for tick in axis.ticks) + 10
    if unit:
        art.words(0, 12, unit, "small soft", most=60)
    for tick in axis.ticks:
        y = axis.at(tick)
        art.line(left, y, WIDE, y, "axis" if tick == 0 else "grid")
        art.words(left - 8, y + 4, short(tick), "small soft", "end")
    slot = (WIDE - left) / max(1, len(rows))
    wide = min(54.0, slot * 0.68)
    every = max(
        1, -(-max((int(width(cut(clean(name), 14), 12)) + 8 for name, _ in rows), default=1) // max(1, int(slot)))
    )
    zero = axis.at(0)
    foot = axis.at(axis.low) + 18
    for number, (name, value) in enumerate(rows):
        middle = left + slot * (number + 0.5)
        tip = f"{name}: {exact(value, unit)}" + (f" ({notes[number]})" if notes else "")
        if (held := plain(value)) is None:
            art.unknown(middle - wide / 2, zero - 28, wide, 28, tip)
            if slot > 56:
                art.words(middle, zero - 34, NOT_KNOWN, "small soft", "middle")
        else:
            end = axis.at(held)
            art.block(middle - wide / 2, min(zero, end), wide, abs(end - zero), 0, tip)
            if slot > width(short(value), 11.5) + 4:
                art.words(middle, min(end, zero) - 6, short(value), "small strong halo", "middle")
        if (len(rows) - 1 - number) % every == 0:
            art.words(middle, foot, name, "", "middle", 14)
            if notes and slot > width(clean(notes[number]), 11.5):
                art.words(middle, foot + 16, notes[number], "small soft", "middle")
    foot += 22 if notes else 6
    if total > len(rows):
        art.words(left, foot + 14, f"the last {len(rows)} of {total}; the table has all", "small soft", most=60)
        foot += 20
    return art.svg(foot, title)
