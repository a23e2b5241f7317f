"""What accounts for a loss: each change of the scenario undone by itself, each rule left out by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from comity.posture.replay.history import To
from comity.posture.replay.lots import Question
from comity.posture.replay.plans import Plan, changed
from comity.posture.replay.report import Cause, Ruled
from comity.posture.replay.worlds import Worlds
from comity.posture.scenario.ground import Atom, where_possible
from comity.terms.citations import Citation
from comity.terms.refusal import Refusal

MAX_UNDONE = 32
"""Changes that are undone one by one: each asks every lost question twice."""

UNSERVED = Citation(
    "comity/unserved", "Comity", "what the stack serves", "tenant", "Nothing serves this model any more.", reviewed=True
)
"""Why a request is refused that no rule forbids: what it asks for is gone."""


def ruled(lost: Iterable[Plan]) -> tuple[Ruled, ...]:
    """The rules that refuse now, by how many requests."""
    counts: dict[str, tuple[Citation, int]] = {}
    for plan in lost:
        for rule in _grounds(plan):
            counts[rule.id] = (rule, counts.get(rule.id, (rule, 0))[1] + plan.lot.sums.n)
    made = (Ruled(rule.id, rule.law, rule.cite, rule.basis, n, rule.says) for rule, n in counts.values())
    return tuple(sorted(made, key=lambda each: (-each.requests, each.rule)))


def causes(lost: Sequence[Plan], worlds: Worlds, atoms: tuple[Atom, ...]) -> tuple[Cause, ...]:
    """What accounts for the loss of these, the heaviest first."""
    if not lost:
        return ()
    changes = list(_of_changes(lost, worlds, atoms))
    changed_too = {(each.kind, each.name) for each in changes}
    places = (each for each in _of_places(lost) if (each.kind, each.name) not in changed_too)
    kept = (each for each in (*changes, *_of_rules(lost), *places) if each.alone or each.part)
    return tuple(sorted(kept, key=lambda each: (-each.alone, -each.part, each.kind, each.name)))


def _of_changes(lost: Sequence[Plan], worlds: Worlds, atoms: tuple[Atom, ...]) -> Iterator[Cause]:
    """Every question is asked in its own realm: what all changes make one world, all but one may leave several."""
    asked = _asked(lost)
    each_alone = tuple(map(where_possible, atoms))

    @cache
    def to(some: tuple[Atom, ...]) -> To:  # of two changes, one undone is the other by itself
        return changed(worlds, some)

    was = [each for each in asked if _goes(each, to(()))]  # what nothing changed would refuse is no change's doing
    for index, atom in enumerate(each_alone[:MAX_UNDONE]):
        others = to(each_alone[:index] + each_alone[index + 1 :])
        back = {each for each in asked if _goes(each, others)}
        by_itself = {each for each in was if each not in back and _goes(each, to((atom,))) is False}
        yield Cause(
            kind=atom.kind,
            name=atom.name,
            says=atom.says,
            alone=sum(asked[each] for each in back),
            part=sum(asked[each] for each in back | by_itself),
        )


def _of_rules(lost: Iterable[Plan]) -> Iterator[Cause]:
    """A rule alone accounts for a request if some deployment is forbidden by it and by nothing else."""
    alone: defaultdict[str, int] = defaultdict(int)
    part: defaultdict[str, int] = defaultdict(int)
    said: dict[str, Citation] = {}
    for plan in lost:
        if not isinstance(plan.said, Refusal):
            continue
        single = {each.rules[0].id for each in plan.said.candidates if len(each.rules) == 1}
        for rule in _grounds(plan):
            if rule is UNSERVED:
                continue
            said[rule.id] = rule
            part[rule.id] += plan.lot.sums.n
            alone[rule.id] += plan.lot.sums.n if rule.id in single else 0
    for name, rule in said.items():
        yield Cause("rule", name, f"{rule.law}, {rule.cite}: {rule.says}", alone[name], part[name])


def _of_places(lost: Iterable[Plan]) -> Iterator[Cause]:
    """Who served what is lost: by supplier and by site. Alone, if it still would, were it not for the rules."""
    alone: defaultdict[tuple[str, str], int] = defaultdict(int)
    part: defaultdict[tuple[str, str], int] = defaultdict(int)
    for plan in lost:
        if plan.before is None or plan.home not in plan.before.stack.deployments:
            continue
        site = plan.before.stack.deployments[plan.home].site
        left = {each.deployment for each in plan.said.candidates} if isinstance(plan.said, Refusal) else set()
        for key in (("supplier", plan.before.stack.sites[site].operator), ("site", site)):
            part[key] += plan.lot.sums.n
            alone[key] += plan.lot.sums.n if plan.home in left else 0
    for (kind, name), requests in part.items():
        verb = "operates where" if kind == "supplier" else "is where"
        yield Cause(kind, name, f"{name} {verb} they were served", alone[kind, name], requests)


def _grounds(plan: Plan) -> tuple[Citation, ...]:
    if not isinstance(plan.said, Refusal):
        return ()
    rules = {rule.id: rule for each in plan.said.candidates for rule in each.rules}
    return tuple(rules.values()) or (UNSERVED,)


def _asked(lost: Iterable[Plan]) -> Mapping[Question, int]:
    """What was asked, in every realm, and by how many requests."""
    asked: defaultdict[Question, int] = defaultdict(int)
    for plan in lost:
        for question, requests in plan.lot.asked.items():
            asked[question] += requests
    return asked


def _goes(question: Question, to: To) -> bool | None:
    world = to(question)
    return None if world is None else world.goes(question)
