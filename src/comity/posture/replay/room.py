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
from comity.posture.replay.demand import Shares
from comity.posture.replay.fixes import Fix, Known, Mended
from comity.posture.replay.loads import seconds, without_room
from comity.posture.replay.lots import total
from comity.posture.replay.opening import admitted, opened, others
from comity.posture.replay.placed import Placed, Sharing
from comity.posture.replay.plans import Plan
from comity.posture.replay.repairs import MAX_STEPS, Found
from comity.posture.replay.report import Load, Repair
from comity.posture.replay.shortage import Shortage, unlimited

MAX_FULL = 8
"""Full deployments at which more capacity is tried before each step: those that most of what overflows may use."""

HARDNESS = 9
"""Of more capacity: machines are harder to get than anything that is signed."""


class Tried(Struct, frozen=True):
    """A step, and where plans are placed after it."""

    kind: str
    deployment: str
    says: tuple[str, ...]
    lines: Mapping[str, object]
    hardness: int
    after: Placed
    fix: Fix | None = None


def with_room(found: Found, lost: Sequence[Plan], short: Shortage) -> Found:
    """The steps with room in view, and those that make some, `MAX_STEPS` in all. `lost` are refused."""
    if not without_room(short.going):
        if not found.taken or _roomy(lost, short.loads):
            return found  # there is room, also for all that the steps bring back
        if not Sharing(short).placed(tuple(admitted(short.every, found.taken))).left:
            return found
    return _Search(found, total(plan.lot for plan in lost), short).all()


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

    def __init__(self, found: Found, lost: int, short: Shortage) -> None:
        self._found, self._sharing = found, Sharing(short)
        self._known = Known()
        self._now = self._sharing.placed(short.every)
        self._lost = lost + self._now.left  # as of the steps so far
        self._whole = self._lost
        self._taken: list[Fix] = []
        self._made: list[Repair] = []
        self._carried: tuple[Repair, ...] = ()

    def all(self) -> Found:
        """The steps, and what is left after them."""
        admitting = list(zip(self._found.taken, self._found.steps, strict=True))
        while len(self._made) < MAX_STEPS and (admitting or self._now.left):
            best = min(self._tried(), key=_rank, default=None)
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
                self._take(step, self._lost - makes, best.after.settled())
            elif admits is not None:  # it needs room that only a step after it can make: they are told as one
                self._carried += (admits[0],)
                self._now, self._lost = admits[2], admits[1]
                self._taken.append(admitting.pop(0)[0])
            else:
                break
        left = self._whole - (self._made[-1].in_all if self._made else 0)
        return self._found._replace(steps=tuple(self._made), unrepaired=left, taken=tuple(self._taken))

    def _admitting(self, fix: Fix, step: Repair) -> tuple[Repair, int, Placed]:
        after = self._sharing.placed(tuple(admitted(self._now.every, (*self._taken, fix))), self._now.more)
        return step, self._lost - step.brings_back + after.left - self._now.left, after

    def _take(self, step: Repair, lost: int, after: Placed) -> None:
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

    def _tried(self) -> Iterator[Tried]:
        """Every step that may make room, with what it makes."""
        now = self._now
        over: defaultdict[str, int] = defaultdict(int)
        for wanted, share in now.shares.items():
            for name, _ in wanted.options if share.overflow else ():
                over[name] += share.overflow
        for name in sorted(over, key=lambda name: (-over[name], name))[:MAX_FULL]:
            yield from self._enlarged(name)
        without = now.wanting
        wanting = [plan for plan in now.every if plan.options in without]
        for fix in others(wanting, Mended(self._taken, self._known)):
            going = list(opened(wanting, Mended((*self._taken, fix), self._known)))
            after = self._sharing.opened(now, going)
            if fix.serves is not None:
                yield from self._served(fix, after)
            else:
                yield Tried(fix.kind, fix.deployment, fix.says, fix.lines, fix.hardness, after, fix)

    def _enlarged(self, name: str) -> Iterator[Tried]:
        now = self._now
        rate = _rate(now, self._sharing.shares(now.demand, unlimited(now.room, name)))
        stacks = (plan.after.stack for plan in now.every if plan.after is not None)
        deployment = next(stack.deployments[name] for stack in stacks if name in stack.deployments)
        if rate <= 0 or deployment.capacity is None:
            return
        more = {**now.more, name: now.more.get(name, 0) + rate}
        says = f"{name} ({deployment.model} at {deployment.site}) does {_pace(rate)} more"
        lines = {"deployments": {name: {"capacity": deployment.capacity + more[name]}}}
        yield Tried("capacity", name, (says,), lines, HARDNESS, self._sharing.enlarged(now, more))

    def _served(self, fix: Fix, opened: Placed) -> Iterator[Tried]:
        """A deployment that is new, as large as it has to be."""
        assert fix.serves is not None
        name, made = fix.serves
        rate = _rate(self._now, opened.shares)
        if rate > 0:
            says = (f"{made.model} is served at {made.site}, {_pace(rate)}", *fix.says[1:])
            lines = merged(dict(fix.lines), {"deployments": {name: {"capacity": rate}}})
            after = self._sharing.enlarged(opened, {**self._now.more, name: rate})
            yield Tried(fix.kind, fix.deployment, says, lines, fix.hardness + HARDNESS, after, fix)


def _rank(tried: Tried) -> tuple[int, int, tuple[str, ...]]:
    return tried.after.left, tried.hardness, tried.says


def _rate(now: Placed, then: Shares) -> int:
    """Tokens a second that one deployment would take of the overflow if it had no bounds, in the month with the most.

    In each month one token of room more saves one of overflow or none: what it could save is what it needs.
    """
    saved: defaultdict[str, int] = defaultdict(int)
    for shares, sign in ((now.shares, 1), (then, -1)):
        for wanted, share in shares.items():
            saved[wanted.period] += sign * share.overflow
    return max((ceil(tokens / seconds(period)) for period, tokens in saved.items()), default=0)


def _pace(rate: int) -> str:
    return f"{rate:,} {'token' if rate == 1 else 'tokens'} a second"
