"""Pairs of bars: what was, and what would be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from comity.charts.chart import Chart, Table
from comity.charts.drawing import WIDE, Drawing
from comity.charts.figures import NOT_KNOWN, Number, change, exact, headed, plain, short
from comity.charts.letters import LONGEST_NAME, clean, cut, width
from comity.charts.scale import Scale, scale
from comity.charts.twin import bar, grid, twin

Pair: TypeAlias = tuple[str, Number | None, Number | None]

MOST_ROWS = 30  # that a picture of this height stays on one page; the table has them all
_ROW, _BAR = 42.0, 13.0
_FIGURE = 74.0  # room beyond the longest bar for its figure
_CHANGE = 84.0  # the column of changes


def before_after(
    title: str,
    rows: Sequence[Pair],
    unit: str = "",
    source: str = "",
    names: tuple[str, str] = ("before", "after"),
) -> Chart:
    """Two bars for each row, from zero, with the change in per cent. None is drawn as not known, never as 0.

    Rows keep their order. The picture has the first thirty; the table and the text have all.
    """
    table = Table(
        ("", *(headed(name, unit) for name in names), "change"),
        tuple((clean(name), exact(old), exact(new), change(old, new)) for name, old, new in rows),
    )
    return Chart(
        title,
        _picture(title, rows[:MOST_ROWS], len(rows), names),
        _text(title, rows, unit, source, names),
        table,
        source,
    )


def _picture(title: str, rows: Sequence[Pair], total: int, names: tuple[str, str]) -> str:
    art = Drawing()
    left = min(205.0, max((width(cut(clean(name), LONGEST_NAME)) for name, _, _ in rows), default=0)) + 14
    top = art.legend(0, 14, ((names[0], None), (names[1], 0))) + 6
    found = [value for _, old, new in rows for value in (plain(old), plain(new)) if value is not None]
    axis = scale(found, left + (_FIGURE if min(found, default=0) < 0 else 0), WIDE - _CHANGE - _FIGURE)
    bottom = top + _ROW * len(rows)
    for tick in axis.ticks:
        x = axis.at(tick)
        art.line(x, top, x, bottom, "axis" if tick == 0 else "grid")
        art.words(x, bottom + 16, short(tick), "small soft", "middle")
    for number, (name, old, new) in enumerate(rows):
        y = top + _ROW * number + 5
        art.words(left - 14, y + 20, name, anchor="end", room=left - 14)
        _bar(art, axis, y, name, names[0], old, None)
        _bar(art, axis, y + _BAR + 3, name, names[1], new, 0)
        art.words(WIDE, y + 20, change(old, new), "strong", "end")
    if total > len(rows):
        art.words(left, bottom + 36, f"and {total - len(rows)} more, in the table", "small soft", most=60)
        bottom += 20
    return art.svg(bottom + 24, title)


def _bar(art: Drawing, axis: Scale, y: float, name: str, which: str, value: Number | None, hue: int | None) -> None:
    zero, found = axis.at(0), plain(value)
    tip = f"{name}, {which}: {exact(value)}"
    if found is None:
        art.unknown(zero, y, 20, _BAR, tip)
        art.words(zero + 26, y + 11, NOT_KNOWN, "small soft")
        return
    end = axis.at(found)
    art.block(min(zero, end), y, abs(end - zero), _BAR, hue, tip)
    art.words(end + (6 if found >= 0 else -6), y + 11, short(value), "small halo", "start" if found >= 0 else "end")


def _text(title: str, rows: Sequence[Pair], unit: str, source: str, names: tuple[str, str]) -> str:
    most = max((abs(found) for _, *pair in rows for each in pair if (found := plain(each)) is not None), default=0.0)
    lines = [
        (name if first else "", which, exact(value, unit), difference, bar(plain(value) or 0, most))
        for name, old, new in rows
        for first, which, value, difference in ((True, names[0], old, ""), (False, names[1], new, change(old, new)))
    ]
    return twin(title, grid(lines, right=(2, 3)), source)
