"""What opens something else to plans, and what it opens: each question is decided once for all lots that asked it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from comity.placement.ranked import NOWHERE
from comity.placement.types import Placement
from comity.posture.replay.fixes import Fix, Mended, by_another, fixes_for
from comity.posture.replay.plans import Options, Plan, options_of
from comity.posture.replay.worlds import Decision

MAX_WANTING = 3
"""Kinds of requests without room of which it is asked what else could serve them, the heaviest."""

MAX_OPENED = 12
"""Steps that open something else, of all of these together."""


def admitted(every: Sequence[Plan], fixes: Sequence[Fix]) -> Iterator[Plan]:
    """The plans, of which those that are refused are decided again with these steps taken."""
    worlds = Mended(fixes)
    for plan in every:
        said = _decided(plan, worlds) if plan.outcome == "refused" and not plan.options else None
        yield replace(plan, options=options_of(said, ""), said=said) if isinstance(said, Placement) else plan


def opened(wanting: Iterable[Plan], worlds: Mended) -> Iterator[tuple[Plan, Options]]:
    """Those without room, with all the places to which the steps let them go, besides where they may already."""
    made: dict[tuple[int, Options], Options] = {}  # by decision, which its world keeps
    for plan in wanting:
        put = plan.after.put(plan.lot.question) if plan.after is not None else None
        said = worlds.ranked(put, plan.after) if put is not None and plan.after is not None else NOWHERE
        options = plan.options
        if said.tiers:
            key = id(said), options
            if key not in made:
                made[key] = tuple(sorted({**dict(options_of(said, "")), **dict(options)}.items()))
            options = made[key]
        yield plan, options


def others(wanting: Iterable[Plan], worlds: Mended) -> list[Fix]:
    """What may open something else to the heaviest kinds of what finds no room."""
    kinds: dict[object, tuple[int, Plan]] = {}
    for plan in wanting:
        if isinstance(plan.said, Placement):
            question = plan.lot.question
            key = question.application, question.model, plan.said.refused, id(plan.after)
            held = kinds.get(key)
            kinds[key] = plan.lot.sums.n + (held[0] if held else 0), held[1] if held else plan
    found: dict[tuple[str, ...], Fix] = {}
    for _, plan in sorted(kinds.values(), key=lambda kind: -kind[0])[:MAX_WANTING]:
        for fix in _of_kind(plan, worlds):
            if not fix.accepts and not _there(fix, plan):
                found.setdefault(fix.says, fix)
    return list(found.values())[:MAX_OPENED]


def _of_kind(plan: Plan, worlds: Mended) -> Iterator[Fix]:
    put = plan.after.put(plan.lot.question) if plan.after is not None else None
    if plan.after is None or put is None or not isinstance(plan.said, Placement):
        return
    world, put = worlds.world(plan.after), worlds.asked(put, plan.after)
    yield from fixes_for(put, world, plan.before, plan.lot.question.application, plan.said.refused)
    yield from by_another(put, world.stack)


def _there(fix: Fix, plan: Plan) -> bool:
    """Whether what it would serve is served at that site already: then what is there needs to do more."""
    if fix.serves is None or plan.after is None:
        return False
    made = fix.serves[1]
    return any((each.model, each.site) == (made.model, made.site) for each in plan.after.stack.deployments.values())


def _decided(plan: Plan, worlds: Mended) -> Decision:
    put = plan.after.put(plan.lot.question) if plan.after is not None else None
    if plan.after is None or put is None:
        return None
    return worlds.world(plan.after).decide(worlds.asked(put, plan.after))
