"""One realm at work: its decisions, its cases, and the words that callers may use under it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from comity.law.case import NOTHING_ADDED, Addition, Case
from comity.law.docket import Docket
from comity.law.realm import Realm
from comity.placement.cases import observed, registered, widened
from comity.placement.conditions import configured
from comity.placement.decide import Decisions
from comity.placement.types import Conditions, Placement, Wish
from comity.placement.wanted import allowed as allowed_of
from comity.placement.wanted import named
from comity.relay.ports import Words
from comity.runtime.new_cases import NewCases
from comity.stack.jurisdictions import NAMES
from comity.stack.types import Stack
from comity.terms.instants import Instant
from comity.terms.refusal import Refusal


class Asked(Struct, frozen=True, gc=False):
    """What a case is made of: an application's id, what the request adds, and the operation."""

    application: str
    addition: Addition
    operation: str


class Made(NamedTuple):
    """The cases that must all be permitted, and the one of them that entries show."""

    cases: tuple[Case, ...]
    shown: Case


class InForce:
    """A realm with everything derived from it; replaced as a whole when the next realm's time comes."""

    def __init__(self, realm: Realm) -> None:
        self.realm = realm
        self._new_cases = NewCases()
        self.conditions: Conditions = configured(realm.stack)
        self.words = words(realm)
        self._decisions = Decisions(realm, self.conditions)
        self._cases: Docket[Asked, Made] = Docket()
        self._names: dict[tuple[str, ...] | None, tuple[str, ...]] = {None: _names(realm.stack, None)}

    def prepare(self) -> None:
        """Judge the registered case of every application ahead of its first request."""
        for name in self.realm.stack.applications:
            self.realm.rule(self.case(Asked(name, NOTHING_ADDED, "infer")))

    def case(self, asked: Asked) -> Case:
        """The registered case with what the request adds united, as entries show it (docs/spec/entry.md).

        Raises:
            KeyError: no such application in this realm.
        """
        return self._cases.get(asked, self._made).shown

    def place(self, asked: Asked, wish: Wish, now: Instant) -> Placement | Refusal:
        """The decision of this realm; equal questions give the same object."""
        application = self.realm.stack.applications.get(asked.application)
        if application is None:
            message = f"The application {asked.application} is no longer in the stack file."
            return Refusal("unknown-model", message, self.realm.digest)
        made = self._cases.get(asked, self._made)
        if asked.addition != NOTHING_ADDED:
            unruled = sum(not self.realm.has_ruled(case) for case in made.cases)
            if unruled and not self._new_cases.admits(asked.application, unruled, now):
                message = (
                    f"The requests of {asked.application} add more new combinations of data, subjects and purposes than"
                    " can be judged in time; combinations that were judged before are answered as ever."
                )
                return Refusal("too-many-cases", message, self.realm.digest)
        return self._decisions.decide(made.cases, wish, now, observe=observed(application, now))

    def models(self, allowed: tuple[str, ...] | None) -> tuple[str, ...]:
        """The names that whoever is `allowed` these models may ask for, aliases that lead to one too; sorted."""
        if allowed is None:
            return self._names[None]
        return self._names.get(allowed) or self._names.setdefault(allowed, _names(self.realm.stack, allowed))

    def _made(self, asked: Asked) -> Made:
        application = self.realm.stack.applications[asked.application]
        cases = widened(registered(application, asked.operation), asked.addition)
        return Made(cases, next(case for case in reversed(cases) if case.purpose == application.purpose))


def words(realm: Realm) -> Words:
    """The words that headers may use: the vocabulary, every country, and the places that the stack names."""
    return Words(
        data=frozenset(realm.vocabulary.data),
        purposes=frozenset(realm.vocabulary.purposes),
        jurisdictions=frozenset(NAMES).union(_places(realm.stack)),
    )


def _places(stack: Stack) -> Iterator[str]:
    for party in stack.parties.values():
        yield party.seat
        yield from party.presence or ()
    for site in stack.sites.values():
        yield from site.places
    for application in stack.applications.values():
        yield from application.subjects


def _names(stack: Stack, allowed: tuple[str, ...] | None) -> tuple[str, ...]:
    wish = Wish("", models=allowed)
    served = {stack.deployments[name].model for name in allowed_of(stack.deployments, wish, stack)}
    aliases = {name for name in stack.aliases if not name.endswith("*") and allowed_of(named(name, stack), wish, stack)}
    return tuple(sorted(served | aliases))
