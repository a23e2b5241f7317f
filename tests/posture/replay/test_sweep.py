"""Sweeps: one value after another, and draws with their quantiles."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.adapters.draws import sobol
from comity.posture.replay.engine import replay
from comity.posture.replay.lots import log_of
from comity.posture.replay.sweep import assigned, measures, moves_the_log, sweep_of, swept, varied
from comity.posture.scenario.ground import ScenarioFault
from comity.posture.scenario.read import read_scenario
from tests.posture.replay.tour import HEAD, log, worlds

VALUES = """\
changes:
  - suppliers: {withdraw: [columbia]}
sweep: {parameter: "changes[0].suppliers.withdraw", values: [[columbia], [hexagone], [columbia, hexagone]]}
"""
DRAWS = """\
changes:
  - demand: {factor: 1}
  - prices: {factor: 1}
sweep:
  quasi_random:
    seed: 7
    draws: 6
    ranges:
      changes[0].demand.factor: {low: 1, high: 3}
      changes[1].prices.factor: {low: 0.1, high: 10, scale: log}
"""


def read(text: str):
    reading = read_scenario((HEAD + text).encode(), "s.yaml")
    assert reading.scenario is not None and reading.scenario.sweep is not None, reading.problems
    return reading.plain, reading.scenario.sweep


def test_each_value_is_a_scenario_of_its_own() -> None:
    plain, sweep = read(VALUES)
    held, asked = log_of(log()), worlds()
    found = sweep_of(plain, sweep, (), lambda each: measures(replay(held, asked, each, why=False)))
    refused = [int(point.measures["refused"]) for point in found.points]
    assert [point.values["changes[0].suppliers.withdraw"] for point in found.points][2] == "columbia, hexagone"
    assert refused[2] >= max(refused[:2]) and not found.spreads
    assert moves_the_log(sweep)


def test_draws_stay_within_their_ranges_and_repeat() -> None:
    plain, sweep = read(DRAWS)
    unit = sobol(7, 6, 2)
    assert len(unit) == 8 and unit == sobol(7, 6, 2) != sobol(8, 6, 2)
    points = list(assigned(sweep, unit))
    for point in points:
        (_, factor), (_, price) = point
        assert 1 <= factor <= 3 and 0.1 <= price <= 10
        assert varied(plain, point).changes[0].demand.factor == factor
    logs = [point[1][1] for point in points]
    assert sum(value < 1 for value in logs) == 4  # half of an even sequence lies below the middle of the logarithm


def test_quantiles_are_of_the_measures() -> None:
    points = [((("a", n),), {"x": str(n), "day": f"2027-01-0{n % 9 + 1}"}) for n in range(101)]
    (spread,) = swept(points, drawn=True).spreads
    assert spread.name == "x"
    assert spread.quantiles == {"0.05": "5", "0.25": "25", "0.5": "50", "0.75": "75", "0.95": "95"}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=40))
def test_quantiles_lie_in_order_among_what_was_seen(values: list[int]) -> None:
    points = [((("a", at),), {"x": str(value)}) for at, value in enumerate(values)]
    (spread,) = swept(points, drawn=True).spreads
    told = [Decimal(each) for each in spread.quantiles.values()]
    assert told == sorted(told)
    assert Decimal(min(values)) - 1 <= told[0] and told[-1] <= Decimal(max(values)) + 1


def test_a_value_that_does_not_fit_is_named() -> None:
    plain, _ = read(VALUES)
    with pytest.raises(ScenarioFault, match=r"changes\[0\]\.suppliers\.withdraw = 7"):
        varied(plain, (("changes[0].suppliers.withdraw", 7),))
