"""Which single changes could move a rule: what the rule reads of case and candidate says where to look."""

from __future__ import annotations

from collections.abc import Iterator

from comity.law.coverage import UNCOVERED
from comity.law.realm import Realm
from comity.law.rule import Rule
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
from comity.placement.remedy.reads import Read, reads
from comity.placement.remedy.world import World
from comity.stack import facts
from comity.stack.agreements import agreements_between
from comity.stack.agreements import assessed as in_date
from comity.stack.jurisdictions import NAMES, under_united_states

IDENTIFIERS = frozenset({"identity", "contact"})
"""Classes of data that name a person directly: what pseudonymisation takes out."""

MAX_SITES = 16
"""Sites of the stack that are tried; who has a thousand does not look for a seventeenth place to move to."""

_PLACES = frozenset({"site", "operator", "operatorPublic", "control", "presence", "own", "accelerators"})
_EXTENSIONS = {"dpf": (False, False), "dpfUk": (True, False), "dpfSwiss": (False, True)}


def offers(rule: str, world: World, supposed: Realm, *, anywhere: bool) -> tuple[Move, ...]:
    """The changes that may keep `rule` from forbidding the deployment in `world`, once each.

    `supposed` is the law over that world. Whether one of them does is for the law to say. Sites of other operators are
    among them only with `anywhere`.
    """
    if rule == UNCOVERED.id:
        found = _of_gap(world, supposed)
    elif rule in supposed.rules:
        found = _of_rule(supposed.rules[rule], world)
    else:  # evidence and errors: no change of this kind mends them
        return ()
    return tuple(
        dict.fromkeys(move for move in found if anywhere or not isinstance(move, MoveTo) or move.same_operator)
    )


def _of_gap(world: World, supposed: Realm) -> Iterator[Move]:
    gaps = sorted({gap for case in world.cases for gap in supposed.gaps(case, world.deployment)})
    if not gaps:
        return
    place = gaps[0][0]
    yield Accept(place, tuple(sorted({word for where, word in gaps if where == place})))
    yield from _sites(world)


def _of_rule(rule: Rule, world: World) -> Iterator[Move]:
    for read in reads(rule):
        yield from _of_case(read, world) if read.of == "principal" else _of_candidate(read, world)


def _of_case(read: Read, world: World) -> Iterator[Move]:
    case = world.cases[0]
    if read.attribute == "grounds":
        yield from (Ground(word) for word in read.words if word not in case.grounds)
    elif read.attribute == "uses" and case.uses != ():
        yield Uses()
    elif read.attribute == "data":
        named = sorted({word for each in world.cases for word in each.data} & IDENTIFIERS & {*read.words})
        if named:
            yield Pseudonymise(tuple(named))
    elif read.attribute == "sealMin":
        yield from _seal(world)


def _of_candidate(read: Read, world: World) -> Iterator[Move]:
    name = read.attribute
    if name in ("kinds", "assessed"):
        yield from (sign for word in read.words for sign in _signs(word, name == "assessed", world))
    elif name == "certificates":
        held = {each.name for each in world.served.certificates}
        yield from (Certify(word) for word in read.words if word not in held)
    elif name in _EXTENSIONS:
        yield from _enlist(name, world)
    elif name in ("trains", "trainsStated"):
        yield Promise("trains")
    elif name == "retains":
        yield Promise("retention")
    elif name == "seal":
        yield from _seal(world)
    if name in _PLACES:
        yield from _sites(world)


def _signs(kind: str, assessed: bool, world: World) -> Iterator[Move]:
    relay = world.stack.sites[world.stack.gateway.site].operator if world.stack.gateway else world.controller
    operator = world.site.operator
    for party, covers in ((operator, "" if operator == relay else world.deployment), (relay, "")):
        if facts.same_party(world.controller, party):
            continue
        bound = agreements_between(world.stack, world.controller, party, covers or None, world.on)
        held = [each for each in bound if kind in each.kinds]
        if not held:
            yield Sign(party, kind, covers)
        elif assessed:
            yield from (Assess(each) for each in held if not in_date(each, world.on))


def _enlist(name: str, world: World) -> Iterator[Move]:
    uk, swiss = _EXTENSIONS[name]
    chain = facts.control_chain(world.stack, world.site.operator).value
    if facts.named(world.site.operator) and any(under_united_states(link.seat) for link in chain):
        yield Enlist(world.site.operator, uk, swiss)


def _seal(world: World) -> Iterator[Move]:
    asked: dict[str, int] = {}
    for case in world.cases:
        for seal in case.seal:
            objective, _, level = seal.rpartition(":")
            asked[objective] = max(int(level), asked.get(objective, 0))
    short = {name: level for name, level in asked.items() if world.served.seal.get(name, 0) < level}
    if short:
        yield Reach(tuple(sorted(short.items())))


def _sites(world: World) -> Iterator[Move]:
    operator, here = world.site.operator, world.served.site
    wanted = [facts.seat(world.stack, operator), facts.seat(world.stack, world.controller)]
    wanted += sorted({subject for case in world.cases for subject in case.subjects})
    for place in dict.fromkeys(wanted):
        if place in NAMES and world.site.places != (place,):
            yield Settle(place)
    others = sorted(world.stack.sites, key=lambda name: (world.stack.sites[name].operator != operator, name))
    for name in [each for each in others if each != here][:MAX_SITES]:
        yield MoveTo(name, world.stack.sites[name].operator == operator)
    if world.stack.gateway is not None and world.stack.gateway.site != here:
        yield Relay(here)
