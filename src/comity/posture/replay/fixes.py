"""Single steps of a repair: what is to be done, what it does to a world, and the lines of a stack file that say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from comity.placement.conditions import configured
from comity.placement.ranked import Ranked
from comity.placement.remedy.moves import (
    Accept,
    Assess,
    Certify,
    Enlist,
    Ground,
    Move,
    MoveTo,
    Promise,
    Pseudonymise,
    Reach,
    Relay,
    Settle,
    Sign,
    Uses,
)
from comity.placement.remedy.search import Way, why_not
from comity.placement.remedy.world import Lines, as_attested, merged
from comity.placement.remedy.world import World as OneDeployment
from comity.placement.types import Placement
from comity.placement.wanted import allowed, named
from comity.posture.replay.worlds import Put, World
from comity.posture.scenario.ground import Ground as Changed
from comity.stack.types import Deployment, Stack
from comity.terms.instants import day_of

TRIALS = 40
"""Sets of changes that are judged for one question and one deployment, at some 2 ms each."""

TRIALS_ELSEWHERE = 8
"""The same, for a site where the model is not served: what needs much there is no way out."""

MAX_NEAR = 2
"""Deployments that are there and forbidden, at which ways are sought: those with the fewest rules against them."""

MAX_PLACES = 3
"""Sites at which a model that is gone is tried: the first of the stack."""

KINDS: Mapping[type[Move], str] = {
    Sign: "agreement",
    Assess: "assessment",
    Certify: "certificate",
    Enlist: "certificate",
    Reach: "certificate",
    Promise: "terms",
    Settle: "site",
    MoveTo: "site",
    Relay: "site",
    Ground: "statement",
    Uses: "statement",
    Pseudonymise: "statement",
    Accept: "acceptance",
}
"""What sort of step a change is."""

_OF_THE_CASE = (Ground, Uses, Pseudonymise)


class Fix(Struct, frozen=True):
    """One step. `put` is the question that it was found for; only its own cases are changed by moves of the case.

    `serves` is a deployment that is added; `substitutes` a model that callers are given in place of another.
    """

    kind: str
    deployment: str
    says: tuple[str, ...]
    lines: Lines
    hardness: int
    put: Put
    moves: tuple[Move, ...] = ()
    serves: tuple[str, Deployment] | None = None
    substitutes: tuple[str, str] | None = None

    @property
    def accepts(self) -> bool:
        """Whether it accepts that no law is loaded somewhere."""
        return any(isinstance(move, Accept) for move in self.moves)

    def stack(self, stack: Stack, at: int) -> Stack:
        """The stack with the step taken."""
        if self.serves is not None:
            name, deployment = self.serves
            stack = replace(stack, deployments={**stack.deployments, name: deployment})
        if self.deployment not in stack.deployments:
            return stack
        one = OneDeployment(stack, self.put.cases, self.deployment, "", day_of(at))
        for move in self.moves:
            one = move.made(one)
        return one.stack

    def asked(self, put: Put, stack: Stack, at: int) -> Put:
        """The question as it is put once the step is taken."""
        if self.substitutes is not None and put.wish.model == self.substitutes[0]:
            put = replace(put, wish=replace(put.wish, model=self.substitutes[1]))
        moves = [move for move in self.moves if isinstance(move, _OF_THE_CASE)]
        if moves and put.cases == self.put.cases and self.deployment in stack.deployments:
            one = OneDeployment(stack, put.cases, self.deployment, "", day_of(at))
            for move in moves:
                one = move.made(one)
            put = replace(put, cases=one.cases)
        return put


class Mended:
    """The worlds of plans with all these steps taken, each made once. `known` are those of other steps: steps that come
    to one stack share a world, and so what was decided in it.
    """

    def __init__(self, fixes: Iterable[Fix], known: Known | None = None) -> None:
        self._fixes = tuple(fixes)
        self._known = Known() if known is None else known
        self._worlds: dict[int, World] = {}
        self._ranked: dict[tuple[int, int], tuple[Put, Placement | Ranked]] = {}  # by identity of what is kept

    def world(self, world: World) -> World:
        """The world with the steps taken."""
        if id(world) not in self._worlds:
            self._worlds[id(world)] = self._known.over(world, stack_with(world, self._fixes))
        return self._worlds[id(world)]

    def asked(self, put: Put, world: World) -> Put:
        """A question to the world as it was, as it is put once the steps are taken."""
        made = self.world(world)
        for fix in self._fixes:
            put = fix.asked(put, made.stack, made.at)
        return put

    def ranked(self, put: Put, world: World) -> Placement | Ranked:
        """Where a question to the world as it was may go once the steps are taken."""
        key = id(put), id(world)
        if key not in self._ranked:
            self._ranked[key] = put, self.world(world).ranked(self.asked(put, world))
        return self._ranked[key][1]


class Known:
    """Worlds as they were, each with what steps have made of it."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[World, list[World]]] = {}  # by identity: the world is kept, so that it stays it

    def over(self, world: World, stack: Stack) -> World:
        """The world over another stack."""
        made = self._made.setdefault(id(world), (world, []))[1]
        for held in made:
            if held.stack == stack:
                return held
        made.append(over(world, stack))
        return made[-1]


def mended(world: World, fixes: Iterable[Fix]) -> World:
    """The world with all these steps taken."""
    return over(world, stack_with(world, fixes))


def stack_with(world: World, fixes: Iterable[Fix]) -> Stack:
    """The world's stack with all these steps taken."""
    stack = as_attested(world.stack, day_of(world.at))
    for fix in fixes:
        stack = fix.stack(stack, world.at)
    return stack


def over(world: World, stack: Stack) -> World:
    """The world over another stack, with the figures that it states."""
    return World(replace(world.ground, stack=stack), world.realm.supposing(stack), configured(stack), world.orders)


def fixes_for(
    put: Put,
    world: World,
    was: World | None,
    application: str,
    forbidden: tuple[tuple[str, tuple[str, ...]], ...],
) -> Iterator[Fix]:
    """Steps that may bring the question back, not yet confirmed: at what is there, elsewhere, or by another model.

    `forbidden` are the deployments that are there, with the rules that forbid each.
    """
    stack = world.stack
    there = allowed(named(put.wish.model, stack), put.wish, stack)
    opened = False
    for name, _ in sorted(forbidden, key=lambda each: (len(each[1]), each[0]))[:MAX_NEAR]:
        for fix in _of_ways(put, world, world.stack, name, application):
            opened = opened or not fix.accepts
            yield fix
    if was is not None:
        gone = [name for name in named(put.wish.model, was.stack) if name not in stack.deployments]
        yield from _elsewhere(put, world, was, gone, application)
    if not there or not opened:
        yield from by_another(put, stack)


def _of_ways(
    put: Put, world: World, stack: Stack, name: str, application: str, serves: tuple[str, Deployment] | None = None
) -> Iterator[Fix]:
    """The smallest changes that admit one deployment of `stack`."""
    on = day_of(world.at)
    open_sites = _open(stack, world.ground, stack.deployments[name].site)
    one = OneDeployment(replace(as_attested(stack, on), sites=open_sites), put.cases, name, application, on)
    for way in why_not(one, world.realm.supposing(stack), TRIALS).ways:
        yield _fix(put, name, _wide(way, one), serves)


def _wide(way: Way, world: OneDeployment) -> Way:
    """The same way, with instruments that cover everything of the operator's: so they are signed, and once."""
    moves: list[Move] = []
    says: list[str] = []
    lines: Lines = {}
    for move, said in zip(way.moves, way.says, strict=True):
        if isinstance(move, Sign):
            move = replace(move, covers="")  # noqa: PLW2901 - the wider one from here on
        elif isinstance(move, Assess) and (wide := replace(move.agreement, covers=None)) in world.stack.agreements:
            move = Assess(wide)  # noqa: PLW2901
        moves.append(move)
        says.append(said)
        lines = merged(lines, move.lines(world))
        world = move.made(world)
    return Way(tuple(moves), tuple(says), lines)


def _open(stack: Stack, ground: Changed, here: str) -> dict[str, Any]:
    gateway = stack.gateway.site if stack.gateway is not None else ""
    return {name: site for name, site in stack.sites.items() if name not in ground.closed or name in (here, gateway)}


def _fix(put: Put, name: str, way: Way, serves: tuple[str, Deployment] | None) -> Fix:
    says, lines, hardness, kind = way.says, way.lines, way.hardness, KINDS[type(way.moves[0])]
    if serves is not None:
        host = _hosted(put, name, serves)
        says, hardness, kind = (*host.says, *says), hardness + host.hardness, host.kind
        lines = {**lines, "deployments": {**host.lines["deployments"], **lines.get("deployments", {})}}
    return Fix(kind, name, says, lines, hardness, put, way.moves, serves)


def _elsewhere(put: Put, world: World, was: World, gone: Iterable[str], application: str) -> Iterator[Fix]:
    """A model that is gone, served at another site: its weights must be open, and no change of the scenario's forbid
    that they are served.
    """
    models = sorted({was.stack.deployments[name].model for name in gone} - world.ground.barred)
    for model in models:
        if not was.stack.models[model].open_weights:
            continue
        served = next(each for name in sorted(gone) if (each := was.stack.deployments[name]).model == model)
        sites = [site for site in world.stack.sites if site not in world.ground.closed]
        for site in sites[:MAX_PLACES]:
            made = Deployment(model=model, site=site, url="", serves=served.serves, terms=served.terms)
            name = f"{site[:31]}-{model[:31]}"
            if name in world.stack.deployments:
                continue
            stack = replace(world.stack, deployments={**world.stack.deployments, name: made})
            one = OneDeployment(stack, put.cases, name, application, day_of(world.at))
            found = why_not(one, world.realm.supposing(stack), TRIALS_ELSEWHERE)
            if not found.forbids:
                yield _hosted(put, name, (name, made))
            for way in found.ways:
                yield _fix(put, name, _wide(way, one), (name, made))


def _hosted(put: Put, name: str, serves: tuple[str, Deployment]) -> Fix:
    made = serves[1]
    lines: dict[str, Any] = {"deployments": {name: {"model": made.model, "site": made.site}}}
    return Fix("site", name, (f"{made.model} is served at {made.site}",), lines, 8, put, (), serves)


def by_another(put: Put, stack: Stack) -> Iterator[Fix]:
    """Another model in the place of one that nothing serves any more."""
    models = sorted({each.model for each in stack.deployments.values()})
    asked = put.wish.model
    for model in models:
        if model == asked or (put.wish.models is not None and model not in put.wish.models):
            continue
        says = f"{asked} is answered by {model}"
        yield Fix("model", "", (says,), {"aliases": {asked: [model]}}, 5, put, (), None, (asked, model))
