"""What becomes of a lot in a changed world, and where it goes: the same rule for every request that it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from comity.placement.ranked import Ranked
from comity.placement.types import Placement
from comity.posture.replay.lots import Lot
from comity.posture.replay.report import Outcome
from comity.posture.replay.worlds import Decision, Said
from comity.stack.types import Stack
from comity.terms.refusal import Refusal

Weighted: TypeAlias = tuple[tuple[str, int], ...]
"""Deployments with their shares, as weights."""


def outcome_of(lot: Lot, home: str, ahead: frozenset[str] | None, after: Said) -> Outcome:
    """The outcome, capacity left aside; `ahead` as of `ahead_of`."""
    if after is None:
        return "undecided"
    if isinstance(after, Refusal) or not after.tiers:
        return "refused" if lot.served else "still_refused"
    if not lot.served:
        return "admitted"
    return "as_before" if stays(home, ahead, after) else "re_placed"


def home_of(lot: Lot, before: Decision) -> str:
    """Where the lot went, or would have gone if anything had answered; "" for nowhere."""
    if lot.deployment or not isinstance(before, Placement):
        return lot.deployment
    return before.tiers[0][0].deployment


def ahead_of(home: str, said: Decision) -> frozenset[str] | None:
    """The deployments of all tiers up to the one with `home`, none if it is in none; None if nothing was placed."""
    return _up_to(home, said) if isinstance(said, Placement) else None


def stays(home: str, ahead: frozenset[str] | None, after: Placement | Ranked) -> bool:
    """Whether what was at `home` stays there: nothing stands before it now that did not then.

    A request that fell back to a later tier goes as before where the same tiers, or fewer, are ahead of it.
    """
    now = _up_to(home, after)
    if not now:
        return False
    if ahead is None:
        return home in {each.deployment for each in after.tiers[0]}
    return now <= ahead


def first_tier(placement: Placement | Ranked, stack: Stack) -> Weighted:
    """Where new requests go: the first tier, by the weights of its deployments. Those that drain get nothing."""
    names = [each.deployment for each in placement.tiers[0]]
    awake = [name for name in names if not stack.deployments[name].draining] or names
    weighted = tuple((name, stack.deployments[name].weight) for name in awake if stack.deployments[name].weight)
    return weighted or tuple((name, 1) for name in awake)


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Shares of `amount` by weight, in integers that add up to it exactly."""
    whole, shares, given = sum(weights), [], 0
    so_far = 0
    for weight in weights:
        so_far += weight
        upto = amount * so_far // whole if whole else 0
        shares.append(upto - given)
        given = upto
    return shares


def _up_to(home: str, placement: Placement | Ranked) -> frozenset[str]:
    """The deployments of all tiers up to the one with `home`; none if it is in none."""
    found: set[str] = set()
    for tier in placement.tiers:
        found.update(each.deployment for each in tier)
        if home in found:
            return frozenset(found)
    return frozenset()
