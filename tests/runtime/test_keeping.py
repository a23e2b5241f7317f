"""Until when what is asked and answered is kept: never longer than the application wants, nor than law lets it be."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.law.obligations import Due
from comity.law.standing import Standing
from comity.placement.types import Candidate, Placement
from comity.runtime.keeping import ceilings, last_day

TODAY = date(2026, 11, 23)
DURATIONS = st.sampled_from(["P0D", "P1D", "P7D", "P4W", "P1M", "P30D", "P6M", "P1Y"])


def placed(*dues: Due) -> Placement:
    standings = tuple(Standing(due, "owed", "acme", "") for due in dues)
    return Placement("r", "c", "u", "d", "enforce", "m", ((Candidate("a", 0, ()),),), standings=standings)


@given(DURATIONS, st.lists(DURATIONS, max_size=4))
def test_a_ceiling_only_shortens(keep: str, ceiling: list[str]) -> None:
    day = last_day(TODAY, keep, tuple(ceiling))
    assert TODAY <= day <= last_day(TODAY, keep, ())
    for more in ceiling:
        assert day <= last_day(TODAY, more, ())


def test_the_ceiling_of_every_rule_counts_and_a_floor_for_the_log_does_not() -> None:
    strict = Due("log.content_max", "P30D", ("a/one",), (("P1M", ("b/two",)), ("P1Y", ("c/three",))))
    word = Due("log.content_max", "necessary", ("eu.gdpr/minimal",))
    floor = Due("log.retain_min", "P6M", ("eu.aia/logs",))
    assert ceilings(placed(strict, word, floor)) == ("P1M", "P1Y", "P30D")
    assert ceilings(placed(word, floor)) == ()
    assert last_day(TODAY, "P90D", ceilings(placed(strict, word, floor))) == date(2026, 12, 23)


@pytest.mark.parametrize(("keep", "days"), [("P0D", 0), ("P1D", 1), ("P30D", 30)])
def test_the_application_says_how_long(keep: str, days: int) -> None:
    assert last_day(TODAY, keep, ()) == TODAY + timedelta(days)
