"""A relay that a third party runs shows its own certificates and assurance, and they end on their day."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from comity.law.candidates import GATEWAY, faces, sights
from comity.stack.types import Dated, Gateway, Stack
from comity.terms.instants import end_of
from tests.placement.worlds import PLAIN, instant, realm

UNTIL = date(2027, 5, 31)
RELAYED: Stack = replace(
    PLAIN, gateway=Gateway("s0", certificates=(Dated("HDS", UNTIL), Dated("C5", date(2026, 1, 1))), seal={"SOV-2": 3})
)


@pytest.mark.parametrize(("on", "held"), [(UNTIL, ("HDS",)), (date(2027, 6, 1), ()), (date(2026, 1, 1), ("C5", "HDS"))])
def test_a_certificate_of_the_relay_holds_to_its_last_day(on: date, held: tuple[str, ...]) -> None:
    (profile,) = faces(RELAYED, "agency", on, sights(RELAYED, on, on, ()))[GATEWAY].profiles
    assert profile.certificates == held
    assert profile.seal == ("SOV-2:3",)


def test_a_realm_ends_when_one_does() -> None:
    made = realm(RELAYED, date(2027, 5, 1))
    assert made.valid_until == end_of(UNTIL)
    assert made.since < instant(date(2027, 5, 1)) < made.valid_until


def test_a_relay_that_the_stack_does_not_place_has_nothing_to_show() -> None:
    (profile,) = faces(PLAIN, "agency", UNTIL, sights(PLAIN, UNTIL, UNTIL, ()))[GATEWAY].profiles
    assert (profile.certificates, profile.seal) == ((), ())
