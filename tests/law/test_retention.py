"""How long what is kept is kept, and when it may be erased."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.law.obligations import seconds
from comity.law.retention import after, erasure, retention
from comity.stack.sworn import LegalHold

ENTERED = date(2026, 8, 31)


@pytest.mark.parametrize(
    ("duration", "end"),
    [
        ("P0D", date(2026, 8, 31)),
        ("P6M", date(2027, 2, 28)),
        ("P1Y", date(2027, 8, 31)),
        ("P1Y6M", date(2028, 2, 29)),
        ("P2W", date(2026, 9, 14)),
        ("PT72H", date(2026, 9, 3)),
        ("PT1H", date(2026, 9, 1)),
        ("P1DT1S", date(2026, 9, 2)),
        ("P9000Y", date.max),
    ],
)
def test_times_run_by_the_calendar(duration: str, end: date) -> None:
    assert after(ENTERED, duration) == end


def test_what_is_no_duration_is_no_time() -> None:
    with pytest.raises(ValueError, match="no duration"):
        after(ENTERED, "necessary")


def test_floor_and_ceiling_come_from_every_rule_that_sets_one() -> None:
    found = retention(
        [
            ("eu.aia/26-6", "log.retain_min=P6M;oversight.human=competent"),
            ("in.dpdp/6", "log.retain_min=P1Y"),
            ("eu.gdpr/5-minimise", "log.content_max=necessary"),
            ("own/1", "log.content_max=P30D"),
        ]
    )
    assert found.floor == (("P1Y", "in.dpdp/6"), ("P6M", "eu.aia/26-6"))
    assert found.ceiling == (("P30D", "own/1"),)
    assert found.kept_until(ENTERED) == date(2027, 8, 31)
    assert found.due_on(ENTERED) == date(2027, 8, 31)  # the floor reaches further
    assert retention([("own/1", "log.content_max=P30D")]).due_on(ENTERED) == date(2026, 9, 30)
    assert retention([]).due_on(ENTERED) is None
    assert retention([]).kept_until(ENTERED) == ENTERED


def test_the_floor_is_the_later_of_two_that_change_places() -> None:
    """P6M is longer than P183D by the mean month, and shorter from 31 August on."""
    found = retention([("a/1", "log.retain_min=P6M"), ("b/1", "log.retain_min=P183D")])
    assert found.kept_until(ENTERED) == date(2027, 3, 2)
    assert found.kept_until(date(2026, 3, 1)) == date(2026, 9, 1)


@pytest.mark.parametrize(("today", "may"), [(date(2027, 2, 28), False), (date(2027, 3, 1), True)])
def test_what_law_obliges_to_keep_is_not_erased(today: date, may: bool) -> None:
    kept = retention([("eu.aia/26-6", "log.retain_min=P6M")])
    found = erasure(ENTERED, today, "triage", kept)
    assert found.may is may
    if not may:
        assert (found.until, found.because) == (date(2027, 2, 28), ("eu.aia/26-6: log.retain_min=P6M",))


@pytest.mark.parametrize(
    ("applications", "today", "may"),
    [
        (None, date(2027, 6, 30), False),
        (("triage",), date(2027, 6, 30), False),
        (("other",), date(2027, 6, 30), True),
        (None, date(2027, 7, 1), True),
    ],
)
def test_a_legal_hold_keeps_what_it_names_until_its_day(
    applications: tuple[str, ...] | None, today: date, may: bool
) -> None:
    hold = LegalHold(why="claim 2026/114", until=date(2027, 6, 30), applications=applications)
    found = erasure(ENTERED, today, "triage", retention([]), [hold])
    assert found.may is may
    assert found.because == (() if may else ("legal hold: claim 2026/114",))


DURATIONS = st.sampled_from(("P0D", "P7D", "P30D", "P1M", "P6M", "P183D", "P1Y", "P10Y"))
DAYS = st.dates(date(2020, 1, 1), date(2100, 1, 1))


@given(st.lists(DURATIONS, max_size=4), DAYS, DAYS)
def test_nothing_is_erased_before_any_floor_has_passed(floors: list[str], entered: date, today: date) -> None:
    kept = retention([(f"a/{n}", f"log.retain_min={each}") for n, each in enumerate(floors)])
    may = erasure(entered, today, "triage", kept).may
    assert may == all(today > after(entered, each) for each in floors)


@given(DURATIONS, DURATIONS, DAYS)
def test_one_law_more_never_shortens_what_is_kept(one: str, other: str, entered: date) -> None:
    alone = retention([("a/1", f"log.retain_min={one}")])
    both = retention([("a/1", f"log.retain_min={one}"), ("b/1", f"log.retain_min={other}")])
    assert both.kept_until(entered) >= alone.kept_until(entered)
    assert abs((after(entered, one) - entered) - timedelta(seconds=seconds(one) or 0)) <= timedelta(days=4)
