"""When deployments are independent: what takes one of them away leaves the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

from comity.stack import facts
from comity.stack.types import Site, Stack

Marks = frozenset[str]
"""What a deployment rests on, in one respect: two that share none of it are independent."""


def _operator(stack: Stack, name: str) -> Marks:
    return frozenset((_site(stack, name).operator,))


def _control(stack: Stack, name: str) -> Marks:
    return frozenset(link.party for link in facts.control_chain(stack, _site(stack, name).operator).value)


def _reach(stack: Stack, name: str) -> Marks:
    operator = _site(stack, name).operator
    seats = (link.seat for link in facts.control_chain(stack, operator).value)
    return frozenset((*seats, *facts.reach(stack, operator).value))


def _jurisdiction(stack: Stack, name: str) -> Marks:
    return frozenset(_site(stack, name).places)


def _accelerator(stack: Stack, name: str) -> Marks:
    """Makers of the chips; one that is not stated, or unlike the table's names, may be any maker's."""
    stated = _site(stack, name).accelerators
    if stated is None:
        return frozenset((_ANY,))
    return frozenset(chip.partition("-")[0] for chip in stated) or frozenset((_ANY,))


def _developer(stack: Stack, name: str) -> Marks:
    return frozenset((stack.models[stack.deployments[name].model].developer,))


def _where(stack: Stack, name: str) -> Marks:
    return frozenset((stack.deployments[name].site,))


_ANY = "unknown"

KINDS: Mapping[str, Callable[[Stack, str], Marks]] = {
    "operator": _operator,
    "control": _control,
    "compelled-by": _reach,
    "jurisdiction": _jurisdiction,
    "site": _where,
    "accelerator": _accelerator,
    "developer": _developer,
}
"""By what deployments can be independent, and what they must then not share."""


def _site(stack: Stack, name: str) -> Site:
    return stack.sites[stack.deployments[name].site]


def independent(stack: Stack, kind: str, names: Sequence[str], number: int) -> tuple[str, ...]:
    """`number` of `names`, each independent of each other by `kind`; none if there are not so many. Exact."""
    marks = {name: KINDS[kind](stack, name) for name in names}
    alike: dict[Marks, str] = {}
    for name in names:  # of those that rest on the same, one is as good as any
        alike.setdefault(marks[name], name)
    chosen = sorted(alike.values())
    apart = {
        frozenset(pair)
        for pair in combinations(chosen, 2)
        if marks[pair[0]].isdisjoint(marks[pair[1]]) and _ANY not in marks[pair[0]] | marks[pair[1]]
    }
    return _clique((), chosen, apart, number)


def _clique(held: tuple[str, ...], open_: Sequence[str], apart: set[frozenset[str]], number: int) -> tuple[str, ...]:
    if len(held) == number:
        return held
    for at, name in enumerate(open_):
        if len(held) + len(open_) - at < number:
            return ()
        rest = [other for other in open_[at + 1 :] if frozenset((name, other)) in apart]
        found = _clique((*held, name), rest, apart, number)
        if found:
            return found
    return ()
