"""An outlook as JSON values; numbers are decimals in text."""

from __future__ import annotations

from comity.posture.futures.outlook import Outlook, Plot


def document(found: Outlook) -> dict[str, object]:
    """All of it."""
    return {
        "kind": found.kind,
        "headline": list(found.headline),
        "figures": [
            {"name": each.name, "says": each.says, "value": each.value or None, "unit": each.unit}
            for each in found.figures
        ],
        "plots": [_plot(each) for each in found.plots],
        "tables": [
            {"caption": each.caption, "columns": list(each.columns), "rows": [list(row) for row in each.rows]}
            for each in found.grids
        ],
        "notes": list(found.notes),
    }


def _plot(plot: Plot) -> dict[str, object]:
    return {
        "title": plot.title,
        "unit": plot.unit,
        "times": list(plot.times),
        "marks": [{"at": at, "says": says} for at, says in plot.marks],
        "series": [
            {
                "name": line.name,
                "values": [_text(value) for value in line.values],
                "bands": [
                    {"name": name, "low": [_text(v) for v in low], "high": [_text(v) for v in high]}
                    for name, low, high in line.bands
                ],
            }
            for line in plot.series
        ],
    }


def _text(value: float | None) -> str | None:
    return None if value is None else f"{value:.6g}"
