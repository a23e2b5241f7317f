"""Where requests may go and in which order, without the reasons: for who asks very many questions and no why."""

from __future__ import annotations

from collections.abc import Hashable
from functools import reduce
from itertools import groupby
from typing import NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import astuple

from comity.law.case import Case
from comity.law.docket import Docket
from comity.law.realm import Realm
from comity.law.ruling import both
from comity.placement.objective import exposure_of, score
from comity.placement.types import Conditions, Wish
from comity.placement.wanted import allowed, named, narrowed, rank
from comity.terms.instants import Instant


class Place(Struct, frozen=True):
    """A candidate with its score, as in a `Placement`."""

    deployment: str
    score: int


class Ranked(Struct, frozen=True):
    """The tiers of a placement; none for a refusal."""

    tiers: tuple[tuple[Place, ...], ...]

    @property
    def candidates(self) -> tuple[Place, ...]:
        """All candidates, best first."""
        return tuple(place for tier in self.tiers for place in tier)


class Seen(NamedTuple):
    """What law says of a deployment: whether it may serve, and its exposure in thousandths."""

    permit: bool
    exposure: int


NOWHERE = Ranked(())
"""Of what is refused."""

KEPT = 1 << 14
"""Orders that are kept, of some 2 kB each: a scenario over a year's realms has some hundreds."""

Orders: TypeAlias = Docket[Hashable, Ranked]
"""What was ranked before, by all that an order rests on: realms of one stack rank alike, whatever their law is."""


class Ranking:
    """Decisions under one realm and one set of conditions, in which what several share is found once: what law says of
    a deployment, whatever is wished; what a wish leaves, whoever asks; and the order of what both leave.
    """

    def __init__(self, realm: Realm, conditions: Conditions, orders: Orders) -> None:
        """`orders` are those of other realms too."""
        self._realm, self._conditions, self._orders = realm, conditions, orders
        self._objective = astuple(realm.stack.objective)
        self._exposures: dict[tuple[str, ...], int] = {}
        self._seen: dict[tuple[Case, ...], dict[str, Seen]] = {}
        self._wanted: dict[Wish, tuple[tuple[str, int], ...]] = {}

    def ranked(self, cases: tuple[Case, ...], wish: Wish, now: Instant, *, observe: bool = False) -> Ranked:
        """The tiers of `decide()`, with the same scores."""
        if not self._realm.since <= now < self._realm.valid_until:
            return NOWHERE
        wanted = self._wanted.get(wish)
        if wanted is None:
            wanted = self._wanted[wish] = self._left(wish)
        seen = self._seen.setdefault(cases, {})
        for name, _ in wanted:
            if name not in seen:
                seen[name] = self._look(cases, name)
        permitted = self._ordered([(*each, seen[each[0]].exposure) for each in wanted if seen[each[0]].permit], wish)
        if not observe:
            return permitted
        forbidden = self._ordered(
            [(*each, seen[each[0]].exposure) for each in wanted if not seen[each[0]].permit], wish
        )
        return Ranked(permitted.tiers + forbidden.tiers)

    def _left(self, wish: Wish) -> tuple[tuple[str, int], ...]:
        """The deployments that a wish leaves, each with its place in the caller's own order."""
        stack = self._realm.stack
        there = allowed(named(wish.model, stack), wish, stack)
        return tuple((name, rank(name, wish, stack)) for name in narrowed(there, wish, stack, self._conditions))

    def _look(self, cases: tuple[Case, ...], name: str) -> Seen:
        verdict = reduce(both, (self._realm.rule(case).verdicts[name] for case in cases))
        advises = verdict.advises
        if advises not in self._exposures:
            self._exposures[advises] = exposure_of([self._realm.rules[rule].exposure for rule in advises])
        return Seen(verdict.permit, self._exposures[advises])

    def _ordered(self, some: list[tuple[str, int, int]], wish: Wish) -> Ranked:
        """Deployments with the caller's order and their exposures, ranked."""
        if not some:
            return NOWHERE
        key = tuple(some), wish.language, self._objective, self._conditions.digest
        return self._orders.get(key, lambda _: self._sorted(some, wish))

    def _sorted(self, some: list[tuple[str, int, int]], wish: Wish) -> Ranked:
        exposures = {name: exposure for name, _, exposure in some}
        scored = score(list(exposures), exposures, self._realm.stack.objective, self._conditions, wish.language)
        places = sorted((own, scored[name][0], name) for name, own, _ in some)
        tiers = (tuple(Place(name, points) for _, points, name in tier) for _, tier in groupby(places, _tier))
        return Ranked(tuple(tiers))


def _tier(place: tuple[int, int, str]) -> tuple[int, int]:
    return place[:2]
