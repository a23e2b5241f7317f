"""What a scenario changes: a stack, the law over it, and the day; and one change, which can be undone by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from comity.law.pack import Pack
from comity.stack import facts
from comity.stack.types import Stack
from comity.terms.errors import UsageFault
from comity.terms.instants import Instant

ALL = ""
"""The key of a factor that holds for all applications."""


class Ground(Struct, frozen=True):
    """Stack, law and day, as far as a scenario has changed them.

    Attributes:
        dated: the stack file's own date.
        demand: factors by application, `ALL` for every one.
        closed: sites where nothing can be served, so no repair may serve anything there.
        barred: models that no repair may serve anywhere else.
        notes: for the reader, what a change had to assume.
    """

    stack: Stack
    packs: tuple[Pack, ...]
    at: Instant
    dated: date
    demand: Mapping[str, float] = {}  # never written: every change makes a new one
    closed: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    def noting(self, sentence: str) -> Ground:
        """The same, with a note more."""
        return self if sentence in self.notes else replace(self, notes=(*self.notes, sentence))

    def stacked(self, **changes: Any) -> Ground:
        """The same with these members of the stack changed."""
        return replace(self, stack=replace(self.stack, **changes))

    def factor(self, application: str) -> float:
        """By how much the requests of an application are multiplied."""
        return self.demand.get(ALL, 1.0) * self.demand.get(application, 1.0)


Library: TypeAlias = Callable[[str], Pack | None]
"""A law pack by its name; None if there is none."""


class Atom(Struct, frozen=True):
    """One thing that a scenario changes: whose it is, in words, and the change itself.

    `kind` is `supplier`, `site`, `law`, `adequacy`, `chips`, `weights`, `prices`, `capacity`, `grid`, `demand`,
    `agreement`, `certificate` or `stack`.
    """

    kind: str
    name: str
    says: str
    made: Callable[[Ground], Ground]


Atoms: TypeAlias = Iterator[Atom]


class ScenarioFault(UsageFault):
    """A scenario names what the stack or the law does not have."""


def ground_with(ground: Ground, atoms: Iterable[Atom]) -> Ground:
    """The ground with every one of these changes, in order."""
    for atom in atoms:
        ground = atom.made(ground)
    return ground


def where_possible(atom: Atom) -> Atom:
    """The change, which changes nothing where what it names is not there: as when the one that brings it is undone."""

    def made(ground: Ground) -> Ground:
        try:
            return atom.made(ground)
        except ScenarioFault:
            return ground

    return replace(atom, made=made)


def without_deployments(ground: Ground, gone: Iterable[str]) -> Ground:
    """The ground without these deployments."""
    names = set(gone)
    kept = {name: each for name, each in ground.stack.deployments.items() if name not in names}
    return ground.stacked(deployments=kept)


def operated_by(stack: Stack, party: str) -> tuple[str, ...]:
    """The sites that the party operates, or that somebody does whom it controls."""
    return tuple(
        name
        for name, site in stack.sites.items()
        if party in {link.party for link in facts.control_chain(stack, site.operator).value}
    )


def at_sites(stack: Stack, sites: Iterable[str]) -> tuple[str, ...]:
    """The deployments at these sites."""
    there = set(sites)
    return tuple(name for name, each in stack.deployments.items() if each.site in there)


def named_by(stack: Stack, names: Iterable[str]) -> tuple[str, ...]:
    """The deployments that the names stand for: deployments, models, sites or parties.

    Raises:
        ScenarioFault: a name is none of these.
    """
    found: list[str] = []
    for name in names:
        if name in stack.deployments:
            found.append(name)
        elif name in stack.models:
            found += [key for key, each in stack.deployments.items() if each.model == name]
        elif name in stack.sites:
            found += at_sites(stack, (name,))
        elif name in stack.parties:
            found += at_sites(stack, operated_by(stack, name))
        else:
            raise ScenarioFault(f"{name} is no deployment, model, site or party of the stack")
    return tuple(dict.fromkeys(found))


def known(what: str, name: str, names: Iterable[str]) -> str:
    """`name`, if it is one of `names`.

    Raises:
        ScenarioFault: it is not.
    """
    held = tuple(names)
    if name not in held:
        raise ScenarioFault(f"the stack has no {what} {name}; it has {', '.join(held[:20]) or 'none'}")
    return name
