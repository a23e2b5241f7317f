"""Load against capacity, month by month: where plans go once what is full is full."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from comity.posture.replay.capacity import Shared, ShareOut, Wanted
from comity.posture.replay.demand import demand_of
from comity.posture.replay.outcomes import split
from comity.posture.replay.plans import Plan
from comity.posture.replay.report import Load

OVERFLOW = ""
"""In place of a deployment: there is no room."""


class Programme(NamedTuple):
    """Tokens by class, and the room of each deployment and month."""

    tokens: dict[Wanted, int]
    room: dict[tuple[str, str], int]


class Sent(NamedTuple):
    """Requests of a plan in one month, and where they go."""

    deployment: str
    requests: int


def sent(each: Iterable[Plan], share_out: ShareOut | None) -> tuple[list[tuple[Plan, list[Sent]]], tuple[Load, ...]]:
    """Where the requests of each plan go, and the loads; without capacities, or nobody to share them out, each goes
    where its placement sends it and there are no loads.
    """
    every = list(each)
    tokens, room = programme(every)
    if not room or share_out is None:
        return [(plan, _freely(plan)) for plan in every], ()
    shared = dict(zip(tokens, share_out(tokens, room), strict=True))
    return shared_out(every, shared), _loads(every, shared, room)


def programme(every: Sequence[Plan]) -> Programme:
    """What is to be shared out; its room is empty where no capacity is stated."""
    capacity = capacities(every)
    tokens = demand_of(every).tokens if capacity else {}
    return Programme(tokens, room_of(capacity, {wanted.period for wanted in tokens}))


def room_of(capacity: Mapping[str, float], periods: Iterable[str]) -> dict[tuple[str, str], int]:
    """Tokens of these months at deployments that do so many a second."""
    months = {period: seconds(period) for period in sorted(periods)}
    return {(name, period): int(rate * whole) for name, rate in capacity.items() for period, whole in months.items()}


def shared_out(every: Iterable[Plan], shared: Mapping[Wanted, Shared]) -> list[tuple[Plan, list[Sent]]]:
    """Where the requests of each plan go if their tokens are shared out so."""
    return [(plan, _as_shared(plan, shared) if plan.options else []) for plan in every]


def without_room(going: Iterable[tuple[Plan, list[Sent]]]) -> int:
    """Requests that were served, and for which there is no room."""
    return sum(each.requests for plan, sent in going if plan.lot.served for each in sent if each.deployment == OVERFLOW)


def _freely(plan: Plan) -> list[Sent]:
    shares = split(plan.lot.sums.n, [weight for _, weight in plan.to])
    return [Sent(name, requests) for (name, _), requests in zip(plan.to, shares, strict=True) if requests]


def _as_shared(plan: Plan, shared: Mapping[Wanted, Shared]) -> list[Sent]:
    found: defaultdict[str, int] = defaultdict(int)
    for period, (requests, amount) in plan.lot.months.items():
        share = shared[Wanted(period, plan.options)]
        flows = [*share.flows, (OVERFLOW, share.overflow)]
        if round(amount * plan.factor) == 0:  # of unknown usage: it takes no room that could be counted
            flows = list(plan.to)
        for (name, _), part in zip(flows, split(requests, [weight for _, weight in flows]), strict=True):
            found[name] += part
    return [Sent(name, requests) for name, requests in found.items() if requests]


def capacities(every: Sequence[Plan]) -> dict[str, float]:
    """Tokens a second by deployment, in the changed worlds; of realms that differ, the last says."""
    found: dict[str, float] = {}
    worlds = {id(plan.after): plan.after for plan in every}
    for world in worlds.values():
        if world is not None:
            for name, deployment in world.stack.deployments.items():
                if deployment.capacity is not None:
                    found[name] = deployment.capacity
    return found


def seconds(period: str) -> int:
    """Of a month."""
    year, month = period.split("-")
    return calendar.monthrange(int(year), int(month))[1] * 86_400


def _loads(
    every: Sequence[Plan], shared: Mapping[Wanted, Shared], room: Mapping[tuple[str, str], int]
) -> tuple[Load, ...]:
    before: defaultdict[tuple[str, str], int] = defaultdict(int)
    after: defaultdict[tuple[str, str], int] = defaultdict(int)
    over: defaultdict[tuple[str, str], int] = defaultdict(int)
    for plan in every:
        for period, (_, amount) in plan.lot.months.items() if plan.home else ():
            before[plan.home, period] += amount
    for wanted, share in shared.items():
        for name, amount in share.flows:
            after[name, wanted.period] += amount
        if share.overflow:
            best = min(wanted.options, key=lambda option: (option[1], option[0]))[0]
            over[best, wanted.period] += share.overflow
    keys = sorted({*before, *after, *over, *room})
    return tuple(
        Load(name, period, before[name, period], after[name, period], room.get((name, period)), over[name, period])
        for name, period in keys
    )
