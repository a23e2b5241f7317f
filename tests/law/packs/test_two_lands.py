"""The United Kingdom and Switzerland answer for their lands, and for no others."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from comity.adapters.packs import load_packs, schema_text, vocabulary, zone
from comity.law.cedar import Schema
from comity.law.coverage import TOUCHES, Touch
from comity.law.epoch import Epoch
from comity.terms.instants import start_of

HEALTH = (("health", vocabulary().close(("health",))),)


def covers(pack: str, place: str, touch: Touch, day: date) -> bool:
    loaded = load_packs([pack])
    at = start_of(day, zone(loaded[0].coverage.timezone))
    covered = Epoch(loaded, Schema(vocabulary().schema(schema_text())), at, zone).covered
    return not list(covered.gaps(frozenset({(place, touch)}), HEALTH, "infer"))


@pytest.mark.parametrize(("pack", "land", "begins"), [("uk", "GB", date(2022, 3, 21)), ("ch", "CH", date(2023, 9, 1))])
def test_a_land_is_covered_in_every_role_from_the_day_on_which_its_pack_begins(
    pack: str, land: str, begins: date
) -> None:
    for touch in TOUCHES:
        assert covers(pack, land, touch, begins)
        assert covers(pack, land, touch, date(2026, 11, 23))
        assert not covers(pack, land, touch, begins - timedelta(days=1))


@pytest.mark.parametrize(("pack", "place"), [("uk", "GI"), ("uk", "JE"), ("uk", "IE"), ("ch", "LI"), ("uk", "CH")])
def test_whose_neighbours_are_not(pack: str, place: str) -> None:
    assert not covers(pack, place, "site", date(2026, 11, 23))


@pytest.mark.parametrize("pack", ["eu.dora", "eu.dataact", "fr.hds", "fr.sren", "fr.secnumcloud", "de.c5"])
def test_law_that_adds_to_another_covers_no_land(pack: str) -> None:
    assert load_packs([pack])[0].coverage.covers == ()
