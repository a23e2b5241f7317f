"""An outlook as sections of a page: its figures, its lines over time with their bands, its tables, what was assumed."""

from __future__ import annotations

from comity.charts.chart import Chart, Table
from comity.charts.page import Section
from comity.charts.series import Band, Line, series
from comity.posture.futures.outlook import Outlook, Plot, shown


def sections(found: Outlook, sources: tuple[str, ...] = ()) -> list[Section]:
    """The sections, in reading order. `sources` are those of the document's figures."""
    figures = Table(("", "value", "unit"), tuple((each.says, shown(each), each.unit) for each in found.figures))
    return [
        Section("What it comes to", "\n\n".join(found.headline), (), [("Figures", figures)], sources),
        Section(
            "Over time",
            "",
            [_chart(plot) for plot in found.plots],
            [(grid.caption, Table(grid.columns, grid.rows)) for grid in found.grids],
        ),
        Section("What this rests on", "\n".join(f"- {note}" for note in found.notes)),
    ]


def _chart(plot: Plot) -> Chart:
    lines = [
        Line(line.name, line.values, tuple(Band(name, low, high) for name, low, high in line.bands))
        for line in plot.series
    ]
    return series(plot.title, plot.times, lines, plot.unit, marks=plot.marks)
