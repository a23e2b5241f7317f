"""What plans want of deployments: gathered into classes, of which there are few, so that it can be shared out often."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeAlias

from msgspec import Struct

from comity.posture.replay.capacity import Shared, Wanted
from comity.posture.replay.plans import Options, Plan

Shares: TypeAlias = Mapping[Wanted, Shared]
"""How each class is shared out."""


class Class(Struct):
    """Plans of one month that the same deployments may serve.

    Attributes:
        tokens: of all of them.
        served: requests of a plan that were served and whose tokens take room, with how many plans have as many: each
            plan's requests are divided by themselves, in whole ones.
    """

    wanted: Wanted
    tokens: int
    served: dict[int, int]

    def without_room(self, overflow: int) -> int:
        """Served requests without room if so many tokens have none."""
        if not overflow:
            return 0
        fit = self.tokens - overflow
        return sum((each - each * fit // self.tokens) * plans for each, plans in self.served.items())


class Demand:
    """Classes by options and month."""

    def __init__(self, classes: Mapping[Options, Mapping[str, Class]]) -> None:
        self._classes = classes

    def __iter__(self) -> Iterator[Class]:
        return (each for months in self._classes.values() for each in months.values())

    @cached_property
    def tokens(self) -> dict[Wanted, int]:
        """As they are shared out."""
        return {each.wanted: each.tokens for each in self}

    @cached_property
    def periods(self) -> frozenset[str]:
        """Months in which anything is wanted."""
        return frozenset(each.wanted.period for each in self)

    def without_room(self, shares: Shares, of: str = "") -> int:
        """Served requests that find no room; if `of` is given, of those that may go to that deployment."""
        return sum(
            each.without_room(shares[each.wanted].overflow)
            for each in self
            if not of or any(name == of for name, _ in each.wanted.options)
        )

    def instead(self, opened: Iterable[tuple[Plan, Options]], of: frozenset[Options]) -> Demand:
        """The same, if the plans that have options of `of`, which `opened` are, had the options given with each."""
        rest = {options: months for options, months in self._classes.items() if options not in of}
        more = _classes(opened)
        return Demand({**rest, **{options: _both(rest.get(options, {}), months) for options, months in more.items()}})


def demand_of(every: Iterable[Plan]) -> Demand:
    """What these want; plans that may go nowhere want nothing."""
    return Demand(_classes((plan, plan.options) for plan in every if plan.options))


def _classes(every: Iterable[tuple[Plan, Options]]) -> dict[Options, dict[str, Class]]:
    found: dict[Options, dict[str, Class]] = {}
    for plan, options in every:
        months = found.setdefault(options, {})
        for period, (requests, amount) in plan.lot.months.items():
            held = months.get(period)
            if held is None:
                held = months[period] = Class(Wanted(period, options), 0, {})
            tokens = round(amount * plan.factor)
            held.tokens += tokens
            if tokens and plan.lot.served:
                held.served[requests] = held.served.get(requests, 0) + 1
    return found


def _both(one: Mapping[str, Class], other: Mapping[str, Class]) -> Mapping[str, Class]:
    """All of both; what is there already stays as it was."""
    both = dict(one)
    for period, more in other.items():
        held = one.get(period)
        if held is None:
            both[period] = more
        else:
            served = dict(held.served)
            for requests, plans in more.served.items():
                served[requests] = served.get(requests, 0) + plans
            both[period] = Class(held.wanted, held.tokens + more.tokens, served)
    return both
