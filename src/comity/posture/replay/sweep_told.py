"""A sweep as tables that people read: measures in words and units, numbers with their thousands apart."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from comity.charts.chart import Table
from comity.charts.figures import NOT_KNOWN, headed, rounded
from comity.posture.replay.report import Label, Swept

MEDIAN = "0.5"

_PLACE = re.compile(r"\[(\d+)\]")


def parameter(path: str) -> str:
    """A path into the document as a reader would say it: `future.own.electricity` is "own electricity"."""
    said = re.sub(r"^(changes\[\d+\]|future)\.", "", path)
    return _PLACE.sub(lambda found: f" {int(found[1]) + 1}", said).replace(".", " ").replace("_", " ")


def swept_over(swept: Swept) -> str:
    """What was swept, in words."""
    *first, last = (parameter(path) for path in swept.points[0].values)
    return f"{', '.join(first)} and {last}" if first else last


def moved(swept: Swept) -> tuple[str, ...]:
    """The measures that are not the same at all points; of a single point, all of them."""
    told = swept.points[0].measures
    if len(swept.points) == 1:
        return tuple(told)
    return tuple(name for name in told if len({point.measures.get(name) for point in swept.points}) > 1)


def by_value(swept: Swept, first: int = 0, most: int | None = None) -> Table:
    """A row for each measure that moves, a column for each of `most` points from `first` on."""
    points = swept.points[first:] if most is None else swept.points[first : first + most]
    heads = tuple(", ".join(_number(value) for value in point.values.values()) for point in points)
    rows = (
        (name_of(swept, name), *(cell(swept, name, point.measures.get(name, "")) for point in points))
        for name in moved(swept)
    )
    return Table(("", *heads), tuple(rows))


def quantiles(swept: Swept) -> Table:
    """A row for each measure, a column for each quantile."""
    parts = swept.spreads[0].quantiles
    heads = ("median" if part == MEDIAN else f"{Decimal(part) * 100:.0f} %" for part in parts)
    rows = (
        (name_of(swept, each.name), *(cell(swept, each.name, value) for value in each.quantiles.values()))
        for each in swept.spreads
    )
    return Table(("", *heads), tuple(rows))


def name_of(swept: Swept, measure: str) -> str:
    """A measure in words, with its unit."""
    label = swept.labels.get(measure, Label(measure))
    return headed(label.says, label.unit)


def cell(swept: Swept, measure: str, value: str) -> str:
    """One value of it; what is no number stays as it is."""
    label = swept.labels.get(measure, Label(measure))
    return _number(value, Decimal(label.times)) if value else NOT_KNOWN


def _number(value: str, times: Decimal = Decimal(1)) -> str:
    try:
        number = Decimal(value) * times
    except InvalidOperation:
        return value
    return rounded(number)
