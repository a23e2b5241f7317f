"""Dates that no case would notice are told by name."""

from __future__ import annotations

from tests.law import toy

BARE, _, FIRST_DAYS = toy.CASES.partition("- says: New Year's Eve")
EVE_AND_DAY = f"- says: New Year's Eve{FIRST_DAYS}"


def test_a_date_without_a_case_on_each_side_is_named_and_so_is_a_pack_without_a_trap() -> None:
    trial = toy.trial(cases_yaml=BARE)
    tried = {(each.what, each.day.isoformat(), each.begins): each.tried for each in trial.dates}
    assert tried == {
        ("toy/1", "2026-01-01", True): False,
        ("toy/1", "2026-07-01", False): True,
        ("toyland DE", "2026-03-01", True): True,
    }
    assert trial.gaps == (
        "toy/1 begins on 2026-01-01, and no case of 2025-12-31 or of 2026-01-01 could tell",
        "no case is a trap",
    )


def test_a_case_on_each_side_tries_a_date() -> None:
    assert not toy.trial().gaps


def test_a_case_that_the_rule_never_reaches_tells_nothing() -> None:
    under_contract = EVE_AND_DAY.replace(
        "at: {site: US, operator: US}\n  verdict: permit", "at: {site: FR, operator: FR}\n  verdict: permit"
    )
    (gap,) = toy.trial(cases_yaml=BARE + under_contract).gaps
    assert gap == "toy/1 begins on 2026-01-01, and no case of 2025-12-31 could tell"


def test_a_list_that_begins_with_its_rule_does_not_hide_the_eve() -> None:
    """On the eve the list is empty; whether the case would tell is asked by the lists of the day."""
    lists = toy.LISTS.replace("2020-01-01", "2026-01-01")
    trial = toy.trial(lists_yaml=lists)
    assert not trial.gaps


def test_a_case_stands_for_each_of_some_places() -> None:
    trial = toy.trial(
        cases_yaml=toy.CASES
        + """
- says: whichever of the toy states it is
  each: [FR, DE]
  on: 2026-03-02
  case: {controller: EACH, subjects: [EACH], data: [health], purpose: general}
  at: {site: EACH, operator: EACH}
  verdict: permit
"""
    )
    assert not trial.problems and len(trial.results) == 9
    assert trial.results[-1].case.says == "whichever of the toy states it is: DE"
    assert trial.results[-1].case.at.site == "DE"


def test_each_that_stands_nowhere_is_named() -> None:
    one = toy.CASES.replace("- says: abroad\n", "- says: abroad\n  each: [FR]\n", 1)
    assert "nowhere say EACH" in "\n".join(map(str, toy.trial(cases_yaml=one).problems))
