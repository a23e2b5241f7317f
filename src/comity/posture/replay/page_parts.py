"""The parts of a replay's page that more than one section is made of: outcomes and loads as charts."""

from __future__ import annotations

from collections.abc import Sequence

from comity.charts.chart import Chart, Table
from comity.charts.figures import exact
from comity.charts.heatmap import heatmap
from comity.charts.palette import BLUE, GREY, ORANGE, PURPLE, SKY, UNKNOWN, VERMILLION
from comity.charts.shares import shares
from comity.posture.replay.report import Counts, Line, Load, Outcome

MOST_MONTHS = 12

# What stays stands back; what is lost stands out, and is never beside green.
_OUTCOMES: tuple[tuple[Outcome, str, int | None], ...] = (
    ("as_before", "as before", GREY),
    ("re_placed", "re-placed", BLUE),
    ("admitted", "admitted", SKY),
    ("overflow", "without room", ORANGE),
    ("refused", "refused now", VERMILLION),
    ("still_refused", "refused before and now", PURPLE),
    ("undecided", "not decided again", UNKNOWN),
)


def by_outcome(title: str, lines: Sequence[Line]) -> Chart:
    """What became of the requests of each line, as shares, the most lost first; outcomes of no line are left out."""
    first = sorted(lines, key=lambda line: (-line.counts.lost, -line.counts.re_placed))
    rows = [(line.name, _outcomes(line.counts)) for line in first]
    kept = [n for n in range(len(_OUTCOMES)) if any(values[n] for _, values in rows)] or [0]
    return shares(
        title,
        [_OUTCOMES[n][1] for n in kept],
        [(name, [values[n] for n in kept]) for name, values in rows],
        "requests",
        hues=[_OUTCOMES[n][2] for n in kept],
    )


def _outcomes(counts: Counts) -> tuple[int, ...]:
    return tuple(getattr(counts, outcome) for outcome, _, _ in _OUTCOMES)


def loads(found: Sequence[Load]) -> tuple[list[Chart], list[tuple[str, Table]]]:
    """A map of deployments by month, in per cent of what each can do, the fullest first; and the tokens behind it.

    Deployments that have no traffic on either side are left out.
    """
    busy = {load.deployment for load in found if load.before or load.after or load.overflow}
    months = sorted({load.period for load in found})[-MOST_MONTHS:]
    held = {(load.deployment, load.period): load for load in found}
    capacity = {load.deployment: load.capacity for load in found if load.capacity}
    cells = [(name, [_full(held.get((name, month)), capacity.get(name)) for month in months]) for name in sorted(busy)]
    cells.sort(key=lambda row: -max((cell for cell in row[1] if cell is not None), default=-1))
    chart = heatmap("Load after, in per cent of capacity", months, cells, unit="%", ends=(0, 100))
    rows = tuple(
        (each.deployment, each.period, *map(exact, _tokens(each))) for each in found if each.deployment in busy
    )
    table = Table(("", "month", "before", "after", "capacity", "without room"), rows)
    return [chart], [("Tokens by deployment and month", table)]


def _tokens(load: Load) -> tuple[int | None, ...]:
    return load.before, load.after, load.capacity, load.overflow


def _full(load: Load | None, capacity: int | None) -> float | None:
    """Per cent of what the deployment can do: nothing without traffic, not known of traffic without a capacity."""
    if capacity is None:
        return None if load is None or load.after else 0.0
    return float(f"{100 * load.after / (load.capacity or capacity):.3g}") if load else 0.0
