"""Repairs with capacities in view: what steps bring back has to find room, and what finds none needs more of it.

Steps that admit deployments come first, as `repairs` chose them; each is credited with what finds room. Then, one at a
time, whatever brings back the most of what overflows: more capacity at a deployment that is full, an instrument or a
site that opens another, or another model for callers. Each is confirmed by sharing out again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from comity.placement.remedy.world import merged
from comity.placement.types import Placement
from comity.posture.replay.capacity import Shared, ShareOut, Wanted
from comity.posture.replay.fixes import Fix, Mended, by_another, fixes_for
from comity.posture.replay.loads import Programme, programme, seconds, shared_out, without_room
from comity.posture.replay.lots import total
from comity.posture.replay.plans import Options, Plan, options_of
from comity.posture.replay.repairs import MAX_STEPS, Found
from comity.posture.replay.report import Load, Repair
from comity.posture.replay.shortage import Shortage, unlimited
from comity.terms.refusal import Refusal

MAX_FULL = 8
"""Full deployments at which more capacity is tried before each step: those that most of what overflows may use."""

MAX_WANTING = 3
"""Kinds of requests without room of which it is asked what else could serve them, the heaviest."""

MAX_OPENED = 12
"""Steps that open something else, of all of these together."""

HARDNESS = 9
"""Of more capacity: machines are harder to get than anything that is signed."""


class Shares(Struct, frozen=True):
    """Plans with the tokens a second that some deployments have more, shared out."""

    every: tuple[Plan, ...]
    more: Mapping[str, int]
    asked: Programme
    shared: Mapping[Wanted, Shared]
    left: int  # requests without room

    @property
    def wanting(self) -> frozenset[Options]:
        """Options of those that find no room in some month."""
        return frozenset(wanted.options for wanted, share in self.shared.items() if share.overflow)


class Tried(Struct, frozen=True):
    """A step, and the shares after it."""

    kind: str
    deployment: str
    says: tuple[str, ...]
    lines: Mapping[str, object]
    hardness: int
    after: Shares
    fix: Fix | None = None


def with_room(found: Found, lost: Sequence[Plan], short: Shortage) -> Found:
    """The steps with room in view, and those that make some, `MAX_STEPS` in all. `lost` are refused."""
    if not without_room(short.going):
        if not found.taken or _roomy(lost, short.loads):
            return found  # there is room, also for all that the steps bring back
        if not _shares(tuple(_admitted(short.every, found.taken)), {}, short.share_out).left:
            return found
    return _Search(found, total(plan.lot for plan in lost), tuple(short.every), short.share_out).all()


def _roomy(lost: Iterable[Plan], loads: Iterable[Load]) -> bool:
    """Whether in each month any one deployment could take all of these besides what it has."""
    wanted: defaultdict[str, int] = defaultdict(int)
    for plan in lost:
        for period, (_, tokens) in plan.lot.months.items():
            wanted[period] += round(tokens * plan.factor)
    spare: dict[str, int] = {}
    for load in loads:
        if load.capacity is not None:
            left = load.capacity - load.after
            spare[load.period] = min(spare.get(load.period, left), left)
    return all(tokens <= spare.get(period, -1) for period, tokens in wanted.items())


class _Search:
    """Step by step: of the next that admits and of all that make room, what brings back the most."""

    def __init__(self, found: Found, lost: int, every: tuple[Plan, ...], share_out: ShareOut) -> None:
        self._found, self._share_out = found, share_out
        self._now = _shares(every, {}, share_out)
        self._lost = lost + self._now.left  # as of the steps so far
        self._whole = self._lost
        self._taken: list[Fix] = []
        self._made: list[Repair] = []
        self._carried: tuple[Repair, ...] = ()

    def all(self) -> Found:
        """The steps, and what is left after them."""
        admitting = list(zip(self._found.taken, self._found.steps, strict=True))
        while len(self._made) < MAX_STEPS and (admitting or self._now.left):
            best = min(_tried(self._now, self._taken, self._share_out), key=_rank, default=None)
            makes = self._now.left - best.after.left if best is not None else 0
            admits = self._admitting(*admitting[0]) if admitting else None
            if admits is not None and self._lost - admits[1] >= makes:
                self._take(*admits)
                self._taken.append(admitting.pop(0)[0])
            elif best is not None and makes > 0:
                step = Repair(
                    best.kind, best.deployment, best.says, msgspec.to_builtins(dict(best.lines)), best.hardness, 0, 0
                )
                self._taken += [best.fix] if best.fix is not None else []
                self._take(step, self._lost - makes, best.after)
            elif admits is not None:  # it needs room that only a step after it can make: they are told as one
                self._carried += (admits[0],)
                self._now, self._lost = admits[2], admits[1]
                self._taken.append(admitting.pop(0)[0])
            else:
                break
        left = self._whole - (self._made[-1].in_all if self._made else 0)
        return self._found._replace(steps=tuple(self._made), unrepaired=left, taken=tuple(self._taken))

    def _admitting(self, fix: Fix, step: Repair) -> tuple[Repair, int, Shares]:
        after = _shares(tuple(_admitted(self._now.every, (*self._taken, fix))), self._now.more, self._share_out)
        return step, self._lost - step.brings_back + after.left - self._now.left, after

    def _take(self, step: Repair, lost: int, after: Shares) -> None:
        self._now, self._lost = after, lost
        in_all = self._whole - lost
        back = in_all - (self._made[-1].in_all if self._made else 0)
        if back <= 0:
            self._carried += (step,)
            return
        for other in reversed(self._carried):
            says, lines = (*other.says, *step.says), merged(other.lines, step.lines)
            step = replace(step, says=says, lines=lines, hardness=step.hardness + other.hardness)
        self._made.append(replace(step, brings_back=back, in_all=in_all))
        self._carried = ()


def _rank(tried: Tried) -> tuple[int, int, tuple[str, ...]]:
    return tried.after.left, tried.hardness, tried.says


def _shares(every: tuple[Plan, ...], more: Mapping[str, int], share_out: ShareOut) -> Shares:
    asked = programme(every)
    room = dict(asked.room)
    for name, period in {(name, wanted.period) for name in more for wanted in asked.tokens}:
        room[name, period] = room.get((name, period), 0) + more[name] * seconds(period)
    asked = asked._replace(room=room)
    shared = dict(zip(asked.tokens, share_out(asked.tokens, room), strict=True))
    return Shares(every, more, asked, shared, without_room(shared_out(every, shared)))


def _admitted(every: Sequence[Plan], fixes: Sequence[Fix]) -> Iterator[Plan]:
    """The plans, of which those that are refused are decided again with these steps taken."""
    worlds = Mended(fixes)
    for plan in every:
        said = _decided(plan, worlds) if plan.outcome == "refused" and not plan.options else None
        yield replace(plan, options=options_of(said, ""), said=said) if isinstance(said, Placement) else plan


def _decided(plan: Plan, worlds: Mended) -> Placement | Refusal | None:
    put = plan.after.put(plan.lot.question) if plan.after is not None else None
    if plan.after is None or put is None:
        return None
    return worlds.world(plan.after).decide(worlds.asked(put, plan.after))


def _tried(now: Shares, taken: Sequence[Fix], share_out: ShareOut) -> Iterator[Tried]:
    over: defaultdict[str, int] = defaultdict(int)
    for wanted, share in now.shared.items():
        for name, _ in wanted.options if share.overflow else ():
            over[name] += share.overflow
    for name in sorted(over, key=lambda name: (-over[name], name))[:MAX_FULL]:
        yield from _enlarged(now, name, share_out)
    for fix in _others(now, taken):
        opened = tuple(_opened(now, (*taken, fix)))
        if fix.serves is not None:
            yield from _served(now, fix, opened, share_out)
        else:
            after = _shares(opened, now.more, share_out)
            yield Tried(fix.kind, fix.deployment, fix.says, fix.lines, fix.hardness, after, fix)


def _enlarged(now: Shares, name: str, share_out: ShareOut) -> Iterator[Tried]:
    free = unlimited(now.asked, name)
    rate = _rate(now, zip(free.tokens, share_out(free.tokens, free.room), strict=True))
    stacks = (plan.after.stack for plan in now.every if plan.after is not None)
    deployment = next(stack.deployments[name] for stack in stacks if name in stack.deployments)
    if rate <= 0 or deployment.capacity is None:
        return
    more = {**now.more, name: now.more.get(name, 0) + rate}
    says = f"{name} ({deployment.model} at {deployment.site}) does {_pace(rate)} more"
    lines = {"deployments": {name: {"capacity": deployment.capacity + more[name]}}}
    yield Tried("capacity", name, (says,), lines, HARDNESS, _shares(now.every, more, share_out))


def _served(now: Shares, fix: Fix, opened: tuple[Plan, ...], share_out: ShareOut) -> Iterator[Tried]:
    """A deployment that is new, as large as it has to be."""
    assert fix.serves is not None
    name, made = fix.serves
    rate = _rate(now, _shares(opened, now.more, share_out).shared.items())
    if rate > 0:
        says = (f"{made.model} is served at {made.site}, {_pace(rate)}", *fix.says[1:])
        lines = merged(dict(fix.lines), {"deployments": {name: {"capacity": rate}}})
        after = _shares(opened, {**now.more, name: rate}, share_out)
        yield Tried(fix.kind, fix.deployment, says, lines, fix.hardness + HARDNESS, after, fix)


def _rate(now: Shares, then: Iterable[tuple[Wanted, Shared]]) -> int:
    """Tokens a second that one deployment would take of the overflow if it had no bounds, in the month with the most.

    In each month one token of room more saves one of overflow or none: what it could save is what it needs.
    """
    saved: defaultdict[str, int] = defaultdict(int)
    for shared, sign in ((now.shared.items(), 1), (then, -1)):
        for wanted, share in shared:
            saved[wanted.period] += sign * share.overflow
    return max((ceil(tokens / seconds(period)) for period, tokens in saved.items()), default=0)


def _pace(rate: int) -> str:
    return f"{rate:,} {'token' if rate == 1 else 'tokens'} a second"


def _others(now: Shares, taken: Sequence[Fix]) -> list[Fix]:
    """What may open something else to the heaviest kinds of what finds no room."""
    worlds, wanting = Mended(taken), now.wanting
    kinds: dict[object, tuple[int, Plan]] = {}
    for plan in now.every:
        if plan.options in wanting and isinstance(plan.said, Placement):
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


def _opened(now: Shares, fixes: Sequence[Fix]) -> Iterator[Plan]:
    """The plans, of which those without room may go where the steps let them go, besides where they may already."""
    worlds, wanting = Mended(fixes), now.wanting
    for plan in now.every:
        said = _decided(plan, worlds) if plan.options in wanting else None
        if isinstance(said, Placement):
            plan = replace(plan, options=_both(plan.options, options_of(said, "")))  # noqa: PLW2901
        yield plan


def _both(options: Options, others: Options) -> Options:
    return tuple(sorted({**dict(others), **dict(options)}.items()))
