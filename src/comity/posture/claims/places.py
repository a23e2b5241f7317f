"""Jurisdictions, sorted by what law in force can tell apart: a handful of kinds stands for all of them.

Two jurisdictions are of one kind if they lie in the same lists and places that any rule, the claim or the stack names,
and if the same law covers them, or the stack accepts the same gaps for them. Exchanging them changes no answer, so one
stands for all of its kind: a case with several of a kind is answered as the case with one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct

from comity.law.realm import Realm
from comity.posture.claims.values import Entity
from comity.stack.jurisdictions import NAMES, parents

_SORTED = ("Group", "Jurisdiction")

Bare: TypeAlias = frozenset[tuple[str, str]]
"""Pairs of a regulated data class and an operation that no law covers."""


class Kind(Struct, frozen=True):
    """Jurisdictions that nothing tells apart; `name` is the one that stands for them."""

    name: str
    members: tuple[str, ...]


class Nesting:
    """What an entity is in, itself too: a jurisdiction lies in others, and on the lists of the law in force."""

    def __init__(self, realm: Realm) -> None:
        """The lists are those of `realm`."""
        self._groups: Mapping[str, Sequence[str]] = realm.epoch.groups
        self._known: dict[str, frozenset[Entity]] = {}

    def __call__(self, each: Entity) -> frozenset[Entity]:
        """Everything that the entity is in."""
        if each.type != "Jurisdiction":
            return frozenset((each,))
        found = self._known.get(each.id)
        if found is None:
            up = {each.id, *(place for place in parents(each.id) if place in NAMES)}
            lists = (name for name, members in self._groups.items() if not up.isdisjoint(members))
            found = self._known[each.id] = frozenset(
                (*(Entity("Jurisdiction", code) for code in up), *(Entity("Group", name) for name in lists))
            )
        return found

    def names(self, place: str) -> frozenset[str]:
        """The jurisdictions and lists that a jurisdiction is in, by name."""
        return frozenset(each.id for each in self(Entity("Jurisdiction", place)))


class Places:
    """The jurisdictions as one realm and one claim see them."""

    def __init__(self, realm: Realm, named: Iterable[str], alone: Iterable[str]) -> None:
        """`named` are the jurisdictions and lists that the claim names; those `alone` share their kind with no other,
        for something binds or reaches them by name."""
        self._realm = realm
        self.within = Nesting(realm)
        self._closure = {
            word: frozenset(realm.vocabulary.close((word,)))
            for word in realm.vocabulary.data
            if word not in realm.vocabulary.unregulated
        }
        self._operations = tuple(realm.vocabulary.operations)
        self._acceptable = frozenset(gap.jurisdiction for gap in realm.stack.uncovered)
        self._covered: dict[tuple[str, str, str], set[str]] = {}
        for place, touch, word, operation in realm.epoch.covered.cells:
            self._covered.setdefault((place, touch, operation), set()).add(word)
        self._bare: dict[tuple[str, str], Bare] = {}
        landmarks = {*named, *(name for rule in realm.rules.values() for name in _literals(rule.policy))}
        apart = frozenset(alone)
        sorted_: dict[object, list[str]] = {}
        for code in NAMES:
            met = self.within.names(code) & landmarks
            law = self.uncovered(code, "subjects"), self.uncovered(code, "controller")
            sorted_.setdefault((met, law, code if code in apart else ""), []).append(code)
        self.kinds = tuple(
            Kind(min(members, key=lambda code: (len(code), code)), tuple(members)) for members in sorted_.values()
        )

    def uncovered(self, place: str, touch: str) -> Bare:
        """The (data class, operation) for which no law in force covers the place, touched so, and for which the stack
        does not accept that."""
        key = place, touch
        found = self._bare.get(key)
        if found is None:
            found = self._bare[key] = frozenset(
                (word, operation)
                for operation in self._operations
                for word, closure in self._closure.items()
                if closure.isdisjoint(self._covered.get((place, touch, operation), ()))
                and not self._accepted(place, word)
            )
        return found

    def _accepted(self, place: str, word: str) -> bool:
        return place in self._acceptable and bool(self._realm.accepted(place, word))


def _literals(expr: Any) -> Iterable[str]:
    """The jurisdictions and lists that a rule names."""
    if isinstance(expr, Mapping):
        found = expr.get("__entity")
        if isinstance(found, Mapping) and str(found["type"]).rpartition("::")[2] in _SORTED:
            yield str(found["id"])
        for value in expr.values():
            yield from _literals(value)
    elif isinstance(expr, list | tuple):
        for value in expr:
            yield from _literals(value)
