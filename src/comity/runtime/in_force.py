"""One realm at work: its decisions, its cases, and the words that callers may use under it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from comity.law.case import NOTHING_ADDED, Addition, Case
from comity.law.docket import Docket
from comity.law.realm import Realm
from comity.placement.cases import observed, registered, widened
from comity.placement.conditions import configured
from comity.placement.decide import Decisions
from comity.placement.types import Conditions, Placement, Wish
from comity.relay.ports import Words
from comity.runtime.new_cases import NewCases
from comity.stack.jurisdictions import NAMES
from comity.stack.types import Stack
from comity.terms.instants import Instant
from comity.terms.refusal import Refusal


class Asked(NamedTuple):
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
        self._models = {name: tuple(sorted(_models(realm.stack, name))) for name in realm.stack.applications}

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
        if application.models is not None and not self._may_ask(asked.application, wish.model):
            message = f"The model {wish.model!r} is not served to this application."
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

    def models(self, application: str) -> tuple[str, ...]:
        """The models that an application may ask for, sorted."""
        return self._models.get(application, ())

    def _made(self, asked: Asked) -> Made:
        application = self.realm.stack.applications[asked.application]
        cases = widened(registered(application, asked.operation), asked.addition)
        return Made(cases, next(case for case in reversed(cases) if case.purpose == application.purpose))

    def _may_ask(self, application: str, model: str) -> bool:
        deployment = self.realm.stack.deployments.get(model)
        return (deployment.model if deployment else model) in self._models[application]


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


def _models(stack: Stack, application: str) -> set[str]:
    served = {deployment.model for deployment in stack.deployments.values()}
    allowed = stack.applications[application].models
    return served if allowed is None else served & set(allowed)
