"""On whom the traffic rests: shares along the chain, how concentrated they are, and what is left without each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeVar

from comity.posture.concentration import WHOLE
from comity.posture.scores.chain import LINKS, NOT_KNOWN, Chain, Link, Supplier

T = TypeVar("T", str, Supplier)

MOST_EXACT = 24
"""Candidates up to which the largest set of independent ways is found; beyond, bounds."""


class Use(NamedTuple):
    """A share of all traffic: an application's, at a deployment. Shares add to 1."""

    application: str
    deployment: str
    share: Fraction


class Held(NamedTuple):
    """What one supplier, or one nation, has of the traffic at a link."""

    name: str
    nation: str
    share: Fraction


class Band(NamedTuple):
    """An index of which part is not known: between these."""

    low: Fraction
    high: Fraction


class Layer(NamedTuple):
    """One link of the chain over all traffic: suppliers and nations, largest first, and the HHI of each."""

    link: Link
    suppliers: tuple[Held, ...]
    nations: tuple[Held, ...]
    hhi_suppliers: Band
    hhi_nations: Band


def layers(uses: Sequence[Use], chains: Mapping[str, Chain], controllers: Mapping[str, Supplier]) -> tuple[Layer, ...]:
    """Every link. `controllers` are those of the applications, by application: the last link of the chain.

    Where several stand at a link (a site with two makers' chips), the share is parted equally: nobody measures better.
    """
    return tuple(_layer(link, uses, chains, controllers) for link in LINKS)


def _layer(link: Link, uses: Iterable[Use], chains: Mapping[str, Chain], controllers: Mapping[str, Supplier]) -> Layer:
    by_supplier: dict[Supplier, Fraction] = defaultdict(Fraction)
    for use in uses:
        at = (controllers[use.application],) if link == "application" else chains[use.deployment].suppliers(link)
        for supplier in at:
            by_supplier[supplier] += use.share / len(at)
    by_nation: dict[str, Fraction] = defaultdict(Fraction)
    for supplier, share in by_supplier.items():
        by_nation[supplier.nation] += share
    return Layer(
        link,
        tuple(Held(each.name, each.nation, share) for each, share in _ranked(by_supplier)),
        tuple(Held(nation, nation, share) for nation, share in _ranked(by_nation)),
        _band(by_supplier, lambda each: each.name if each.sure else None),
        _band(by_supplier, lambda each: each.nation if each.final and " or " not in each.nation else None),
    )


def _band(held: Mapping[Supplier, Fraction], sure: Callable[[Supplier], str | None]) -> Band:
    """The HHI, where `sure` gives the name under which a supplier's share is surely held.

    Of who has none, and so might turn out to be one of the others: at least as if each were alone, and whoever is not
    known many and small; at most as if all were the largest.
    """
    whole = sum(held.values(), Fraction(0))
    known: dict[str, Fraction] = defaultdict(Fraction)
    alone = []
    for each, share in held.items():
        name = sure(each)
        if name is not None:
            known[name] += share / whole
        elif each.name != NOT_KNOWN:
            alone.append(share / whole)
    squares = sum((share * share for share in known.values()), Fraction(0))
    largest = max(known.values(), default=Fraction(0))
    rest = 1 - sum(known.values(), Fraction(0))
    return Band(
        WHOLE * (squares + sum((share * share for share in alone), Fraction(0))),
        WHOLE * (squares + (largest + rest) ** 2 - largest**2),
    )


def _ranked(shares: Mapping[T, Fraction]) -> list[tuple[T, Fraction]]:
    return sorted(shares.items(), key=lambda each: (-each[1], each[0]))


class Ways(NamedTuple):
    """How many independent ways an application has: permitted deployments that pairwise share no supplier.

    Of each number the least, counting those that are known to share none, and the most, counting those that share none
    by name: a party of another name, or of none, may turn out to be the same, or to have the same parent.

    Attributes:
        permitted: deployments that may serve it.
        by_link: how many share none at that one link.
        at_all: how many share none at any link.
    """

    application: str
    permitted: tuple[str, ...]
    by_link: dict[Link, tuple[int, int]]
    at_all: tuple[int, int]


INSIDE: tuple[Link, ...] = ("chip", "site", "operator", "model")
"""The links that a deployment has of its own."""


def ways(application: str, permitted: Sequence[str], chains: Mapping[str, Chain]) -> Ways:
    """The independent ways of an application whose permitted deployments these are."""
    by_link = {link: _count((link,), permitted, chains) for link in INSIDE}
    low, high = _count(INSIDE, permitted, chains)
    return Ways(application, tuple(permitted), by_link, (low, min(high, *(most for _, most in by_link.values()))))


def _count(links: Sequence[Link], permitted: Sequence[str], chains: Mapping[str, Chain]) -> tuple[int, int]:
    """The least and the most. Of very many sets the largest is not looked for: the bounds are wider then."""
    each = [[(link, held) for link in links for held in chains[name].suppliers(link)] for name in permitted]
    sure = [frozenset((link, held.name) for link, held in marks) for marks in each if all(s.sure for _, s in marks)]
    named = [frozenset((link, held.name) for link, held in marks if held.name != NOT_KNOWN) for marks in each]
    distinct = {marks for marks in named if marks}
    most = _independent([*distinct]) if len(distinct) <= MOST_EXACT else len(distinct)
    unknown = sum(not marks for marks in named)
    return max(_independent(sure), 1 if permitted else 0), min(most + unknown, len(permitted))


def _independent(marks: Sequence[frozenset[tuple[Link, str]]]) -> int:
    """The largest number of sets that are pairwise disjoint."""
    distinct = sorted(set(marks), key=lambda each: (len(each), sorted(each)))
    if len(distinct) > MOST_EXACT:
        taken: set[tuple[Link, str]] = set()
        count = 0
        for each in distinct:
            if taken.isdisjoint(each):
                taken |= each
                count += 1
        return count
    return _most(distinct)


def _most(rest: Sequence[frozenset[tuple[Link, str]]]) -> int:
    """Taken is who stands in nobody's way; else it is tried with the first and without it."""
    if not rest:
        return 0
    first, others = rest[0], rest[1:]
    apart = [each for each in others if first.isdisjoint(each)]
    taken = 1 + _most(apart)
    return taken if len(apart) == len(others) else max(taken, _most(others))


class Weak(NamedTuple):
    """One supplier whose loss leaves traffic without any permitted way.

    Attributes:
        stranded: that part of all traffic, `possibly` the part if it also stands where nobody is known.
        carries: the part that goes through it today.
        path: the chain, chip to application, of the heaviest use that would be stranded.
    """

    link: Link
    name: str
    nation: str
    stranded: Fraction
    possibly: Fraction
    carries: Fraction
    path: tuple[str, ...]


def weak_links(
    uses: Sequence[Use],
    permitted: Mapping[str, Sequence[str]],
    chains: Mapping[str, Chain],
    controllers: Mapping[str, Supplier],
) -> tuple[Weak, ...]:
    """Every supplier without whom some traffic has nowhere to go, the worst first."""
    share: dict[str, Fraction] = defaultdict(Fraction)
    for use in uses:
        share[use.application] += use.share
    found = []
    for link in INSIDE:
        suppliers = {each for chain in chains.values() for each in chain.suppliers(link) if each.name != NOT_KNOWN}
        for supplier in sorted(suppliers):
            struck = [
                name for name in share if permitted[name] and _all_with(supplier, link, permitted[name], chains, False)
            ]
            perhaps = [
                name for name in share if permitted[name] and _all_with(supplier, link, permitted[name], chains, True)
            ]
            if not perhaps:
                continue
            through = [use for use in uses if supplier in chains[use.deployment].suppliers(link)]
            heaviest = max(
                (use for use in uses if use.application in (struck or perhaps)),
                key=lambda use: (use in through, use.share, use.application, use.deployment),
            )
            found.append(
                Weak(
                    link,
                    supplier.name,
                    supplier.nation,
                    sum((share[name] for name in struck), Fraction(0)),
                    sum((share[name] for name in perhaps), Fraction(0)),
                    sum((use.share for use in through), Fraction(0)),
                    _path(heaviest, chains, controllers),
                )
            )
    return tuple(
        sorted(
            found,
            key=lambda weak: (-weak.stranded, -weak.possibly, -weak.carries, INSIDE.index(weak.link), weak.name),
        )
    )


def _all_with(
    supplier: Supplier, link: Link, permitted: Iterable[str], chains: Mapping[str, Chain], perhaps: bool
) -> bool:
    """Whether the supplier stands in all of these chains, or may: `perhaps` counts those where nobody is known."""
    each = [{held.name for held in chains[name].suppliers(link)} for name in permitted]
    return any(supplier.name in names for names in each) and all(
        supplier.name in names or (perhaps and NOT_KNOWN in names) for names in each
    )


def _path(use: Use, chains: Mapping[str, Chain], controllers: Mapping[str, Supplier]) -> tuple[str, ...]:
    chain = chains[use.deployment]
    steps = [" and ".join(f"{each.name} ({each.nation})" for each in chain.suppliers(link)) for link in INSIDE]
    return (*steps, f"{use.application} ({controllers[use.application].nation})")
