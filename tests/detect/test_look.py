"""A text in slices is the same text; what is measured stays as good as the guide says."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.detect.look import SLICE, Look
from comity.detect.text import Read, text_of
from comity.detect.wanted import DETECTORS, Looks
from tests.detect.labelled import sentences
from tests.detect.measure import CLASSES, ours, scored

ALL = Looks(tuple(sorted(DETECTORS)), characters=10**7)
THINGS = [
    "2341 2341 2346",
    "FR76 3000 6000 0112 3456 7890 189",
    "a.long.name+tag@mail.example.org",
    "+33 6 12 34 56 78",
    "high blood pressure",
    "1 85 05 78 006 084 91",
    "4111 1111 1111 1111",
]
FILLERS = ["word", "the committee met", "on Tuesday", "और", "d'été", "x" * 40, "2026", "12", "\n"]


def one_piece(text: str) -> Look:
    look = Look(Read(text, 0), ALL)
    look._slice(text, True)
    return look


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(SLICE - 400, 3 * SLICE))
def test_slices_see_what_one_look_sees(seed: int, size: int) -> None:
    chance = random.Random(seed)
    words = []
    while sum(map(len, words)) < size:
        words.append(chance.choice(THINGS) if chance.random() < 0.3 else chance.choice(FILLERS))
    text = " and ".join(words)
    sliced = Look(Read(text, 0), ALL)
    sliced.whole()
    assert one_piece(text).things <= sliced.things
    assert {thing.text for thing in sliced.things if thing.data != "health"} <= {*THINGS}


@settings(max_examples=300)
@given(st.text(max_size=400))
def test_no_text_breaks_it(text: str) -> None:
    for thing in one_piece(text).things:
        assert thing.text
    Look(text_of(text.encode("utf-8", "replace")), ALL).whole()


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="0123456789 .-/()+,:ABXZ@", max_size=300))
def test_no_numbers_break_it(text: str) -> None:
    one_piece(text)


@pytest.mark.parametrize("beyond", ["refuse", "raise"])
def test_beyond_the_limit_every_class_is_taken_to_be_there(beyond: str) -> None:
    looks = Looks(("health", "identifiers", "language"), 1024, beyond)  # type: ignore[arg-type]
    look = Look(Read("x " * 600, 0), looks)
    assert look.beyond
    seen = look.whole()
    assert seen.beyond and seen.found == (("health", 0), ("identity", 0))
    assert not Look(Read("x" * 1024, 0), looks).whole().found


def test_nothing_is_found_by_a_detector_that_was_not_asked() -> None:
    text = "a@example.com 2341 2341 2346 4111 1111 1111 1111 diabetes password: hunter22x"
    for detector in DETECTORS:
        assert len(Look(Read(text, 0), Looks((detector,))).whole().found) == (detector != "language")


def test_the_figures_of_the_guide() -> None:
    labelled = sentences()
    found = {id(each): ours(each) for each in labelled}
    scores = scored(labelled, lambda each: found[id(each)][0])
    least = {"identity": (0.99, 0.85), "financial": (0.99, 0.99), "contact": (0.98, 0.98), "health": (0.95, 0.78)}
    for name in CLASSES:
        precision, recall = least[name]
        assert scores[name].precision >= precision, (name, scores[name])
        assert scores[name].recall >= recall, (name, scores[name])
    hits = [each for each in labelled if each.country and "identity" in found[id(each)][0]]
    assert sum(each.country in found[id(each)][1] for each in hits) >= 0.99 * len(hits)
    innocent = [each for each in labelled if each.kind == "innocent"]
    assert sum(bool(found[id(each)][0]) for each in innocent) <= 0.01 * len(innocent)
    for language in {each.language for each in labelled}:
        told = [found[id(each)][2] for each in labelled if each.language == language]
        assert sum(said == language for said in told) >= 0.7 * len(told), language
        assert sum(said not in (language, "") for said in told) <= 0.02 * len(told), language


@pytest.mark.parametrize("thing", THINGS)
def test_what_stands_over_the_end_of_a_slice_is_seen(thing: str) -> None:
    for before in range(SLICE - len(thing) - 2, SLICE + 2):
        text = ("word " * SLICE)[: before - 1] + f" {thing} and" + " word" * SLICE
        sliced = Look(Read(text, 0), ALL)
        sliced.whole()
        assert [each.text for each in sliced.things] == [thing], before
