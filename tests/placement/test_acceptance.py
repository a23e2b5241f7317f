"""Law that is not loaded, accepted by name and until a date: what an acceptance reaches, and what it does not."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from comity.law.case import Case
from comity.placement.conditions import configured
from comity.placement.decide import decide
from comity.placement.types import Placement, Wish
from comity.stack.types import Gap, Site
from tests.placement import worlds
from tests.placement.test_one_thing_off import CASE, ORDERLY

DAY = date(2026, 11, 23)
LATER = date(2027, 3, 31)


def placed(case: Case, *gaps: Gap, day: date = DAY) -> Placement | None:
    """The placement of `case` at one site in Kenya, if it has one."""
    stack = replace(
        ORDERLY,
        sites={"nairobi": Site(jurisdiction="KE", operator="hexagone")},
        deployments={"d": replace(ORDERLY.deployments["d-paris"], site="nairobi")},
        uncovered=gaps,
    )
    decision = decide((case,), Wish("m"), worlds.realm(stack, day), configured(stack), worlds.instant(day))
    return decision if isinstance(decision, Placement) else None


def gap(place: str, word: str, until: date = LATER) -> Gap:
    return Gap(place, (word,), "tested", until)


@pytest.mark.parametrize(
    ("accepted", "open_"),
    [
        (gap("KE", "health"), True),
        (gap("KE", "special"), True),  # whoever accepts special data accepts health
        (gap("KE", "personal"), True),
        (gap("KE", "financial"), False),
        (gap("KE", "non-personal"), False),
        (gap("TZ", "health"), False),
        (gap("KE", "health", date(2026, 11, 22)), False),  # ended yesterday
        (gap("KE", "health", DAY), True),  # its last day counts
    ],
)
def test_an_acceptance_reaches_what_it_names_until_its_last_day(accepted: Gap, open_: bool) -> None:
    assert bool(placed(CASE, accepted)) is open_


def test_accepting_a_kind_of_data_does_not_accept_all_data() -> None:
    assert placed(replace(CASE, data=("personal",)), gap("KE", "health")) is None
    assert placed(replace(CASE, data=("health", "personal")), gap("KE", "health")) is None


def test_accepting_a_country_does_not_accept_its_free_zones() -> None:
    people = replace(CASE, subjects=("AE-DU-x-difc",))
    kenya = gap("KE", "health")
    assert placed(people, kenya, gap("AE", "health")) is None
    assert placed(people, kenya, gap("AE-DU-x-difc", "health"))


def test_of_two_acceptances_the_one_that_reaches_furthest_is_shown_whatever_their_order() -> None:
    """A bundle keeps no order of the file, and what is replayed from it must be the same to the byte."""
    two = (gap("KE", "personal", date(2026, 12, 1)), gap("KE", "health"))
    one, other = placed(CASE, *two), placed(CASE, *reversed(two))
    assert one is not None
    assert one == other
    assert one.candidates[0].gaps == ("KE health until 2027-03-31",)
