"""Which case and which wish each request of a made ledger is given: a stated distribution, and a seed.

1,200 signatures: 24 applications, five additions to their case, ten ways to ask. Signature s of them, counted from 1
with the applications running quickest and the ways to ask slowest, has a weight of s^-0.7, so that the first hundred
have almost half of the requests. Of the deployments of a placement's first tier each has an equal part; of the placed
requests of signatures that have the room one in 128 fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from comity.law.case import NOTHING_ADDED, Addition
from comity.placement.cases import registered, widened
from comity.placement.decide import Decisions, wish_document
from comity.placement.types import Placement, Wish
from comity.posture.replay.groups import Asked
from comity.stack.types import Stack
from comity.terms import canon
from comity.terms.instants import Instant

SEED = 20261123
SLOTS = 65_536
"""Into as many equal parts a span of time is divided: the smallest weight has a dozen of them."""

SKEW = 0.7
FAILS_OF = 128

ADDITIONS = (
    NOTHING_ADDED,
    Addition(data=("personal",)),
    Addition(subjects=("DE",)),
    Addition(data=("personal",), subjects=("CH",)),
    Addition(data=("health", "personal")),
)

WAYS = (
    Wish("small"),
    Wish("large"),
    Wish("best"),
    Wish("large", language="fr"),
    Wish("summit"),
    Wish("small", language="de"),
    Wish("large", only=("hexagone", "norden", "rheinwerk")),
    Wish("prairie-70b", ignore=("pacific",)),
    Wish("best", max_price=("1", "3")),
    Wish("lutece-24b", order=("lulea", "lyon"), allow_fallbacks=False),
)


class Row(NamedTuple):
    """A group of the made ledger, and what its requests cost and how long the first byte takes: price of a token in
    and out in 10^-9, and milliseconds before the prompt is counted. `slots` of `SLOTS` requests are of it."""

    asked: Asked
    slots: int
    price_in: int = 0
    price_out: int = 0
    latency_ms: int = 0


def signatures(stack: Stack) -> list[tuple[str, Addition, Wish]]:
    """Every signature, the most frequent first."""
    return [(name, added, wish) for wish, added, name in product(WAYS, ADDITIONS, stack.applications)]


def slots(count: int) -> list[int]:
    """How many of `SLOTS` each signature has; at least one, and together all."""
    weights = [(at + 1) ** -SKEW for at in range(count)]
    total = sum(weights)
    parts = [max(1, int(SLOTS * weight / total)) for weight in weights]
    parts[0] += SLOTS - sum(parts)
    return parts


def rows(decisions: Decisions, period: str, at: Instant) -> Iterator[Row]:
    """The groups of a span of one realm and one month; their slots are `SLOTS` together."""
    stack = decisions.realm.stack
    asked = signatures(stack)
    for (name, added, wish), part in zip(asked, slots(len(asked)), strict=True):
        said = decisions.decide(widened(registered(stack.applications[name]), added), wish, at)
        document = wish_document(wish)
        group = Asked(
            application=name,
            operation="infer",
            added=(added.data, added.subjects, added.purposes),
            model=wish.model,
            wish=canon.encode(document).decode() if document else "",
            realm=decisions.realm.digest,
            conditions=decisions.conditions.digest if isinstance(said, Placement) else "",
            mode="enforce",
            period=period,
            placement=said.digest if isinstance(said, Placement) else "",
            deployment="",
            rules=(),
            status="failed",
        )
        if isinstance(said, Placement):
            yield from _placed(group, said, part, stack)
        else:
            rules = tuple(sorted({rule.id for each in said.candidates for rule in each.rules}))
            yield Row(_with(group, rules=rules, status="refused"), part)


def _placed(group: Asked, placement: Placement, part: int, stack: Stack) -> Iterator[Row]:
    failed = part // FAILS_OF
    tier = placement.tiers[0]
    for at, candidate in enumerate(tier):
        share = (part - failed) // len(tier) + (at < (part - failed) % len(tier))
        if share:
            each = stack.deployments[candidate.deployment]
            assert each.price is not None and each.latency is not None
            yield Row(
                _with(group, deployment=candidate.deployment, status="answered"),
                share,
                round(each.price.input * 1000),
                round(each.price.output * 1000),
                round(each.latency * 1000),
            )
    if failed:
        yield Row(group, failed)


def _with(group: Asked, **members: object) -> Asked:
    return Asked(**{name: getattr(group, name) for name in Asked.__struct_fields__} | members)
