"""Classes and deployments as programmes, a month each; and their optima as whole tokens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from comity.adapters.capacity.programme import Class, Optimum, optimum
from comity.posture.replay.capacity import Room, Shared, Tokens, Wanted


class Worth(NamedTuple):
    """What one more token of room in a month would save: tokens of overflow, and then cost, in the unit of the options.

    With `overflow` 1 the token is served that was not, and `cost` is what that saves or, below 0, adds.
    """

    overflow: int
    cost: int


class Solved(NamedTuple):
    """How each class is shared out, in the order in which they were given; and what room is worth, by deployment and
    period, where it is worth something."""

    shared: list[Shared]
    worth: dict[tuple[str, str], Worth]


def share_out(tokens: Tokens, room: Room) -> Sequence[Shared]:
    """Least overflow first, then least cost, then deployments by id: a `comity.posture.replay.capacity.ShareOut`.

    Raises:
        Fault: HiGHS found no optimum.
    """
    return solve(tokens, room).shared


def solve(tokens: Tokens, room: Room) -> Solved:
    """As `share_out`, and what room is worth. Each month is solved by itself: tokens cannot wait.

    Raises:
        Fault: HiGHS found no optimum.
    """
    months: defaultdict[str, list[Wanted]] = defaultdict(list)
    for wanted in tokens:
        months[wanted.period].append(wanted)
    shared: dict[Wanted, Shared] = {}
    worth: dict[tuple[str, str], Worth] = {}
    for period, classes in sorted(months.items()):
        _month(period, sorted(classes, key=lambda each: each.options), tokens, room, shared, worth)
    return Solved([shared[wanted] for wanted in tokens], worth)


def _month(
    period: str,
    classes: Sequence[Wanted],
    tokens: Tokens,
    room: Room,
    shared: dict[Wanted, Shared],
    worth: dict[tuple[str, str], Worth],
) -> None:
    """Solve one month; the order of what is given has no part in the answer."""
    names = sorted({name for wanted in classes for name, _ in wanted.options})
    number = {name: at for at, name in enumerate(names)}
    limits = [(number[name], room[name, period]) for name in names if (name, period) in room]
    given = [Class(tokens[wanted], _options(wanted, number)) for wanted in classes]
    found = optimum(given, limits)
    whole = _whole(given, dict(limits), found)
    for wanted, each, flows in zip(classes, given, whole, strict=True):
        amounts = {names[option]: flow for (option, _), flow in zip(each.options, flows, strict=True) if flow}
        ordered = tuple((name, amounts[name]) for name, _ in wanted.options if name in amounts)
        shared[wanted] = Shared(ordered, each.tokens - sum(flows))
    for (option, _), saved in zip(limits, found.saved, strict=True):
        if any(saved):
            worth[names[option], period] = Worth(*saved)


def _options(wanted: Wanted, number: dict[str, int]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted((number[name], cost) for name, cost in wanted.options))


def _whole(classes: Sequence[Class], room: dict[int, int], found: Optimum) -> list[list[int]]:
    """The optimum in whole tokens: no class gives more than it has and no option takes more than it can, exactly; what
    rounding leaves over goes where there is room, cheapest first."""
    left = dict(room)
    flows: list[list[int]] = []
    for each, amounts in zip(classes, found.flows, strict=True):
        rest = each.tokens
        flows.append([])
        for (option, _), amount in zip(each.options, amounts, strict=True):
            taken = min(round(amount), rest, left.get(option, rest))
            flows[-1].append(taken)
            rest -= taken
            if option in left:
                left[option] -= taken
    for each, mine, over in zip(classes, flows, found.overflow, strict=True):
        rest = each.tokens - sum(mine) - round(over)
        for at, (option, _) in sorted(enumerate(each.options), key=lambda one: (one[1][1], one[0])):
            more = max(min(rest, left.get(option, rest)), 0)
            mine[at] += more
            rest -= more
            if option in left:
                left[option] -= more
    return flows
