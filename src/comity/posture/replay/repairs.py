"""The smallest repair: step by step what brings back the most, each step confirmed by deciding again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple, TypeAlias

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from comity.placement.types import Placement
from comity.posture.replay.fixes import Fix, Mended, fixes_for
from comity.posture.replay.plans import Plan
from comity.posture.replay.report import Repair
from comity.posture.replay.worlds import Put, World
from comity.terms.refusal import Refusal

MAX_STEPS = 5
"""Steps that are told: who needs more than five has another problem."""

GREEDY = (
    "Steps of the repair are chosen one at a time, each for what it brings back beyond those before it, "
    f"{MAX_STEPS} at most; as many others might bring back more together."
)
"""To be said of more steps than one."""

MAX_KINDS = 32
"""Kinds of lost questions, the heaviest first, by which steps are compared; one question stands for each kind."""

MAX_ASKED, AT_ONCE = 6, 2
"""Of those, how many are asked in all, and before each step, what would bring them back: each takes a tenth of a second
or two, and one step often mends what others wanted."""

MAX_FIXES = 32
"""Steps that are compared."""

MAX_PAIRED = 8
"""Steps of which all pairs are compared with the first two, once the order is there."""

MAX_CONFIRMED = 2_000
"""Distinct lost questions that are decided again with the chosen step; the rest count as not brought back."""


Kind: TypeAlias = tuple[str, tuple[tuple[str, tuple[str, ...]], ...], str, int]
"""Application, the rules at each candidate, model, and which world: what lost questions have in common."""


class Wanting(Struct, frozen=True, eq=False):
    """A question that is refused, how many requests are, and which rules forbid each of its candidates."""

    put: Put
    world: World
    was: World | None
    application: str
    requests: int
    forbidden: tuple[tuple[str, tuple[str, ...]], ...]


class Found(NamedTuple):
    """Steps in order, how many refused requests none of them brings back, and what each is.

    `better` are two steps that together bring back more than the first two, where such are known.
    """

    steps: tuple[Repair, ...] = ()
    unrepaired: int = 0
    taken: tuple[Fix, ...] = ()
    better: tuple[Fix, ...] = ()


def repairs(lost: Sequence[Plan]) -> Found:
    """The steps for these, each the one that brings back the most beyond those before it.

    What later questions want is known only once earlier steps are chosen. So the steps are chosen again from all that
    were found, and the better of both orders is given.
    """
    wanting = _wanting(lost)
    pool: list[Fix] = []
    found = _chosen(wanting, pool, asking=True)
    if len(found.taken) > 1:
        again = _chosen(wanting, pool, asking=False)
        found = min(found, again, key=lambda each: (each.unrepaired, len(each.steps)))
    if len(found.taken) > 1:
        found = found._replace(better=better_pair(found.taken, pool, list(_kinds(wanting).values())))
    return found


def _chosen(wanting: Sequence[Wanting], pool: list[Fix], *, asking: bool) -> Found:
    """Steps of the pool, one at a time; while `asking`, what lost questions want is looked for and put into it."""
    left = list(wanting[:MAX_CONFIRMED])
    beyond = sum(each.requests for each in wanting[MAX_CONFIRMED:])
    fixes = list(pool)
    asked: set[Kind] = set()
    taken: list[Fix] = []
    made: list[Repair] = []
    in_all = 0
    while left and len(made) < MAX_STEPS:
        kinds = _kinds(left)
        new = [key for key in kinds if asking and key not in asked][: min(AT_ONCE, MAX_ASKED - len(asked))]
        asked.update(new)
        more = _found([kinds[key] for key in new], known=pool)
        pool += more
        fixes += more
        best = _best(fixes, taken, list(kinds.values()))
        if best is None:
            if new:
                continue  # what others want may be there
            break
        fixes.remove(best)
        still = list(_still((*taken, best), left))
        back = sum(each.requests for each in left) - sum(each.requests for each in still)
        if not back:
            continue
        in_all += back
        done = {said for fix in taken for said in fix.says}
        says = tuple(said for said in best.says if said not in done) or best.says
        taken.append(best)
        left = still
        lines = msgspec.to_builtins(dict(best.lines))
        made.append(Repair(best.kind, best.deployment, says, lines, best.hardness, back, in_all))
    return Found(tuple(made), sum(each.requests for each in left) + beyond, tuple(taken))


def of_order(found: Found) -> Iterator[str]:
    """What is to be known of the order of the steps."""
    if len(found.steps) > 1:
        yield GREEDY
    if found.better:
        says = " and ".join(f"“{'; '.join(fix.says)}”" for fix in found.better)
        yield f"That order is known not to be the best: {says} together bring back more than its first two steps."


def better_pair(taken: Sequence[Fix], others: Sequence[Fix], kinds: Sequence[Wanting]) -> tuple[Fix, ...]:
    """Two of the steps that were found which bring back more than the first two that were taken; none if no two do.

    One at a time, steps that need one another are not found.
    """
    least = _lost(taken[:2], kinds)
    pair: tuple[Fix, ...] = ()
    every = (*taken, *(fix for fix in others if not any(fix is each for each in taken)))
    some = [fix for fix in every if not fix.accepts][:MAX_PAIRED]
    for two in combinations(some, 2) if least else ():
        lost = _lost(two, kinds)
        if lost < least:
            least, pair = lost, two
    return pair


def _lost(fixes: Sequence[Fix], kinds: Sequence[Wanting]) -> int:
    return sum(each.requests for each in _still(fixes, kinds))


def _wanting(lost: Sequence[Plan]) -> list[Wanting]:
    """What is refused, each distinct question in each world once, the heaviest first."""
    held: dict[tuple[Put, int], Wanting] = {}
    for plan in lost:
        put = plan.after.put(plan.lot.question) if plan.after is not None else None
        if put is None or plan.after is None or not isinstance(plan.said, Refusal):
            continue
        key = put, id(plan.after)
        if key not in held:
            rules = ((each.deployment, tuple(rule.id for rule in each.rules)) for each in plan.said.candidates)
            application = plan.lot.question.application
            held[key] = Wanting(put, plan.after, plan.before, application, 0, tuple(rules))
        held[key] = replace(held[key], requests=held[key].requests + plan.lot.sums.n)
    return sorted(held.values(), key=_heaviest)


def _heaviest(each: Wanting) -> tuple[int, str, str]:
    return -each.requests, each.application, each.put.wish.model


def _kinds(wanting: Sequence[Wanting]) -> dict[Kind, Wanting]:
    """One question for all of an application that the same rules forbid at the same places; it has their weight."""
    kinds: dict[Kind, Wanting] = {}
    for each in wanting:
        key = each.application, each.forbidden, each.put.wish.model, id(each.world)
        held = kinds.get(key)
        kinds[key] = each if held is None else replace(held, requests=held.requests + each.requests)
    return dict(sorted(kinds.items(), key=lambda kind: _heaviest(kind[1]))[:MAX_KINDS])


def _found(kinds: Sequence[Wanting], known: Sequence[Fix]) -> list[Fix]:
    """Steps to try that are not known yet, once each: what is to be done tells them apart."""
    said = {fix.says for fix in known}
    found: dict[tuple[str, ...], Fix] = {}
    for each in kinds:
        for fix in fixes_for(each.put, each.world, each.was, each.application, each.forbidden):
            if fix.says not in said:
                found.setdefault(fix.says, fix)
    return list(found.values())[: MAX_FIXES - len(known)]


def _best(fixes: Sequence[Fix], taken: Sequence[Fix], kinds: Sequence[Wanting]) -> Fix | None:
    """The step that brings back the most, and of equals the mildest; None if none brings back anything.

    To accept that law is wanting mends nothing: such steps are told only where no other brings anything back.
    """
    whole = sum(each.requests for each in kinds)
    for accepting in (False, True):
        ranked = []
        for fix in fixes:
            if fix.accepts == accepting:
                still = sum(each.requests for each in _still((*taken, fix), kinds))
                ranked.append((still, fix.hardness, fix.says, fix))
        least = min(ranked, key=lambda each: each[:3], default=None)
        if least is not None and least[0] < whole:
            return least[3]
    return None


def _still(fixes: Sequence[Fix], left: Sequence[Wanting]) -> Iterator[Wanting]:
    """What is refused still with these steps taken."""
    worlds = Mended(fixes)
    for each in left:
        if not isinstance(worlds.world(each.world).decide(worlds.asked(each.put, each.world)), Placement):
            yield each
