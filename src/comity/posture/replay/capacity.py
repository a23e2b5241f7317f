"""Capacity couples groups: what one takes another cannot have. The port of the monthly programme that shares it out.

Groups are gathered into classes by the deployments that may serve them, so there are some hundred classes a month and
not some thousand groups. `adapters/capacity` solves the programme by HiGHS; `in_turn` is a plain stand-in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from comity.law.docket import Docket

KEPT = 2048
"""Months that are kept as they were shared out, each of some 70 kB where it has 200 classes."""


class Wanted(Struct, frozen=True, cache_hash=True):
    """Groups of one month that the same deployments may serve.

    Attributes:
        period: "2026-11".
        options: deployments, each with the cost of a token there in any one unit, >= 0: the score of the placement,
            in millionths. At least one.
    """

    period: str
    options: tuple[tuple[str, int], ...]


class Shared(Struct, frozen=True):
    """How the tokens of a class are shared out: `flows` by deployment, in the order of its options and without
    nothings; what is in none of them overflows. `flows` and `overflow` add up to the tokens of the class, exactly.
    """

    flows: tuple[tuple[str, int], ...]
    overflow: int = 0


Tokens = Mapping[Wanted, int]
"""Tokens of each class, >= 0."""

Room = Mapping[tuple[str, str], int]
"""Tokens of a month by deployment and period, >= 0. A deployment that is not there has room for everything."""


class ShareOut(Protocol):
    """Shares all classes out: least overflow first, then least cost. Equal arguments give equal answers."""

    def __call__(self, tokens: Tokens, room: Room) -> Sequence[Shared]:
        """One `Shared` for each class, in the order of `tokens`."""
        ...


class Remembered:
    """Shares out as another does, and each month of equal classes and equal room once.

    Months are shared out by themselves, and of the same month it is asked again and again what one deployment more, or
    more of one, would save.
    """

    def __init__(self, share_out: ShareOut, most: int = KEPT) -> None:
        """Keeps `most` months, the oldest going first."""
        self._share_out = share_out
        self._known: Docket[Hashable, Sequence[Shared]] = Docket(most)

    def __call__(self, tokens: Tokens, room: Room) -> Sequence[Shared]:
        """As the other would give it."""
        months: defaultdict[str, dict[Wanted, int]] = defaultdict(dict)
        for wanted in sorted(tokens, key=lambda each: each.options):
            months[wanted.period][wanted] = tokens[wanted]
        shared: dict[Wanted, Shared] = {}
        for period, classes in months.items():
            places = {(name, period) for wanted in classes for name, _ in wanted.options}
            limits = {place: room[place] for place in sorted(places) if place in room}
            key = tuple(classes.items()), tuple(limits.items())
            shared |= zip(classes, self._shared(key, classes, limits), strict=True)
        return [shared[wanted] for wanted in tokens]

    def _shared(self, key: Hashable, classes: Tokens, limits: Room) -> Sequence[Shared]:
        return self._known.get(key, lambda _: self._share_out(classes, limits))


def in_turn(tokens: Tokens, room: Room) -> list[Shared]:
    """Each class takes its cheapest option that has room, the one with the fewest options first.

    Good enough where options do not overlap; not the least overflow where they do.
    """
    left = dict(room)
    made: dict[Wanted, Shared] = {}
    for wanted, amount in sorted(tokens.items(), key=lambda each: (len(each[0].options), each[0].options)):
        rest = amount
        taken: dict[str, int] = {}
        for name, _ in sorted(wanted.options, key=lambda option: (option[1], option[0])):
            place = name, wanted.period
            part = min(rest, left[place]) if place in left else rest
            if part > 0:
                taken[name] = part
                rest -= part
                if place in left:
                    left[place] -= part
        flows = tuple((name, taken[name]) for name, _ in wanted.options if name in taken)
        made[wanted] = Shared(flows, rest)
    return [made[wanted] for wanted in tokens]
