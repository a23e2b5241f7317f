"""Every lot of a log under one scenario: what becomes of it, and where it may go, best first."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeAlias

from msgspec import Struct

from comity.placement.types import Placement
from comity.posture.replay.groups import summed
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
    ways: dict[tuple[int, str], tuple[Weighted, Options]] = {}  # by placement, which the changed world keeps
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
            staying = home if outcome == "as_before" else ""
            key = id(now), staying
            if key not in ways:
                going = ((home, 1),) if staying else first_tier(now, after.stack)
                ways[key] = going, options_of(now, staying)
            going, options = ways[key]
        factor = after.ground.factor(question.application) if after is not None else 1.0
        face = Face(question.application, *faces[question], home)
        yield Plan(lot, face, outcome, home, going, options, factor, before, after, now)


def merged(every: Iterable[Plan]) -> list[Plan]:
    """Plans that differ in nothing but the realm they were first decided in, as one: a year has many realms, and the
    changed world is often the same for all of them.
    """
    found: dict[Hashable, list[Plan]] = {}
    for plan in every:
        question, before = plan.lot.question, plan.before
        was = None if before is None else (id(before.ground.stack), before.conditions.digest)
        key = (
            (question.application, question.operation, question.added, question.model, question.wish),
            (plan.lot.deployment, plan.lot.served, plan.face, plan.outcome, plan.home, plan.to, plan.options),
            (was, id(plan.after)),
        )
        found.setdefault(key, []).append(plan)
    made = []
    for alike in found.values():
        if len(alike) > 1:
            alike[0].lot = _together([plan.lot for plan in alike])
        made.append(alike[0])
    return made


def _together(lots: list[Lot]) -> Lot:
    months: dict[str, tuple[int, int]] = {}
    for lot in lots:
        for month, (requests, tokens) in lot.months.items():
            held = months.get(month, (0, 0))
            months[month] = held[0] + requests, held[1] + tokens
    first = lots[0]
    return Lot(first.question, first.deployment, first.served, summed([lot.sums for lot in lots]), months)


def _facets(question: Question, world: World | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Data classes as stated, and the jurisdictions of the people: of the controller's seat where there are none."""
    put = world.put(question) if world is not None else None
    if put is None or world is None:
        return (), ()
    widest = put.cases[-1]
    return widest.data, widest.subjects or (facts.seat(world.stack, widest.controller),)


def options_of(placement: Placement, home: str) -> Options:
    """All tiers, dearer from tier to tier; what stays as before costs there what is cheapest."""
    found: dict[str, int] = {}
    least = min(each.score for each in placement.candidates)
    floor = 0
    for tier in placement.tiers:
        for each in tier:
            floor = max(floor, each.score - least)
            found[each.deployment] = 0 if each.deployment == home else floor
    return tuple(sorted(found.items()))
