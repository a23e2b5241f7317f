"""What an application's headers add is bounded, so that one key cannot take the worker's time from the others."""

from datetime import date
from itertools import islice, product

import pytest

from comity.adapters.packs import vocabulary
from comity.adapters.realms import build_realm
from comity.adapters.stack_files import read_stack_file
from comity.law.case import NOTHING_ADDED, Addition
from comity.placement.types import Placement, Wish
from comity.runtime.in_force import Asked, InForce
from comity.runtime.new_cases import BURST, PER_SECOND, NewCases
from comity.stack.jurisdictions import NAMES
from comity.terms.instants import start_of
from comity.terms.refusal import Refusal
from tests.runtime.test_gate import STACK

DAY = start_of(date(2026, 11, 23))
WISH = Wish("small")


@pytest.fixture
def force(tmp_path) -> InForce:
    file = tmp_path / "comity.yaml"
    file.write_text(STACK)
    return InForce(build_realm(read_stack_file(file, {}, date(2026, 11, 23)), DAY))


def asked(addition: Addition, application: str = "desk") -> Asked:
    return Asked(application, addition, "infer")


def additions():
    """As many as one likes, each new."""
    for place, word in product(NAMES, vocabulary().purposes):
        yield Addition(subjects=(place,), purposes=(word,))


def test_a_flood_of_new_cases_is_refused_and_those_judged_before_are_not(force: InForce) -> None:
    flood = list(islice(additions(), 200))
    answers = [force.place(asked(each), WISH, DAY) for each in flood]
    over = [answer for answer in answers if isinstance(answer, Refusal) and answer.reason == "too-many-cases"]
    assert len(over) >= 200 - BURST
    assert over[0].status == 429
    assert over[0].type == "rate_limit_error"
    first = force.place(asked(flood[0]), WISH, DAY)
    assert first is answers[0]  # judged once, answered as ever


def test_the_registered_case_and_other_applications_go_on(force: InForce) -> None:
    for each in islice(additions(), 200):
        force.place(asked(each), WISH, DAY)
    assert isinstance(force.place(asked(NOTHING_ADDED), WISH, DAY), Placement)
    other = force.place(asked(next(additions()), "trial"), WISH, DAY)
    assert not (isinstance(other, Refusal) and other.reason == "too-many-cases")


def test_a_bucket_fills_again_and_no_further_than_its_burst() -> None:
    bucket = NewCases()
    assert bucket.admits("desk", BURST, 0)
    assert not bucket.admits("desk", 1, 0)
    later = int(1000 * 4 / PER_SECOND)
    assert bucket.admits("desk", 4, later)
    assert not bucket.admits("desk", 1, later)
    assert not bucket.admits("desk", 1, 0)  # the clock went back
    assert bucket.admits("desk", BURST, 10**9)
    assert not bucket.admits("desk", 1, 10**9)
