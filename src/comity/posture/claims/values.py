"""What an expression of a rule stands for, where facts of the case are open: each possibility with its formula."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from msgspec import Struct

from comity.posture.claims.formula import TRUE, Literal


class Entity(NamedTuple):
    """An entity of the schema, by the short name of its type."""

    type: str
    id: str


Within: TypeAlias = Callable[[Entity], frozenset[Entity]]
"""Everything that an entity is in, itself too."""


class Truth(Struct, frozen=True):
    """A Boolean: the formula under which it is true."""

    holds: Literal


class Choice(Struct, frozen=True):
    """One entity: each that it may be, with the formula under which it is. One of them holds in every case."""

    among: tuple[tuple[Entity, Literal], ...]


class Members(Struct, frozen=True):
    """A set: each entity that may be in it, with the formula under which it is."""

    each: Mapping[Entity, Literal]


class Gathering(Struct, frozen=True):
    """An entity that stands for several, its parents: it is in whatever any of them is in."""

    each: Mapping[Entity, Literal]


class Record(Struct, frozen=True):
    """The case or the candidate: its attributes. `name` is `principal` or `resource`."""

    name: str
    attributes: Mapping[str, Value]


Value: TypeAlias = Truth | Choice | Members | Gathering | Record


def entity(reference: Mapping[str, Any]) -> Entity:
    """An entity from Cedar's JSON form of a reference to it."""
    kind = str(reference["type"])
    return Entity(kind.rpartition("::")[2], str(reference["id"]))


def record(name: str, uid: Entity, entities: Iterable[Mapping[str, Any]]) -> Record:
    """One of `entities` (Cedar's JSON form) as a record in which nothing is open.

    What an attribute refers to and stands among `entities` too is a gathering of its parents.
    """
    listed = {entity(each["uid"]): each for each in entities}
    attributes = {key: _constant(value, listed) for key, value in listed[uid]["attrs"].items()}
    return Record(name, attributes)


def _constant(value: object, listed: Mapping[Entity, Mapping[str, Any]]) -> Value:
    if isinstance(value, bool):
        return Truth(TRUE if value else -TRUE)
    if isinstance(value, list):
        return Members({entity(each["__entity"]): TRUE for each in value})
    if not isinstance(value, Mapping) or "__entity" not in value:
        raise TypeError(f"a fact of an unknown shape: {value!r}")
    named = entity(value["__entity"])
    if named in listed:
        return Gathering({entity(parent): TRUE for parent in listed[named]["parents"]})
    return Choice(((named, TRUE),))
