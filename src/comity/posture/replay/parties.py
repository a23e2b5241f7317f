"""Who got how much of past traffic, and whether any instrument binds them to who sent it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from comity.posture.replay.groups import Groups
from comity.stack import facts
from comity.stack.agreements import agreements_between
from comity.stack.types import Stack


class Partner(Struct, frozen=True):
    """One operator. `kinds` are the instruments on file with every controller who sent it something; none for oneself,
    who is marked `own`.
    """

    party: str
    seat: str
    own: bool
    kinds: tuple[str, ...]
    requests: int
    tokens: int
    cost: int

    @property
    def bare(self) -> bool:
        """Whether it is somebody else, with no instrument on file."""
        return not self.own and not self.kinds


def partners(groups: Groups, stack: Stack, on: date) -> tuple[Partner, ...]:
    """The operators that were asked, the one with the most requests first."""
    amounts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    kinds: dict[str, frozenset[str]] = {}
    own: dict[str, bool] = {}
    for asked, sums in groups.items():
        name = asked.deployment or asked.model  # what failed was sent all the same
        deployment = stack.deployments.get(name)
        application = stack.applications.get(asked.application)
        if deployment is None or application is None:
            continue
        party, controller = stack.sites[deployment.site].operator, application.controller
        bound = _kinds(stack, controller, party, name, on)
        kinds[party] = kinds.get(party, bound) & bound
        own[party] = facts.same_party(party, controller)
        for place, amount in enumerate((sums.n, sums.tokens, sums.cost)):
            amounts[party][place] += amount
    made = (
        Partner(party, facts.seat(stack, party), own[party], tuple(sorted(kinds[party])), *amounts[party])
        for party in amounts
    )
    return tuple(sorted(made, key=lambda each: (-each.requests, each.party)))


def _kinds(stack: Stack, controller: str, party: str, deployment: str, on: date) -> frozenset[str]:
    bound: Iterable[tuple[str, ...]] = (
        each.kinds for each in agreements_between(stack, controller, party, deployment, on)
    )
    return frozenset(kind for each in bound for kind in each)
