"""From plans to a tally: requests, tokens, money and time, on either side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import pairwise

from comity.placement.types import Conditions
from comity.posture.replay.groups import BOUNDS_MS, Sums
from comity.posture.replay.loads import OVERFLOW, Sent
from comity.posture.replay.plans import Plan
from comity.posture.replay.report import Outcome
from comity.posture.replay.tally import Part, Tally

MIDDLES = (2, *((low + high) // 2 for low, high in pairwise(BOUNDS_MS)), BOUNDS_MS[-1])
"""Milliseconds that a bucket of the histogram is counted with: the middle of it, of the last its lower bound."""


def typical(every: Iterable[Plan]) -> dict[str, int]:
    """Mean milliseconds to the first byte by deployment, as the log has them."""
    found: dict[str, tuple[int, int]] = {}
    for plan in every:
        if plan.lot.deployment:
            whole, timed = _latency(plan.lot.sums)
            held = found.get(plan.lot.deployment, (0, 0))
            found[plan.lot.deployment] = held[0] + whole, held[1] + timed
    return {name: round(whole / timed) for name, (whole, timed) in found.items() if timed}


def add(tally: Tally, plan: Plan, sent: list[Sent], usual: Mapping[str, int]) -> None:
    """Add one plan to the tally."""
    lot = plan.lot
    if lot.served and plan.home:
        tally.before(plan.face, plan.home, _then(plan))
    if not sent:
        tally.count(plan.face, plan.outcome, lot.sums.n)
        return
    for each in sent:
        tally.count(plan.face, _outcome(plan, each.deployment), each.requests)
        if each.deployment != OVERFLOW:
            tally.after(plan.face, each.deployment, _now(plan, each, usual))


def _outcome(plan: Plan, deployment: str) -> Outcome:
    if deployment == OVERFLOW:
        return "overflow" if plan.lot.served else "still_refused"
    if plan.outcome == "as_before" and deployment != plan.home:
        return "re_placed"
    return plan.outcome


def _then(plan: Plan) -> Part:
    sums = plan.lot.sums
    priced = plan.before is None or plan.home in plan.before.conditions.price
    unpriced = sums.unknown_usage if priced else sums.n
    return Part(sums.n, sums.prompt_tokens, sums.completion_tokens, sums.cost, unpriced, *_latency(sums))


def _now(plan: Plan, sent: Sent, usual: Mapping[str, int]) -> Part:
    sums, world = plan.lot.sums, plan.after
    assert world is not None  # what is sent somewhere was placed there
    share = plan.factor * sent.requests / sums.n
    requests = round(plan.factor * sent.requests)
    prompt, completion = round(sums.prompt_tokens * share), round(sums.completion_tokens * share)
    unknown = min(requests, round(sums.unknown_usage * share))
    price = _price(world.conditions, sent.deployment)
    same = sent.deployment == plan.lot.deployment
    if same and plan.before is not None and price == _price(plan.before.conditions, sent.deployment):
        cost = round(sums.cost * share)
    elif price is None:
        cost = 0
    else:  # a price is for 10^6 tokens, an amount in 10^-9 of the currency
        cost = int((prompt * price[0] + completion * price[1]) * 1000)
    if same:
        whole, timed = _latency(sums)
        latency = (round(whole * share), round(timed * share))
    else:
        each = usual.get(sent.deployment, _configured(world.conditions, sent.deployment))
        latency = (each * requests, requests) if each is not None else (0, 0)
    return Part(requests, prompt, completion, cost, requests if price is None else unknown, *latency)


def _latency(sums: Sums) -> tuple[int, int]:
    return sum(middle * count for middle, count in zip(MIDDLES, sums.latency, strict=True)), sum(sums.latency)


def _price(conditions: Conditions, name: str) -> tuple[Decimal, Decimal] | None:
    held = conditions.price.get(name)
    return None if held is None else (Decimal(held[0]), Decimal(held[1]))


def _configured(conditions: Conditions, name: str) -> int | None:
    seconds = conditions.latency.get(name)
    return None if seconds is None else round(Decimal(seconds) * 1000)
