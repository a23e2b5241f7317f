"""Plans, causes and repairs the plain way: every lot put to its own world and to the changed one, one after another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence

from comity.placement.decide import decide
from comity.placement.types import Placement
from comity.posture.replay.fixes import Fix, mended
from comity.posture.replay.history import _facets, ground_of, signature, together
from comity.posture.replay.lots import Log
from comity.posture.replay.outcomes import ahead_of, first_tier, home_of, outcome_of
from comity.posture.replay.plans import Plan, changed, options_of
from comity.posture.replay.tally import Face
from comity.posture.replay.worlds import Decision, World, Worlds
from comity.posture.scenario.ground import Atom
from comity.terms.refusal import Refusal

Heavy = dict[tuple[str, str, str], tuple[int, int]]
"""Requests that a cause accounts for alone, and in part, by its kind, its name and what it says (a rule: nothing)."""


def plain_plans(log: Log, worlds: Worlds, atoms: tuple[Atom, ...]) -> list[Plan]:
    """What `plans` gives, by no way but `decide` for each lot; only then are those that are alike added up."""
    found: dict[Hashable, list[Plan]] = {}
    for plan in _each(log, worlds, atoms):
        key = (
            signature(plan.lot.question),
            (plan.lot.deployment, plan.lot.served, plan.face, plan.outcome, plan.home, plan.to, plan.options),
            (ground_of(plan.before), id(plan.after)),
        )
        found.setdefault(key, []).append(plan)
    for alike in found.values():
        alike[0].lot = together([plan.lot for plan in alike]) if len(alike) > 1 else alike[0].lot
    return [alike[0] for alike in found.values()]


def _each(log: Log, worlds: Worlds, atoms: tuple[Atom, ...]) -> Iterator[Plan]:
    to = changed(worlds, atoms)
    for lot in log.lots:
        question = lot.question
        before, after = worlds.before(question.realm, question.conditions), to(question)
        then, now = _decided(before, lot), _decided(after, lot)
        home = home_of(lot, then)
        outcome = outcome_of(lot, home, ahead_of(home, then), now)
        going, options = (), ()
        if isinstance(now, Placement) and after is not None:
            going = ((home, 1),) if outcome == "as_before" else first_tier(now, after.stack)
            options = options_of(now, home if outcome == "as_before" else "")
        factor = after.ground.factor(question.application) if after is not None else 1.0
        face = Face(question.application, *_facets(question, before), home)
        yield Plan(lot, face, outcome, home, going, options, factor, before, after, now)


def plain_causes(log: Log, worlds: Worlds, atoms: tuple[Atom, ...]) -> Heavy:
    """What `causes` gives: for each lot that is lost each change is undone, and made by itself, in the lot's realm."""
    alone: Counter[tuple[str, str, str]] = Counter()
    part: Counter[tuple[str, str, str]] = Counter()
    without = [changed(worlds, atoms[:at] + atoms[at + 1 :]) for at in range(len(atoms))]
    by_itself = [changed(worlds, (atom,)) for atom in atoms]
    for plan in _each(log, worlds, atoms):
        lot, said = plan.lot, plan.said
        if plan.outcome != "refused":
            continue
        was = _decided(plan.before, lot)
        for atom, undone, made in zip(atoms, without, by_itself, strict=True):
            back = isinstance(_decided(undone(lot.question), lot), Placement)
            alone[atom.kind, atom.name, atom.says] += back * lot.sums.n
            refuses = isinstance(was, Placement) and isinstance(_decided(made(lot.question), lot), Refusal)
            part[atom.kind, atom.name, atom.says] += (back or refuses) * lot.sums.n
        for rule in {rule.id for each in said.candidates for rule in each.rules}:
            alone["rule", rule, ""] += (
                any([one.id for one in each.rules] == [rule] for each in said.candidates) * lot.sums.n
            )
            part["rule", rule, ""] += lot.sums.n
    return {key: (alone[key], part[key]) for key in part if part[key]}


def plain_back(log: Log, worlds: Worlds, atoms: tuple[Atom, ...], fixes: Sequence[Fix]) -> int:
    """Lost requests that are placed once these steps are taken: each lot is decided by itself."""
    made: dict[int, World] = {}
    back = 0
    for plan in _each(log, worlds, atoms):
        if plan.outcome == "refused" and plan.after is not None:
            world = made.get(id(plan.after)) or made.setdefault(id(plan.after), mended(plan.after, fixes))
            put = plan.after.put(plan.lot.question)
            for fix in fixes:
                put = fix.asked(put, world.stack, world.at)
            said = decide(put.cases, put.wish, world.realm, world.conditions, world.at, observe=put.observe)
            back += isinstance(said, Placement) * plan.lot.sums.n
    return back


def _decided(world: World | None, lot) -> Decision:
    put = world.put(lot.question) if world is not None else None
    if put is None or world is None:
        return None
    return decide(put.cases, put.wish, world.realm, world.conditions, world.at, observe=put.observe)
