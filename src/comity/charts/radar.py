"""A web of dimensions, for comparing shapes: who is strong where."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin
from typing import TypeAlias

from comity.charts.chart import Chart, Table
from comity.charts.drawing import WIDE, Drawing, num
from comity.charts.figures import NOT_KNOWN, Number, exact, plain, short
from comity.charts.letters import clean, lines, width
from comity.charts.twin import bar, grid, twin

Shape: TypeAlias = tuple[str, Sequence[Number | None]]

FEWEST_AXES, MOST_AXES = 3, 12
MOST_SHAPES = 4  # more of them cannot be told apart by line and marker
_RADIUS = 140.0


def radar(
    title: str, axes: Sequence[str], shapes: Sequence[Shape], most: Number, source: str = "", unit: str = ""
) -> Chart:
    """Each shape has a value from 0 to `most` on every axis. One that is not known leaves its shape open there.

    Raises ValueError for less than three axes or more than twelve, more than four shapes, a shape of another length, or
    a value outside 0 to `most`.
    """
    top = plain(most)
    if not FEWEST_AXES <= len(axes) <= MOST_AXES:
        raise ValueError(f"{title}: a radar has {FEWEST_AXES} to {MOST_AXES} axes, not {len(axes)}")
    if len(shapes) > MOST_SHAPES:
        raise ValueError(f"{title}: a radar has at most {MOST_SHAPES} shapes, not {len(shapes)}")
    if top is None or top <= 0:
        raise ValueError(f"{title}: the end of the axes is {most}, not above 0")
    for name, values in shapes:
        if len(values) != len(axes):
            raise ValueError(f"{title}: {name} has {len(values)} values for {len(axes)} axes")
        if any((held := plain(value)) is not None and not 0 <= held <= top for value in values):
            raise ValueError(f"{title}: {name} has a value that is not in 0 to {most}")
    table = Table(
        ("", *(clean(name) for name, _ in shapes)),
        tuple((clean(axis), *(exact(values[n], unit) for _, values in shapes)) for n, axis in enumerate(axes)),
    )
    said = [
        (axis if first == 0 else "", name, exact(values[n], unit), bar(plain(values[n]) or 0, top))
        for n, axis in enumerate(axes)
        for first, (name, values) in enumerate(shapes)
    ]
    return Chart(title, _picture(title, axes, shapes, top), twin(title, grid(said, right=(2,)), source), table, source)


def _picture(title: str, axes: Sequence[str], shapes: Sequence[Shape], top: float) -> str:
    art = Drawing()
    x, y = WIDE / 2, 52.0 + _RADIUS
    rings = int(top) if top in range(2, 7) else 4
    for ring in range(1, rings + 1):
        corners = [_place(x, y, n, len(axes), ring / rings) for n in range(len(axes))]
        art.path("M" + "L".join(f"{num(a)} {num(b)}" for a, b in corners) + "Z", "grid")
    for n, axis in enumerate(axes):
        end = _place(x, y, n, len(axes), 1)
        art.line(x, y, *end)
        _name(art, x, y, n, len(axes), axis, [values[n] for _, values in shapes])
    for number, (name, values) in enumerate(shapes):
        _shape(art, x, y, number, name, axes, values, top)
    for ring in range(1, rings + 1):
        art.words(x + 8, y - _RADIUS * ring / rings + 4, short(top * ring / rings), "small soft halo")
    bottom = y + _RADIUS + 68
    if len(shapes) > 1 or any(plain(value) is None for _, values in shapes for value in values):
        bottom = _legend(art, bottom, [clean(name) for name, _ in shapes])
    return art.svg(bottom, title)


def _legend(art: Drawing, y: float, names: Sequence[str]) -> float:
    """The names beside each other where all of them have room, else below each other; returns the y below them."""
    abreast = max(2, len(names))
    while abreast > 1 and max(map(width, names)) > WIDE / abreast - 58:
        abreast -= 1
    wide = WIDE / abreast
    for number, name in enumerate(names):
        at, down = 8 + wide * (number % abreast), y + 20 * (number // abreast)
        art.line(at, down - 4, at + 34, down - 4, f"line s{number} dash{number}")
        art.point(at + 17, down - 4, number, f"c{number}")
        art.words(at + 42, down, name, most=len(name), room=wide - 58)
    return y + 20 * ((len(names) - 1) // abreast) + 16


def _place(x: float, y: float, number: int, total: int, share: float) -> tuple[float, float]:
    turn = 2 * pi * number / total
    return x + _RADIUS * share * sin(turn), y - _RADIUS * share * cos(turn)


def _shape(
    art: Drawing,
    x: float,
    y: float,
    number: int,
    name: str,
    axes: Sequence[str],
    values: Sequence[Number | None],
    top: float,
) -> None:
    places = [
        _place(x, y, n, len(axes), held / top) if (held := plain(value)) is not None else None
        for n, value in enumerate(values)
    ]
    if all(places) and number == 0:  # one is filled: two would mix into a hue that stands for nothing
        art.path("M" + "L".join(f"{num(a)} {num(b)}" for a, b in filter(None, places)) + "Z", f"c{number} band")
    pieces = [
        f"M{num(one[0])} {num(one[1])}L{num(other[0])} {num(other[1])}"
        for one, other in zip(places, [*places[1:], places[0]], strict=True)
        if one and other
    ]
    art.path("".join(pieces), f"line s{number} dash{number}", name)
    for n, place in enumerate(places):
        if place:
            art.point(*place, number, f"c{number}", f"{name}, {axes[n]}: {exact(values[n])}")


def _name(
    art: Drawing, x: float, y: float, number: int, total: int, axis: str, values: Sequence[Number | None]
) -> None:
    """The axis and its figures, outside the web, away from its middle."""
    at, down = _place(x, y, number, total, 1 + 16 / _RADIUS)
    side = at - x
    anchor = "middle" if abs(side) < 8 else "start" if side > 0 else "end"
    said = lines(clean(axis), 150)[:2]
    figures = " · ".join(NOT_KNOWN if plain(value) is None else short(value) for value in values)
    high = 15 * len(said) + 14
    first = down + 10 - (high if down < y - 20 and anchor == "middle" else high / 2 if anchor != "middle" else -2)
    for n, line in enumerate(said):
        art.words(at, first + 15 * n, line, "strong", anchor, tip=axis)
    art.words(at, first + 15 * len(said), figures, "small soft", anchor, 60)
