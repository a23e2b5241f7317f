"""Dates move law: epochs begin and end where rules and lists do, in the pack's own time zone."""

from __future__ import annotations

from datetime import UTC, date, timedelta, timezone

import pytest

from comity.adapters.packs import schema_text, vocabulary
from comity.law.case import Case
from comity.law.cedar import Schema
from comity.law.epoch import Epoch, Finding, boundaries, profile_entities
from comity.law.profile import Profile
from comity.terms.instants import end_of, start_of
from tests.law import toy

PACK = toy.pack()
SCHEMA = Schema(vocabulary().schema(schema_text()))
CASE = Case("infer", "FR", "general", ("health",), ("FR",))
ABROAD = Profile(site="US", operator="US", control=("US",), presence=("US",))


def epoch_on(day: date, zone=UTC) -> Epoch:
    return Epoch((PACK,), SCHEMA, start_of(day, zone), lambda _: zone)


def judged(epoch: Epoch, *profiles: Profile) -> list[Finding]:
    entities, names = profile_entities(profiles)
    return epoch.judge(CASE, vocabulary(), "FR", False, epoch.world.with_(entities), names)


def test_an_epoch_ends_where_the_next_date_is() -> None:
    epoch = epoch_on(date(2026, 2, 1))
    assert (epoch.since, epoch.until) == (start_of(date(2026, 1, 1)), start_of(date(2026, 3, 1)))
    assert epoch_on(date(2026, 3, 1)).until == end_of(date(2026, 6, 30)) == start_of(date(2026, 7, 1))


@pytest.mark.parametrize(
    ("day", "forbidden"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2026, 6, 30), True),
        (date(2026, 7, 1), False),
    ],
)
def test_a_rule_holds_from_its_first_day_to_its_last(day: date, forbidden: bool) -> None:
    assert bool(judged(epoch_on(day), ABROAD)[0].forbids) is forbidden


def test_days_begin_in_the_packs_own_zone() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    begins = start_of(date(2026, 1, 1), india)
    assert begins in boundaries((PACK,), lambda _: india)
    before = Epoch((PACK,), SCHEMA, begins - 1, lambda _: india)
    after = Epoch((PACK,), SCHEMA, begins, lambda _: india)
    assert not judged(before, ABROAD)[0].forbids
    assert judged(after, ABROAD)[0].forbids == ("toy/1",)


def test_a_list_moves_with_its_dates() -> None:
    german = Profile(site="DE", operator="DE", control=("DE",), presence=("DE",))
    assert judged(epoch_on(date(2026, 2, 28)), german)[0].forbids == ("toy/1",)
    assert not judged(epoch_on(date(2026, 3, 1)), german)[0].forbids


def test_an_error_of_the_engine_is_never_a_permit() -> None:
    """A profile that the world does not hold makes every rule err; Cedar alone skips them and answers Allow."""
    epoch = epoch_on(date(2026, 2, 1))
    [finding] = epoch.judge(CASE, vocabulary(), "FR", False, epoch.world, ["nobody"])
    assert finding.erred


def test_coverage_is_by_jurisdiction_class_and_operation() -> None:
    covered = epoch_on(date(2026, 2, 1)).covered
    health = (("health", vocabulary().close(("health",))),)

    def gaps(place: str, operation: str = "infer") -> list[tuple[str, str]]:
        return list(covered.gaps(frozenset({(place, "site")}), health, operation))

    assert gaps("FR") == []  # personal data covers health data
    assert gaps("DE") == [("DE", "health")]  # not a toy state before March
    assert gaps("FR", "embed") == [("FR", "health")]
    assert list(covered.gaps(frozenset({("KE", "control")}), (), "infer")) == []


def test_a_draft_forbids_and_covers_nothing() -> None:
    draft = toy.pack(coverage_yaml=toy.COVERAGE.replace('"on"', "draft"))
    epoch = Epoch((draft,), SCHEMA, start_of(date(2026, 2, 1)), lambda _: UTC)
    assert judged(epoch, ABROAD)[0].forbids == ("toy/1",)
    assert not epoch.covered.cells
