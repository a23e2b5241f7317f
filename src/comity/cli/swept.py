"""A scenario's sweep: run, and told as rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from textwrap import wrap
from typing import Any

from comity.adapters.draws import sobol
from comity.charts.chart import Table
from comity.cli.progress import progress
from comity.cli.told import Told
from comity.posture.futures.kinds import outlook
from comity.posture.futures.outlook import Baseline
from comity.posture.replay.capacity import ShareOut
from comity.posture.replay.engine import replay
from comity.posture.replay.lots import Log
from comity.posture.replay.report import Amounts, Counts, Label, Line, Report, Swept
from comity.posture.replay.sweep import labels, measures, moves_the_log, sweep_of
from comity.posture.replay.sweep_told import by_value, moved, quantiles, swept_over
from comity.posture.replay.worlds import Worlds
from comity.posture.scenario.ground import Library
from comity.posture.scenario.types import Scenario, Sweep

MOST = 40
"""Points that are told; `--json` has all."""

ABREAST = 4
"""Points that stand beside one another: a terminal is 80 wide."""

WIDE, LEAST = 76, 24
"""Of a table with its names, and of the names."""

MEASURED = frozenset(labels(Report("", "", Line("", Counts(), Amounts(), Amounts()))))
"""Names that a replay's measures have."""


def run_sweep(
    plain: Mapping[str, Any],
    sweep: Sweep,
    report: Report,
    baseline: Baseline,
    log: Log,
    worlds: Worlds,
    library: Library,
    share_out: ShareOut | None,
) -> Swept:
    """The sweep of a document that was read; `report` is that of the document itself."""
    again = moves_the_log(sweep)
    held = measures(report)
    called = labels(report)

    def ask(scenario: Scenario) -> dict[str, str]:
        found = dict(held)
        if again:
            found = measures(replay(log, worlds, scenario, library, share_out, why=False))
        return found | _of_future(scenario, called, baseline)

    return _asked(plain, sweep, ask, called)


def of_future(plain: Mapping[str, Any], sweep: Sweep) -> Swept:
    """The sweep of a model of the future that no log belongs to."""
    called: dict[str, Label] = {}
    return _asked(plain, sweep, lambda scenario: _of_future(scenario, called), called)


def _of_future(scenario: Scenario, called: dict[str, Label], baseline: Baseline | None = None) -> dict[str, str]:
    """Its model's figures by name; `called` learns what they are. A name that a replay's measure has is kept apart."""
    found = {}
    for each in outlook(scenario.future, baseline).figures if scenario.future is not None else ():
        name = each.name if each.name not in MEASURED else f"future.{each.name}"
        called.setdefault(name, Label(each.says, each.unit))
        found[name] = each.value
    return found


def _asked(
    plain: Mapping[str, Any], sweep: Sweep, ask: Callable[[Scenario], dict[str, str]], called: Mapping[str, Label]
) -> Swept:
    drawn = sweep.quasi_random
    unit = sobol(drawn.seed, drawn.draws, len(drawn.ranges)) if drawn is not None else []
    with progress("sweeping", len(unit) or len(sweep.values)) as step:
        return sweep_of(plain, sweep, unit, ask, step, called)


def told(swept: Swept, show: Told) -> None:
    """Prints the sweep: quantiles of draws, or a column for each value."""
    what = swept_over(swept)
    if swept.spreads:
        show.heading(f"Over {len(swept.points):,} draws of {what}")
        _table(quantiles(swept), show)
        return
    show.heading(f"If it were otherwise: {what}")
    if not moved(swept):
        show.say("  Nothing changes with it.")
    count = min(len(swept.points), MOST) if moved(swept) else 0
    abreast = -(-count // -(-count // ABREAST)) if count else 1  # five are three and two, not four and one
    for first in range(0, count, abreast):
        _table(by_value(swept, first, min(abreast, count - first)), show)


def _table(table: Table, show: Told) -> None:
    """The first column is as wide as the others leave it; what is longer goes on below."""
    figures = [row[1:] for row in (table.columns, *table.rows)]
    wide = WIDE - sum(2 + max(len(row[at]) for row in figures) for at in range(len(table.columns) - 1))
    rows: list[tuple[str, ...]] = []
    for name, *cells in (table.columns, *table.rows):
        first, *rest = wrap(name, max(wide, LEAST)) or [""]
        rows += [(first, *cells), *((f"  {each}", *("" for _ in cells)) for each in rest)]
    show.rows(rows, range(1, len(table.columns)))
