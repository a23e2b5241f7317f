"""A log as it was: all that its lots have before any scenario, found once for every scenario over it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from comity.placement.types import Placement
from comity.posture.replay.groups import summed
from comity.posture.replay.lots import Log, Lot, Question
from comity.posture.replay.outcomes import ahead_of, home_of
from comity.posture.replay.tally import Face
from comity.posture.replay.worlds import World, Worlds
from comity.stack import facts

EVERY = 64
"""Lots between two reports of how far it is."""

KEPT = 8
"""Ways of gathering that are remembered: most scenarios are of one, in which all realms have become the same."""

To: TypeAlias = Callable[[Question], World | None]
"""The changed world that a question is put to."""


class Past(Struct):
    """A lot in its own world.

    Attributes:
        home: where it went, or would have gone if anything had answered; "" for nowhere.
        ahead: the deployments of all tiers up to the one with `home`; None if it was not placed.
        kind: a number for all that the scenario can change nothing of, `ahead` apart.
    """

    lot: Lot
    face: Face
    home: str
    ahead: frozenset[str] | None
    before: World | None
    kind: int = 0


class History:
    """The pasts of a log.

    Attributes:
        reproduced: requests whose placement, made again in their own realm, is that of the log byte for byte.
        differing: requests whose is not.
    """

    def __init__(self, log: Log, worlds: Worlds, step: Callable[[int], None]) -> None:
        """Decides every lot in its own world; `step` is told now and then how many have been."""
        self._pasts: list[Past] = []
        self._alike: list[int] = []  # of each past the number of its sort
        sorts: dict[Hashable, int] = {}
        kinds: dict[Hashable, int] = {}
        faces: dict[Question, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        for number, lot in enumerate(log.lots):
            if number % EVERY == 0:
                step(number)
            question = lot.question
            before = worlds.before(question.realm, question.conditions)
            then = before.answer(question) if before is not None else None
            if question not in faces:
                faces[question] = _facets(question, before)
            home = home_of(lot, then)
            face = Face(question.application, *faces[question], home)
            past = Past(lot, face, home, ahead_of(home, then), before)
            past.kind = kinds.setdefault(_kind(past), len(kinds))
            self._pasts.append(past)
            self._alike.append(sorts.setdefault((past.kind, past.ahead), len(sorts)))
        self.reproduced, self.differing = _reproduced(log, worlds)
        self._gathered: dict[tuple[int, ...], Sequence[Past]] = {}

    def gathered(self, to: To) -> Sequence[Past]:
        """The pasts, of which those that differ in nothing but their realm are one if they are put to one world.

        The scenario cannot tell those apart: the question is the same, where it went, what was ahead of it and at what
        prices; so is the world that it is put to, and so is all that follows from these. Without one of its changes it
        may: therefore a lot keeps who asked.
        """
        numbers: dict[int, int] = {}
        worlds: dict[tuple[str, str], int] = {}
        for past in self._pasts:
            key = past.lot.question.realm, past.lot.question.conditions
            if key not in worlds:
                worlds[key] = numbers.setdefault(id(to(past.lot.question)), len(numbers))
        way = tuple(worlds.values())
        if way not in self._gathered:
            if len(self._gathered) >= KEPT:
                self._gathered.clear()
            self._gathered[way] = self._gather(worlds)
        return self._gathered[way]

    def _gather(self, worlds: dict[tuple[str, str], int]) -> Sequence[Past]:
        found: dict[tuple[int, int], list[Past]] = {}
        for past, alike in zip(self._pasts, self._alike, strict=True):
            question = past.lot.question
            found.setdefault((alike, worlds[question.realm, question.conditions]), []).append(past)
        return [
            each[0] if len(each) == 1 else replace(each[0], lot=together([past.lot for past in each]))
            for each in found.values()
        ]


def history_of(log: Log, worlds: Worlds, step: Callable[[int], None] = lambda done: None) -> History:
    """The log's history in these worlds, found when it is first asked for."""
    return worlds.once(log, lambda: History(log, worlds, step))


def together(lots: Sequence[Lot]) -> Lot:
    """Lots that asked the same and met the same, as one; the question is that of the first."""
    months: dict[str, tuple[int, int]] = {}
    apart: dict[Question, int] = {}
    for lot in lots:
        for question, requests in lot.asked.items():
            apart[question] = apart.get(question, 0) + requests
        for month, (requests, tokens) in lot.months.items():
            held = months.get(month, (0, 0))
            months[month] = held[0] + requests, held[1] + tokens
    first = lots[0]
    return Lot(first.question, first.deployment, first.served, summed([lot.sums for lot in lots]), months, apart)


def signature(question: Question) -> Hashable:
    """The question without the realm that it was first put to."""
    return question.application, question.operation, question.added, question.model, question.wish


def ground_of(before: World | None) -> Hashable:
    """What of the world before amounts rest on."""
    return None if before is None else (id(before.ground.stack), before.conditions.digest)


def _kind(past: Past) -> Hashable:
    lot = past.lot
    return signature(lot.question), lot.deployment, lot.served, past.face, past.home, ground_of(past.before)


def _facets(question: Question, world: World | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Data classes as stated, and the jurisdictions of the people: of the controller's seat where there are none."""
    put = world.put(question) if world is not None else None
    if put is None or world is None:
        return (), ()
    widest = put.cases[-1]
    return widest.data, widest.subjects or (facts.seat(world.stack, widest.controller),)


def _reproduced(log: Log, worlds: Worlds) -> tuple[int, int]:
    same = other = 0
    for question, placements in log.placements.items():
        world = worlds.before(question.realm, question.conditions)
        said = world.answer(question) if world is not None and question.realm else None
        if said is None:
            continue
        digest = said.digest if isinstance(said, Placement) else ""
        for logged, requests in placements.items():
            same += requests if logged == digest else 0
            other += requests if logged != digest else 0
    return same, other
