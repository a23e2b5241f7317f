"""Level bars in an order: which accounts for how much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from comity.charts.chart import Chart, Table
from comity.charts.drawing import WIDE, Drawing
from comity.charts.figures import NOT_KNOWN, Number, exact, plain, share, short
from comity.charts.letters import clean, cut, width
from comity.charts.palette import BLUE
from comity.charts.scale import scale
from comity.charts.twin import bar, grid, twin

Rank: TypeAlias = tuple[str, Number | None]

MOST_ROWS = 30  # as many as a page holds; the table has them all
_LONGEST = 48  # characters: names of rules and repairs are longer than those of applications
_ROW, _BAR = 28.0, 14.0


def ranks(
    title: str,
    rows: Sequence[Rank],
    unit: str = "",
    source: str = "",
    of: Number | None = None,
    hue: int | None = BLUE,
    column: str = "",
) -> Chart:
    """One bar for each row, in the order given, from zero. With `of`, each also says what share of that it is.

    `column` is the heading of the figures in the table: the unit, unless it is told. None is drawn as not known.
    """
    heads = ("", column or unit or "value", *(("share",) if of is not None else ()))
    body = tuple((clean(name), exact(value), *((share(value, of),) if of is not None else ())) for name, value in rows)
    most = max((abs(held) for _, value in rows if (held := plain(value)) is not None), default=0.0)
    said = [
        (name, exact(value, unit), *part, bar(plain(value) or 0, most))
        for (name, _, *part), (_, value) in zip(body, rows, strict=True)
    ]
    svg = _picture(title, rows[:MOST_ROWS], len(rows), of, hue)
    return Chart(
        title,
        svg,
        twin(title, grid(said, right=(1, 2) if of is not None else (1,)), source),
        Table(heads, body),
        source,
    )


def _picture(title: str, rows: Sequence[Rank], count: int, of: Number | None, hue: int | None) -> str:
    art = Drawing()
    left = min(300.0, max((width(cut(clean(name), _LONGEST)) for name, _ in rows), default=0)) + 12
    found = [held for _, value in rows if (held := plain(value)) is not None]
    beyond = 124 if of is not None else 64  # room for a figure
    axis = scale(found, left + (beyond if min(found, default=0) < 0 else 0), WIDE - beyond)
    # the axis ends at the longest bar: there are no ticks that would want a round number
    axis = axis._replace(low=min([0.0, *found]), high=max([0.0, *found]) or 1.0)
    zero = axis.at(0)
    for number, (name, value) in enumerate(rows):
        y = 4 + _ROW * number
        art.words(left - 12, y + 12, name, anchor="end", most=_LONGEST, room=left - 12)
        if (held := plain(value)) is None:
            art.unknown(zero, y, 20, _BAR, f"{name}: {NOT_KNOWN}")
            art.words(zero + 26, y + 11.5, NOT_KNOWN, "small soft")
            continue
        end = axis.at(held)
        art.block(min(zero, end), y, abs(end - zero), _BAR, hue, f"{name}: {exact(value)}")
        said = short(value) if of is None else f"{short(value)} · {share(value, of)}"
        art.words(end + (6 if held >= 0 else -6), y + 11.5, said, "small halo", "start" if held >= 0 else "end")
    bottom = 4 + _ROW * len(rows)
    art.line(zero, 0, zero, bottom - (_ROW - _BAR) + 4, "axis")
    if count > len(rows):
        art.words(left, bottom + 10, f"and {count - len(rows)} more, in the table", "small soft", most=60)
        bottom += 20
    if not rows:
        art.words(0, 16, "nothing to show", "soft")
        bottom = 24
    return art.svg(bottom, title)
