"""Lines over time, with bands for what chance may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from comity.charts.chart import Chart, Table
from comity.charts.drawing import WIDE, Drawing, num
from comity.charts.figures import NOT_KNOWN, Number, exact, headed, plain, short
from comity.charts.letters import clean, cut, width
from comity.charts.palette import HUES
from comity.charts.scale import Scale, scale
from comity.charts.twin import bar, grid, twin

MOST_LINES = len(HUES)
MOST_POINTS = 400  # of a line: more than that falls between two pixels; sum them by period
_HIGH = 260.0


class Band(NamedTuple):
    """Between two quantiles: its name ("10 to 90 %"), and a value for each time, or None."""

    name: str
    low: Sequence[Number | None]
    high: Sequence[Number | None]


class Line(NamedTuple):
    """One line: a value for each time, None where it is not known, and the bands around it, widest first."""

    name: str
    values: Sequence[Number | None]
    bands: Sequence[Band] = ()


def series(
    title: str,
    times: Sequence[str],
    lines: Sequence[Line],
    unit: str = "",
    source: str = "",
    marks: Sequence[tuple[str, str]] = (),
) -> Chart:
    """Lines over `times`, which stand at equal distances. A line breaks where a value is not known.

    `marks` are times at which something happens, with a few words each. Raises ValueError for more than five lines or
    400 times, a line or band of another length, and a mark at a time that is not there.
    """
    if len(lines) > MOST_LINES or len(times) > MOST_POINTS:
        raise ValueError(f"{title}: at most {MOST_LINES} lines of {MOST_POINTS} times")
    for name, values in [(line.name, each) for line in lines for each in _rows(line)]:
        if len(values) != len(times):
            raise ValueError(f"{title}: {name} has {len(values)} values for {len(times)} times")
    if lost := [at for at, _ in marks if at not in times]:
        raise ValueError(f"{title}: nothing is shown at {lost[0]}, where a mark should be")
    heads = [head for line in lines for head in (line.name, *(f"{line.name}, {band.name}" for band in line.bands))]
    rows = tuple((clean(at), *(cell for line in lines for cell in _cells(line, n))) for n, at in enumerate(times))
    table = Table(("", *(clean(headed(head, unit)) for head in heads)), rows)
    return Chart(
        title, _picture(title, times, lines, unit, marks), _text(title, times, lines, unit, source), table, source
    )


def _rows(line: Line) -> list[Sequence[Number | None]]:
    return [line.values, *(row for band in line.bands for row in (band.low, band.high))]


def _cells(line: Line, n: int, unit: str = "") -> list[str]:
    bands = [
        NOT_KNOWN
        if plain(band.low[n]) is None or plain(band.high[n]) is None
        else f"{exact(band.low[n])} to {exact(band.high[n], unit)}"
        for band in line.bands
    ]
    return [exact(line.values[n], unit), *bands]


def _text(title: str, times: Sequence[str], lines: Sequence[Line], unit: str, source: str) -> str:
    most = max(
        (abs(held) for line in lines for value in line.values if (held := plain(value)) is not None), default=0.0
    )
    every = max(1, -(-len(times) // 24))  # a terminal's page
    kept = [n for n in range(len(times)) if n % every == 0 or n == len(times) - 1]
    said = [
        (
            times[n] if first == 0 else "",
            line.name,
            *_cells(line, n, unit)[:2],
            bar(plain(line.values[n]) or 0, most, 16),
        )
        for n in kept
        for first, line in enumerate(lines)
    ]
    return twin(title, grid(said, right=(2,)), source)


def _picture(
    title: str, times: Sequence[str], lines: Sequence[Line], unit: str, marks: Sequence[tuple[str, str]]
) -> str:
    art = Drawing()
    found = [held for line in lines for row in _rows(line) for value in row if (held := plain(value)) is not None]
    axis = scale(found, 46 + _HIGH, 46)
    half = max(
        (width(cut(clean(at), 14), 11.5) / 2 for at in times[:1]), default=0
    )  # of the first time, under the axis
    left = max(half, max(width(short(tick), 11.5) for tick in axis.ticks) + 10)
    right = WIDE - min(170.0, max((width(cut(clean(line.name)), 12.5) for line in lines), default=0) + 22)
    places = [left + (right - left) * (n / (len(times) - 1) if len(times) > 1 else 0.5) for n in range(len(times))]
    if unit:
        art.words(0, 12, unit, "small soft", most=60)
    for tick in axis.ticks:
        art.line(left, axis.at(tick), right, axis.at(tick), "axis" if tick == 0 else "grid")
        art.words(left - 8, axis.at(tick) + 4, short(tick), "small soft", "end")
    _times(art, times, places, axis.at(axis.low) + 18)
    for number, line in enumerate(lines):
        for band in line.bands:
            _band(art, places, axis, number, f"{line.name}, {band.name}", band)
    _marks(art, marks, dict(zip(times, places, strict=True)), axis, (left + right) / 2)
    for number, line in enumerate(lines):
        _line(art, places, axis, number, line, times)
    _names(art, lines, axis, places, right)
    notes = []
    if bands := [band.name for line in lines[:1] for band in line.bands]:
        notes.append(f"Shaded: {', '.join(bands)} of draws.")
    if any(plain(value) is None for line in lines for value in line.values):
        notes.append(f"Where a line breaks, its value is {NOT_KNOWN}.")
    foot = axis.at(axis.low) + 26
    if notes:
        art.words(left, foot + 14, " ".join(notes), "small soft", most=110)
        foot += 22
    return art.svg(foot, title)


def _marks(
    art: Drawing, marks: Sequence[tuple[str, str]], places: Mapping[str, float], axis: Scale, middle: float
) -> None:
    """What happens when: a line, and words beside it that begin lower where they would lie over others."""
    taken: list[tuple[float, float, float]] = []
    for at, said in marks:
        x, wide = places[at], width(cut(clean(said), 48), 11.5) + 10
        start = x - wide if x > middle else x
        y = 40.0
        while any(y == row and start < end and begin < start + wide for row, begin, end in taken):
            y += 15
        taken.append((y, start, start + wide))
        art.line(x, 34, x, axis.at(axis.low), "axis dash1")
        late = x > middle
        art.words(x + (-6 if late else 6), y, said, "small halo", "end" if late else "start", 48)


def _times(art: Drawing, times: Sequence[str], places: Sequence[float], y: float) -> None:
    """As many times as there is room for, the first and the last among them."""
    if not times:
        return
    room = max(width(cut(clean(at), 14), 12) for at in times) + 12
    span = places[-1] - places[0]
    every = max(1, -(-len(times) * int(room) // max(1, int(span))))
    last = len(times) - 1
    for n, at in enumerate(times):
        if n == last or (n % every == 0 and places[last] - places[n] >= room):
            art.words(places[n], y, at, "small", "middle", 14)


def _band(art: Drawing, places: Sequence[float], axis: Scale, hue: int, name: str, band: Band) -> None:
    run: list[tuple[float, float, float]] = []
    for x, low, high in [*zip(places, band.low, band.high, strict=True), (0.0, None, None)]:
        under, over = plain(low), plain(high)
        if under is not None and over is not None:
            run.append((x, axis.at(under), axis.at(over)))
            continue
        if len(run) > 1:
            there = "L".join(f"{num(at)} {num(y)}" for at, _, y in run)
            back = "L".join(f"{num(at)} {num(y)}" for at, y, _ in reversed(run))
            art.path(f"M{there}L{back}Z", f"c{hue} band", name)
        run = []


def _line(art: Drawing, places: Sequence[float], axis: Scale, number: int, line: Line, times: Sequence[str]) -> None:
    d, joined = "", False
    for x, value in zip(places, line.values, strict=True):
        held = plain(value)
        if held is not None:
            d += f"{'L' if joined else 'M'}{num(x)} {num(axis.at(held))}"
        joined = held is not None
    if d:
        art.path(d, f"line s{number} dash{number}", line.name)
    alone = len(places) <= 14  # more markers than that hide the line
    for n, (x, value) in enumerate(zip(places, line.values, strict=True)):
        held = plain(value)
        if held is not None and (alone or _is_lonely(line.values, n)):
            art.point(x, axis.at(held), number, f"c{number}", f"{line.name}, {times[n]}: {exact(value)}")


def _is_lonely(values: Sequence[Number | None], n: int) -> bool:
    return all(plain(each) is None for each in [*values[max(0, n - 1) : n], *values[n + 1 : n + 2]])


def _names(art: Drawing, lines: Sequence[Line], axis: Scale, places: Sequence[float], right: float) -> None:
    """Each line's name beside its end, none over another."""
    ends = []
    for number, line in enumerate(lines):
        known = [held for value in line.values if (held := plain(value)) is not None]
        ends.append(
            (axis.at(known[-1]) if known else axis.at(0), number, line.name if known else f"{line.name}: {NOT_KNOWN}")
        )
    y = 30.0
    for wanted, number, name in sorted(ends):
        y = max(wanted + 4, y + 15)
        art.plate(right + 9, y - 8, 4, 9, f"c{number}")
        art.words(right + 18, y, name, "small strong halo", room=WIDE - right - 20)
