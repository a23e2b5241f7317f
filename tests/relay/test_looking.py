"""Whatever is found, the permitted set only shrinks (DESIGN rule 6)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.detect.look import Look
from comity.detect.text import Read
from comity.detect.wanted import CLASSES, DETECTORS, Looks
from comity.law.case import NOTHING_ADDED, Addition
from comity.placement.cases import widened
from comity.placement.conditions import configured
from comity.placement.decide import decide
from comity.placement.types import Placement, Wish
from comity.relay.looking import added, looks_of
from comity.stack.detection import Detection
from comity.stack.types import Application
from tests.detect.labelled import sentences
from tests.placement import worlds

ALL = Looks(tuple(sorted(DETECTORS)))
SET = sentences(count=60)
WISH = Wish("small")
APPLICATION = Application(controller="FR", purpose="general", data=(), subjects=())


def found(answer: object) -> set[str]:
    return {each.deployment for each in answer.candidates} if isinstance(answer, Placement) else set()


@settings(max_examples=60, deadline=None)
@given(
    worlds.stacks(),
    worlds.cases(),
    st.lists(st.sampled_from(SET), min_size=1, max_size=4),
    st.sampled_from(worlds.DAYS),
)
def test_what_is_found_only_removes_candidates(stack, case, texts, day) -> None:
    seen = Look(Read("\n".join(each.text for each in texts), 0), ALL).whole()
    addition = added(NOTHING_ADDED, seen)
    assert {*addition.data} <= {*worlds.WORDS.data}
    realm, conditions, now = worlds.realm(stack, day), configured(stack), worlds.instant(day)
    narrow = decide(widened(case, addition), WISH, realm, conditions, now)
    wide = decide(widened(case, NOTHING_ADDED), WISH, realm, conditions, now)
    assert found(narrow) <= found(wide)


def test_headers_and_findings_are_united() -> None:
    seen = Look(Read("a@example.com, Aadhaar 2341 2341 2346", 0), ALL).whole()
    headers = Addition(("health",), ("DE",), ("research",))
    assert added(headers, seen) == Addition(("contact", "health", "identity"), ("DE", "IN"), ("research",))
    nothing = Look(Read("Hello there", 0), ALL).whole()
    assert added(headers, nothing) is headers


def test_an_application_adds_to_the_floor_of_the_stack() -> None:
    assert looks_of(APPLICATION, Detection()) is None
    floor = Detection(always=("identifiers",), characters=2048, beyond="raise")
    assert looks_of(APPLICATION, floor) == Looks(("identifiers",), 2048, "raise")
    asking = Application(controller="FR", purpose="general", data=(), subjects=(), detect=("health", "identifiers"))
    both = looks_of(asking, floor)
    assert both is not None and both.find == ("health", "identifiers")
    assert set(CLASSES) | {"language"} == set(DETECTORS)
