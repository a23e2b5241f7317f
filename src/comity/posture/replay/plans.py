"""Every lot of a log under one scenario: what becomes of it, and where it may go, best first."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import TypeAlias

from msgspec import Struct

from comity.placement.types import Placement
from comity.posture.replay.lots import Log, Lot, Question
from comity.posture.replay.outcomes import Weighted, first_tier, home_of, outcome_of
from comity.posture.replay.report import Outcome
from comity.posture.replay.tally import Face
from comity.posture.replay.worlds import Decision, World, Worlds
from comity.posture.scenario.ground import Atom
from comity.stack import facts

Options: TypeAlias = tuple[tuple[str, int], ...]
"""Deployments with the cost of a token there: their score, in millionths."""

Changed: TypeAlias = Callable[[Question], World | None]
"""The changed world that a question is put to."""


EVERY = 64
"""Lots between two reports of how far it is."""


class Plan(Struct):
    """One lot, decided on both sides."""

    lot: Lot
    face: Face
    outcome: Outcome
    home: str
    to: Weighted
    options: Options
    factor: float
    before: World | None
    after: World | None
    said: Decision


def changed(worlds: Worlds, atoms: tuple[Atom, ...]) -> Changed:
    """The worlds that these changes make of those of the log."""
    made: dict[tuple[str, str], World | None] = {}
    known: dict[Hashable, World] = {}

    def world(question: Question) -> World | None:
        key = question.realm, question.conditions
        if key not in made:
            made[key] = worlds.after(*key, atoms, known)
        return made[key]

    return world


def plans(log: Log, worlds: Worlds, to: Changed, step: Callable[[int], None] = lambda done: None) -> Iterator[Plan]:
    """A plan for each lot; `step` is told now and then how many there are."""
    faces: dict[Question, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for number, lot in enumerate(log.lots):
        if number % EVERY == 0:
            step(number)
        question = lot.question
        before, after = worlds.before(question.realm, question.conditions), to(question)
        then = before.answer(question) if before is not None else None
        now = after.answer(question) if after is not None else None
        if question not in faces:
            faces[question] = _facets(question, before)
        outcome = outcome_of(lot, then, now)
        home = home_of(lot, then)
        going: Weighted = ()
        options: Options = ()
        if isinstance(now, Placement) and after is not None:
            stays = outcome == "as_before"
            going = ((home, 1),) if stays else first_tier(now, after.stack)
            options = _options(now, home if stays else "")
        factor = after.ground.factor(question.application) if after is not None else 1.0
        face = Face(question.application, *faces[question], home)
        yield Plan(lot, face, outcome, home, going, options, factor, before, after, now)


def _facets(question: Question, world: World | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Data classes as stated, and the jurisdictions of the people: of the controller's seat where there are none."""
    put = world.put(question) if world is not None else None
    if put is None or world is None:
        return (), ()
    widest = put.cases[-1]
    return widest.data, widest.subjects or (facts.seat(world.stack, widest.controller),)


def _options(placement: Placement, home: str) -> Options:
    """All tiers, dearer from tier to tier; what stays as before costs there what is cheapest."""
    found: dict[str, int] = {}
    least = min(each.score for each in placement.candidates)
    floor = 0
    for tier in placement.tiers:
        for each in tier:
            floor = max(floor, each.score - least)
            found[each.deployment] = 0 if each.deployment == home else floor
    return tuple(sorted(found.items()))
