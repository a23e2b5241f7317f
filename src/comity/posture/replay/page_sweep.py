"""A scenario's sweep as a section: quantiles of what was drawn, or a row for each value."""

from __future__ import annotations

from comity.charts.chart import Table
from comity.charts.figures import NOT_KNOWN, exact
from comity.charts.page import Section
from comity.posture.replay.report import Swept

MOST_POINTS = 60  # of a table in a page; JSON has all


def sweep(swept: Swept | None) -> Section | None:
    """The section; None if nothing was swept."""
    if swept is None or not swept.points:
        return None
    if swept.spreads:
        heads = ("", *swept.spreads[0].quantiles)
        rows = tuple((each.name, *each.quantiles.values()) for each in swept.spreads)
        said = f"The same over {exact(len(swept.points))} draws: between which values each measure lies, by quantile."
        return Section("If it were otherwise", said, (), [("Quantiles of the draws", Table(heads, rows))])
    told = tuple(swept.points[0].measures)
    names = [name for name in told if len({point.measures[name] for point in swept.points}) > 1]
    what = ", ".join(swept.points[0].values)
    if not names:
        said = f"`{what}` was swept over {len(swept.points)} values: nothing changes with it."
        return Section("If it were otherwise", said)
    rows = tuple(
        (", ".join(point.values.values()), *(point.measures[name] or NOT_KNOWN for name in names))
        for point in swept.points[:MOST_POINTS]
    )
    said = f"The same for other values of `{what}`. Measures that stay the same are left out."
    return Section("If it were otherwise", said, (), [("By value", Table(("", *names), rows))])
