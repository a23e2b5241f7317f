"""How unequally something is held: the share of the whole that the smallest holders have together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple, TypeAlias

from comity.charts.chart import Chart, Table
from comity.charts.drawing import Drawing, num
from comity.charts.figures import NOT_KNOWN, Number, plain, share, short
from comity.charts.letters import clean
from comity.charts.palette import HUES
from comity.charts.twin import bar, grid, twin

Holding: TypeAlias = tuple[str, Sequence[Number | None]]

MOST_CURVES = len(HUES)
MOST_HOLDERS = 10_000  # of one curve
_SIDE, _LEFT, _TOP = 320.0, 58.0, 14.0
_TENTHS = tuple(n / 10 for n in range(1, 11))


class _Curve(NamedTuple):
    name: str
    points: tuple[
        tuple[float, float], ...
    ]  # shares of holders and of the whole, from (0, 0) to (1, 1); none if unknown
    gini: float | None
    left_out: int


def lorenz(
    title: str, holdings: Sequence[Holding], source: str = "", holders: str = "holders", held: str = "what is held"
) -> Chart:
    """One curve for each set of holdings, and the line on which all would hold alike.

    The Gini coefficient is twice the area between the two: 0 if all hold alike, 1 − 1/n if one of n holds all.
    Holders of whom it is not known what they hold are left out and counted. Raises ValueError for a negative holding,
    more than five curves, or more than 10,000 holders.
    """
    if len(holdings) > MOST_CURVES:
        raise ValueError(f"{title}: at most {MOST_CURVES} curves, not {len(holdings)}")
    curves = [_curve(title, name, values) for name, values in holdings]
    rows = tuple(
        (f"smallest {short(100 * tenth)} % of {holders}", *(share(_at(curve, tenth), 1) for curve in curves))
        for tenth in _TENTHS
    )
    ginis = tuple(NOT_KNOWN if curve.gini is None else f"{curve.gini:.3f}" for curve in curves)
    left_out = tuple(str(curve.left_out) for curve in curves)
    table = Table(
        ("", *(curve.name for curve in curves)), (*rows, ("Gini", *ginis), ("left out, not known", *left_out))
    )
    said = [
        (curve.name, f"Gini {gini}", bar(curve.gini or 0, 1), f"the largest holds {_largest(curve)}")
        for curve, gini in zip(curves, ginis, strict=True)
    ]
    return Chart(title, _picture(title, curves, ginis, holders, held), twin(title, grid(said), source), table, source)


def _curve(title: str, name: str, values: Sequence[Number | None]) -> _Curve:
    known = sorted(found for value in values if (found := plain(value)) is not None)
    if len(values) > MOST_HOLDERS:
        raise ValueError(f"{title}: {name} has {len(values)} holders; at most {MOST_HOLDERS:,}")
    if known and known[0] < 0:
        raise ValueError(f"{title}: {name} has a negative holding")
    whole = sum(known)
    if not whole:
        return _Curve(clean(name), (), None, len(values) - len(known))
    points = ((0.0, 0.0), *((n / len(known), part / whole) for n, part in enumerate(accumulate(known), 1)))
    area = sum((a + b) / 2 for (_, a), (_, b) in pairwise(points)) / len(known)
    return _Curve(clean(name), points, max(0.0, 1 - 2 * area), len(values) - len(known))


def _at(curve: _Curve, place: float) -> float | None:
    for (x1, y1), (x2, y2) in zip(curve.points, curve.points[1:], strict=False):
        if place <= x2 + 1e-12:
            return y1 + (y2 - y1) * (place - x1) / (x2 - x1)
    return None


def _largest(curve: _Curve) -> str:
    return share(1 - curve.points[-2][1], 1) if curve.points else NOT_KNOWN


def _picture(title: str, curves: Sequence[_Curve], ginis: Sequence[str], holders: str, held: str) -> str:
    art = Drawing()
    for n in range(5):
        x, y = _LEFT + _SIDE * n / 4, _TOP + _SIDE * n / 4
        art.line(x, _TOP, x, _TOP + _SIDE, "axis" if n == 0 else "grid")
        art.line(_LEFT, y, _LEFT + _SIDE, y, "axis" if n == 4 else "grid")
        art.words(x, _TOP + _SIDE + 17, f"{25 * n} %", "small soft", "middle")
        art.words(_LEFT - 8, y + 4, f"{100 - 25 * n} %", "small soft", "end")
    art.line(_LEFT, _TOP + _SIDE, _LEFT + _SIDE, _TOP, "axis dash1")
    art.words(
        _LEFT + _SIDE / 2, _TOP + _SIDE + 36, f"share of {holders}, the smallest first", "small soft", "middle", 60
    )
    for number, curve in enumerate(curves):
        d = "L".join(f"{num(_LEFT + _SIDE * x)} {num(_TOP + _SIDE * (1 - y))}" for x, y in curve.points)
        if d:
            art.path(f"M{d}", f"line s{number} dash{number}", f"{curve.name}: Gini {ginis[number]}")
    x, y = _LEFT + _SIDE + 36, _TOP + 16
    art.words(x, y, f"Share of {held}", "soft", most=44)
    for number, (curve, gini) in enumerate(zip(curves, ginis, strict=True)):
        y += 34
        art.line(x, y - 4, x + 30, y - 4, f"line s{number} dash{number}")
        art.words(x + 40, y, curve.name, "strong", most=32)
        art.words(x + 40, y + 15, f"Gini {gini}; the largest holds {_largest(curve)}", "small soft", most=60)
    art.line(x, y + 34 - 4, x + 30, y + 34 - 4, "axis dash1")
    art.words(x + 40, y + 34, "all hold alike", "soft")
    return art.svg(max(_TOP + _SIDE + 44, y + 50), title)
