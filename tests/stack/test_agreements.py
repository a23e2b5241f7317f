"""Which instruments bind whom, and on which days."""

from __future__ import annotations

from datetime import date

import pytest

from comity.stack.agreements import agreements_between, assessed
from comity.stack.types import Agreement, Assessment, Stack

DAY = date(2026, 11, 23)
BEFORE, AFTER = date(2026, 11, 22), date(2026, 11, 24)
PAIR = ("controller", "operator")


def bound(agreement: Agreement, deployment: str | None = "one", on: date = DAY) -> bool:
    stack = Stack("a", (), {}, {}, {}, {}, agreements=(agreement,))
    found = agreements_between(stack, "controller", "operator", deployment, on)
    assert found in ((), (agreement,))
    return bool(found)


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [
        (None, None, True),
        (DAY, DAY, True),  # the first and the last day count
        (None, BEFORE, False),
        (AFTER, None, False),
        (BEFORE, AFTER, True),
    ],
)
def test_days(since: date | None, until: date | None, holds: bool) -> None:
    assert bound(Agreement(PAIR, ("eu.art28",), since=since, until=until)) is holds


def test_parties() -> None:
    assert bound(Agreement(("operator", "third", "controller"), ("eu.art28",)))
    assert not bound(Agreement(("controller", "third"), ("eu.art28",)))


def test_covers() -> None:
    assert bound(Agreement(PAIR, ("eu.art28",), covers=("one", "two")))
    assert not bound(Agreement(PAIR, ("eu.art28",), covers=("two",)))
    assert not bound(Agreement(PAIR, ("eu.art28",), covers=()))


def test_the_relay_is_covered_by_nothing_less_than_everything() -> None:
    assert bound(Agreement(PAIR, ("eu.art28",)), deployment=None)
    assert not bound(Agreement(PAIR, ("eu.art28",), covers=("one",)), deployment=None)


def test_an_assessment_ends_too() -> None:
    agreement = Agreement(PAIR, ("eu.scc-m2",), tia=Assessment("DPO-1", DAY))
    assert assessed(agreement, DAY) is agreement.tia
    assert assessed(agreement, AFTER) is None
    assert assessed(Agreement(PAIR, ("eu.scc-m2",)), DAY) is None


def test_where_attestation_is_required_nothing_unattested_counts() -> None:
    stack = Stack("a", (), {}, {}, {}, {}, agreements=(Agreement(PAIR, ("eu.art28",)),), attest="required")
    assert agreements_between(stack, "controller", "operator", "one", DAY) == ()
