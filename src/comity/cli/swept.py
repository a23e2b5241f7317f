"""A scenario's sweep: run, and told as rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from comity.adapters.draws import sobol
from comity.cli.progress import progress
from comity.cli.told import Told
from comity.posture.futures.kinds import outlook
from comity.posture.futures.outlook import Baseline
from comity.posture.replay.capacity import ShareOut
from comity.posture.replay.engine import replay
from comity.posture.replay.lots import Log
from comity.posture.replay.report import Report, Swept
from comity.posture.replay.sweep import measures, moves_the_log, sweep_of
from comity.posture.replay.worlds import Worlds
from comity.posture.scenario.ground import Library
from comity.posture.scenario.types import Scenario, Sweep

MOST = 40
"""Points that are told; `--json` has all."""


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

    def ask(scenario: Scenario) -> dict[str, str]:
        found = dict(held)
        if again:
            found = measures(replay(log, worlds, scenario, library, share_out, why=False))
        if scenario.future is not None:
            found |= {each.name: each.value for each in outlook(scenario.future, baseline).figures}
        return found

    return _asked(plain, sweep, ask)


def of_future(plain: Mapping[str, Any], sweep: Sweep) -> Swept:
    """The sweep of a model of the future that no log belongs to."""
    return _asked(plain, sweep, lambda scenario: {each.name: each.value for each in outlook(scenario.future).figures})


def _asked(plain: Mapping[str, Any], sweep: Sweep, ask: Callable[[Scenario], dict[str, str]]) -> Swept:
    drawn = sweep.quasi_random
    unit = sobol(drawn.seed, drawn.draws, len(drawn.ranges)) if drawn is not None else []
    with progress("sweeping", len(unit) or len(sweep.values)) as step:
        return sweep_of(plain, sweep, unit, ask, step)


def told(swept: Swept, show: Told) -> None:
    """Prints the sweep: quantiles of draws, or a row for each value."""
    if swept.spreads:
        parts = list(swept.spreads[0].quantiles)
        show.heading(f"Over {len(swept.points):,} draws: quantiles")
        rows = [("", *parts), *((each.name, *(each.quantiles[part] for part in parts)) for each in swept.spreads)]
        show.rows(rows, range(1, len(parts) + 1))
        return
    names = [name for name in swept.points[0].measures if len({point.measures[name] for point in swept.points}) > 1]
    show.heading(f"For each value of {', '.join(swept.points[0].values)}")
    rows = [("", *names)]
    for point in swept.points[:MOST]:
        rows.append((", ".join(point.values.values()), *(point.measures[name] for name in names)))
    show.rows(rows, range(1, len(names) + 1))
