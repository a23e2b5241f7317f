"""Terms of a claim as formulas over an open case, or as a constant for a place that is known."""

from __future__ import annotations

from collections.abc import Iterable

from comity.law.profile import Profile
from comity.law.realm import Realm
from comity.posture.claims.claim import Term
from comity.posture.claims.formula import TRUE, Formulas, Literal
from comity.posture.claims.terms import KEYS
from comity.posture.claims.values import Choice, Entity, Gathering, Members, Record, Truth, Within
from comity.stack import facts


class Fits:
    """Terms as formulas."""

    def __init__(self, formulas: Formulas, within: Within, controllers: Iterable[tuple[str, Literal]]) -> None:
        self._formulas = formulas
        self._within = within
        self._controllers = dict(controllers)

    def case(self, case: Record, term: Term) -> Literal:
        """When the case fits the term."""
        parties = [self._controllers[word] for word in term.words if self._names_party(term, word)]
        found = self._formulas.any_of((self._record(case, term), *parties))
        return -found if term.negated else found

    def _names_party(self, term: Term, word: str) -> bool:
        return term.key == "controller" and facts.named(word) and word in self._controllers

    def place(self, place: Record, term: Term, operator: str) -> Literal:
        """When the place fits the term: a constant. `operator` is the party that runs it."""
        found = self._record(place, term)
        if term.key == "operator" and operator in term.words:
            found = TRUE
        return -found if term.negated else found

    def _record(self, record_: Record, term: Term) -> Literal:
        key = KEYS[term.key]
        if key.kind == "Bool":
            value = record_.attributes[key.facts[0]]
            assert isinstance(value, Truth)
            either = [value.holds if word == "yes" else -value.holds for word in term.words]
            return self._formulas.any_of(either)
        named = {Entity(kind, word) for word in term.words for kind in (key.kind, "Group")}
        return self._formulas.any_of(
            when
            for fact in key.facts
            for each, when in _each(record_.attributes[fact])
            if not named.isdisjoint(self._within(each))
        )


def _each(value: object) -> Iterable[tuple[Entity, Literal]]:
    if isinstance(value, Choice):
        return value.among
    assert isinstance(value, Members | Gathering)
    return value.each.items()


def of_stack(realm: Realm, name: str, term: Term, place: Profile) -> bool:
    """Whether a term on names of the stack fits the deployment `name`, or the gateway before it."""
    stack = realm.stack
    deployment = stack.deployments[name]
    site = stack.gateway.site if place.gateway and stack.gateway else deployment.site
    held = {"deployment": name, "model": deployment.model, "site": site}[term.key]
    return (held in term.words) != term.negated


def operator_of(realm: Realm, name: str, place: Profile) -> str:
    """The party that runs a place where the deployment `name` processes; empty for a gateway that is not named."""
    stack = realm.stack
    if not place.gateway:
        return stack.sites[stack.deployments[name].site].operator
    return stack.sites[stack.gateway.site].operator if stack.gateway else ""
