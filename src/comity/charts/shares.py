"""Whole bars in parts: what share of each row fared how."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from comity.charts.chart import Chart, Table
from comity.charts.drawing import WIDE, Drawing
from comity.charts.figures import NOT_KNOWN, Number, exact, headed, plain, share, short, total
from comity.charts.letters import LONGEST_NAME, clean, cut, width
from comity.charts.twin import bar, grid, twin

Row: TypeAlias = tuple[str, Sequence[Number | None]]

MOST_ROWS = 30  # as many as a page holds; the table has them all
_ROW, _BAR = 30.0, 18.0


def shares(
    title: str,
    parts: Sequence[str],
    rows: Sequence[Row],
    unit: str = "",
    source: str = "",
    hues: Sequence[int | None] = (0, 1, 2, 3, 4, None),
) -> Chart:
    """One bar of full length for each row, divided as its parts are; at its right, the row's sum.

    `parts` names at most six outcomes, drawn in their order, each in its hue of `charts.palette` (None: grey).
    A row with a part that is not known is drawn as not known; one that sums to zero has no bar and says so.
    Raises ValueError for more parts than hues, a row of another length, or a negative part.
    """
    if not 1 <= len(parts) <= len(hues):
        raise ValueError(f"{title}: shares have 1 to {len(hues)} parts, not {len(parts)}")
    for name, values in rows:
        if len(values) != len(parts):
            raise ValueError(f"{title}: {name} has {len(values)} values for {len(parts)} parts")
        if any((plain(value) or 0) < 0 for value in values):
            raise ValueError(f"{title}: {name} has a negative part")
    table = Table(
        ("", headed("in all", unit), *parts),
        tuple((clean(name), exact(total(values)), *_cells(values)) for name, values in rows),
    )
    return Chart(
        title,
        _picture(title, parts, rows[:MOST_ROWS], hues[: len(parts)], len(rows)),
        _text(title, parts, rows, unit, source),
        table,
        source,
    )


def _cells(values: Sequence[Number | None]) -> list[str]:
    whole = total(values)
    return [f"{exact(each)} ({share(each, whole)})" if whole and plain(each) else exact(each) for each in values]


def _picture(title: str, parts: Sequence[str], rows: Sequence[Row], hues: Sequence[int | None], count: int) -> str:
    art = Drawing()
    left = min(205.0, max((width(cut(clean(name), LONGEST_NAME)) for name, _ in rows), default=0)) + 14
    top = art.legend(0, 14, list(zip(parts, hues, strict=True))) + 4
    room = WIDE - left - 76
    for number, (name, values) in enumerate(rows):
        y = top + _ROW * number + 5
        art.words(left - 14, y + 13.5, name, anchor="end", room=left - 14)
        whole = plain(total(values))
        art.words(WIDE, y + 13.5, short(total(values)), "soft", "end")
        if whole is None:
            art.unknown(left, y, room, _BAR, f"{name}: {NOT_KNOWN}")
            art.words(left + 8, y + 13, NOT_KNOWN, "small halo")
        elif whole == 0:
            art.words(left, y + 13.5, "none", "small soft")
        else:
            _bar(art, left, y, room, name, parts, values, hues, whole)
    bottom = top + _ROW * len(rows)
    if count > len(rows):
        art.words(left, bottom + 16, f"and {count - len(rows)} more, in the table", "small soft", most=60)
        bottom += 20
    return art.svg(bottom + 6, title)


def _bar(
    art: Drawing,
    x: float,
    y: float,
    room: float,
    name: str,
    parts: Sequence[str],
    values: Sequence[Number | None],
    hues: Sequence[int | None],
    whole: float,
) -> None:
    for part, value, hue in zip(parts, values, hues, strict=True):
        wide = room * (plain(value) or 0) / whole
        if wide == 0:
            continue
        said = share(value, whole)
        art.block(x, y, wide, _BAR, hue, f"{name}, {part}: {exact(value)} ({said})")
        if wide > width(said, 11.5) + 12:
            art.plate(x + wide / 2 - width(said, 11.5) / 2 - 3, y + 2.5, width(said, 11.5) + 6, _BAR - 5, "label")
            art.words(x + wide / 2, y + 13, said, "small", "middle")
        x += wide


def _text(title: str, parts: Sequence[str], rows: Sequence[Row], unit: str, source: str) -> str:
    lines: list[tuple[str, ...]] = []
    for name, values in rows:
        whole = total(values)
        lines.append((name, "in all", exact(whole, unit), "", ""))
        for part, value in zip(parts, values, strict=True):
            if plain(value) != 0:
                lines.append(
                    ("", part, exact(value, unit), share(value, whole), bar(plain(value) or 0, plain(whole) or 0))
                )
    return twin(title, grid(lines, right=(2, 3)), source)
