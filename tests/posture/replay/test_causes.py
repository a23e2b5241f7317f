"""What accounts for a loss, in every realm that requests were put to."""

from __future__ import annotations

from comity.posture.replay.engine import replay
from comity.posture.replay.groups import merged
from tests.posture.replay.seasons import AUTUMN, SUMMER, WINTER, in_season
from tests.posture.replay.tour import log, scenario, worlds

GONE = f"from: {WINTER}\nchanges:\n  - suppliers: {{withdraw: [hexagone]}}\n"


def causes_of(groups, text: str = GONE):
    found = replay(groups, worlds(in_season(SUMMER), in_season(AUTUMN)), scenario(text))
    return {(each.kind, each.name): (each.alone, each.part) for each in found.causes}, found.total.counts.refused


def test_the_day_is_undone_in_each_realm_and_not_in_the_first_alone() -> None:
    """In autumn law forbids Germany already, so what the day took from summer's requests it did not take from them."""
    summer, autumn = log(seed=1, under=in_season(SUMMER)), log(seed=1, under=in_season(AUTUMN))
    of_summer, of_autumn, of_both = causes_of(summer), causes_of(autumn), causes_of(merged(summer, autumn))
    day = "time", WINTER
    assert of_summer[0][day] != of_autumn[0].get(day, (0, 0))
    assert of_both[1] == of_summer[1] + of_autumn[1]
    for cause in {*of_summer[0], *of_autumn[0], *of_both[0]}:
        apart = (each[0].get(cause, (0, 0)) for each in (of_summer, of_autumn))
        assert of_both[0].get(cause, (0, 0)) == tuple(map(sum, zip(*apart, strict=True))), cause
