"""Every lot of a log under one scenario: what becomes of it, and where it may go, best first."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeAlias

from msgspec import Struct

from comity.placement.ranked import Ranked
from comity.placement.types import Placement
from comity.posture.replay.history import History, To, together
from comity.posture.replay.lots import Lot, Question
from comity.posture.replay.outcomes import Weighted, first_tier, outcome_of
from comity.posture.replay.report import Outcome
from comity.posture.replay.tally import Face
from comity.posture.replay.worlds import Decision, Known, Said, World, Worlds
from comity.posture.scenario.ground import Atom

Options: TypeAlias = tuple[tuple[str, int], ...]
"""Deployments with the cost of a token there: their score, in millionths."""


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


def changed(worlds: Worlds, atoms: tuple[Atom, ...]) -> To:
    """The worlds that these changes make of those of the log."""
    made: dict[tuple[str, str], World | None] = {}
    known = Known()

    def world(question: Question) -> World | None:
        key = question.realm, question.conditions
        if key not in made:
            made[key] = worlds.after(*key, atoms, known)
        return made[key]

    return world


def plans(history: History, to: To, *, why: bool = True) -> list[Plan]:
    """Plans of all lots, those that differ in nothing but their realm as one. Without `why` it is left out what was
    `said`: then only where each goes is found, which takes less time.
    """
    # by placement, which the changed world keeps; worlds with other weights may share one
    ways: dict[tuple[int, int, str], tuple[Weighted, Options]] = {}
    made: list[Plan] = []
    kinds: list[Hashable] = []
    for past in history.gathered(to):
        question = past.lot.question
        after = to(question)
        said = after.answer(question) if after is not None and why else None
        now: Said = said if why or after is None else after.ranked_answer(question)
        outcome = outcome_of(past.lot, past.home, past.ahead, now)
        going: Weighted = ()
        options: Options = ()
        if isinstance(now, Placement | Ranked) and now.tiers and after is not None:
            staying = past.home if outcome == "as_before" else ""
            key = id(now), id(after), staying
            if key not in ways:
                going = ((staying, 1),) if staying else first_tier(now, after.stack)
                ways[key] = going, options_of(now, staying)
            going, options = ways[key]
        factor = after.ground.factor(question.application) if after is not None else 1.0
        kinds.append((past.kind, outcome, id(after)))
        made.append(Plan(past.lot, past.face, outcome, past.home, going, options, factor, past.before, after, said))
    return _merged(made, kinds)


def _merged(every: Iterable[Plan], kinds: Iterable[Hashable]) -> list[Plan]:
    """Plans of pasts that differ no more, now that they are decided, as one: in one world a question has one answer, so
    of those of one kind and outcome all else is the same.
    """
    found: dict[Hashable, list[Plan]] = {}
    for plan, kind in zip(every, kinds, strict=True):
        found.setdefault(kind, []).append(plan)
    made = []
    for alike in found.values():
        if len(alike) > 1:
            alike[0].lot = together([plan.lot for plan in alike])
        made.append(alike[0])
    return made


def options_of(placement: Placement | Ranked, home: str) -> Options:
    """All tiers, dearer from tier to tier; what stays as before costs there what is cheapest."""
    found: dict[str, int] = {}
    least = min(each.score for each in placement.candidates)
    floor = 0
    for tier in placement.tiers:
        for each in tier:
            floor = max(floor, each.score - least)
            found[each.deployment] = 0 if each.deployment == home else floor
    return tuple(sorted(found.items()))
