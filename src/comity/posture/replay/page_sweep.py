"""A scenario's sweep as a section: quantiles of what was drawn, or what comes of each value."""

from __future__ import annotations

from comity.charts.chart import Table
from comity.charts.figures import exact
from comity.charts.page import Section
from comity.posture.replay.report import Swept
from comity.posture.replay.sweep_told import by_value, moved, quantiles, swept_over

MOST_POINTS = 60  # of a table in a page; JSON has all
ABREAST = 5  # points that stand beside one another on A4; more of them stand below one another


def sweep(swept: Swept | None) -> Section | None:
    """The section; None if nothing was swept."""
    if swept is None or not swept.points:
        return None
    what, paths = swept_over(swept), ", ".join(f"`{path}`" for path in swept.points[0].values)
    if swept.spreads:
        said = f"Over {exact(len(swept.points))} draws of {what} together: between which values each measure lies."
        tables = [("Quantiles of the draws", quantiles(swept))]
    elif not moved(swept):
        return Section("If it were otherwise", f"Nothing changes with {what} ({paths}), at {_values(swept)}.")
    else:
        said = f"The same at {_values(swept)} of {what}."
        if len(swept.points) > 1:
            said += " Measures that stay the same are left out."
        table = by_value(swept, 0, MOST_POINTS)
        tables = [(f"By {what}", table if len(swept.points) <= ABREAST else _turned(table))]
    return Section("If it were otherwise", f"{said} In the document: {paths}.", (), tables)


def _values(swept: Swept) -> str:
    return "one value" if len(swept.points) == 1 else f"{exact(len(swept.points))} values"


def _turned(table: Table) -> Table:
    first, *rows = zip(table.columns, *table.rows, strict=True)
    return Table(first, tuple(rows))
