"""Claims that count: how many deployments stay permitted for what an application asks, and may add.

Additions only take candidates away (DESIGN rule 6; `law.polarity` holds every prohibition to it, coverage and floors of
evidence can only refuse more), so if enough are permitted with everything added that may be, enough are with any part
of it. One ruling for each application therefore decides the claim, and what is smallest is looked for only if it fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from comity.law.case import NOTHING_ADDED, Addition, Case, ordered
from comity.law.realm import Realm
from comity.placement.cases import registered, widened
from comity.posture.claims.claim import AtLeast, Claim, Term
from comity.posture.claims.decision import Broken, Outcome
from comity.posture.claims.independence import independent
from comity.posture.claims.places import Nesting, Places
from comity.posture.claims.terms import KEYS
from comity.posture.claims.terms_met import Met
from comity.stack import facts
from comity.stack.jurisdictions import NAMES

TRIALS = 4096
"""Additions looked at for the smallest that breaks a claim; past that the one shown is one of which no part can be left
out, though another might state less."""

_Added = tuple[str, str]  # "data", "subjects" or "purpose", and the word


def decide_supply(claim: Claim, realm: Realm) -> Outcome:
    """Whether so many deployments are permitted for each application that the claim speaks of."""
    rules: set[str] = set()
    asked = [
        counted for name in claim.apps or realm.stack.applications if (counted := _Counted(claim, realm, name)).speaks
    ]
    for counted in asked:
        rules |= counted.rules()
    broken = next((found for counted in asked if (found := counted.broken()) is not None), None)
    return Outcome(
        broken,
        max((len(counted.addable) for counted in asked), default=0),
        frozenset(rules),
        "" if asked else "it fits no application of the stack",
        sum(map(_Counted.cases, asked)),
    )


class _Counted:
    """The claim for one application."""

    def __init__(self, claim: Claim, realm: Realm, app: str) -> None:
        assert isinstance(claim.says, AtLeast)
        self._says = claim.says
        self._adding = claim.adding
        self._realm = realm
        self._app = app
        application = realm.stack.applications[app]
        self._met = Met(realm)
        operations = [word for word in realm.vocabulary.operations if word == "infer"]
        for term in claim.case:
            if term.key == "operation" and not term.negated:
                operations = list(term.words)
        self._cases = [registered(application, operation) for operation in operations]
        terms = [term for term in claim.case if term.key != "operation"]
        self.speaks = all(self._met.case(self._cases[0], term) for term in terms)
        self._names = [
            name
            for name, deployment in sorted(realm.stack.deployments.items())
            if (application.models is None or deployment.model in application.models) and self._fits(claim, name)
        ]
        self.addable = [each for each in _addable(claim, realm) if not self._stated(each)]

    def _fits(self, claim: Claim, name: str) -> bool:
        face = self._realm.view(self._cases[0].controller)[name]
        return all(
            self._met.place(profile, term, name) for profile in face.profiles for term in claim.place
        ) and not any(
            all(self._met.place(profile, term, name) for term in excuse)
            for excuse in claim.unless
            for profile in face.profiles
        )

    def _stated(self, added: _Added) -> bool:
        kind, word = added
        first = self._cases[0]
        return word in {"data": first.data, "subjects": first.subjects, "purpose": (first.purpose,)}[kind]

    def rules(self) -> frozenset[str]:
        """The rules that can speak to what is asked."""
        widest = self._widened(self.addable)
        return frozenset().union(*(self._realm.speaking(case) for cases in widest for case in cases))

    def cases(self) -> int:
        """How many cases that is: every set of what may be added, the registered case among them."""
        within = Nesting(self._realm)
        countries = {place for place in NAMES if any(_names(term, within, place) for term in self._adding)}
        others = sum(kind != "subjects" for kind, _ in self.addable)
        more = len(countries - set(self._cases[0].subjects))
        return int(2 ** (others + more)) * len(self._cases)

    def broken(self) -> Broken | None:
        """The smallest addition with which too few are left, as a counterexample."""
        if self._enough(self.addable):
            return None
        smallest = self._smallest()
        for cases in self._widened(smallest):
            permitted = self._permitted(cases)
            if not self._independent(permitted):
                return Broken(cases[-1], "", "", False, self._app, with_=cases[:-1], permitted=permitted)
        raise AssertionError("what breaks the claim breaks it for one operation")

    def _smallest(self) -> Sequence[_Added]:
        tried = 0
        for size in range(len(self.addable) + 1):
            for added in combinations(self.addable, size):
                tried += 1
                if tried > TRIALS:
                    return self._without()
                if not self._enough(added):
                    return added
        raise AssertionError("all of it breaks the claim")

    def _without(self) -> Sequence[_Added]:
        kept = list(self.addable)
        for each in list(kept):
            fewer = [other for other in kept if other != each]
            if not self._enough(fewer):
                kept = fewer
        return kept

    def _enough(self, added: Sequence[_Added]) -> bool:
        return all(self._independent(self._permitted(cases)) for cases in self._widened(added))

    def _widened(self, added: Sequence[_Added]) -> list[tuple[Case, ...]]:
        words = {
            kind: ordered(word for each, word in added if each == kind) for kind in ("data", "subjects", "purpose")
        }
        addition = Addition(words["data"], words["subjects"], words["purpose"]) if added else NOTHING_ADDED
        return [widened(case, addition) for case in self._cases]

    def _permitted(self, cases: Sequence[Case]) -> tuple[str, ...]:
        rulings = [self._realm.rule(case).verdicts for case in cases]
        return tuple(name for name in self._names if all(verdicts[name].permit for verdicts in rulings))

    def _independent(self, names: Sequence[str]) -> bool:
        if len(names) < self._says.number:
            return False
        kinds = self._says.kinds
        return not kinds or any(independent(self._realm.stack, kind, names, self._says.number) for kind in kinds)


def _addable(claim: Claim, realm: Realm) -> Iterator[_Added]:
    """Everything that requests may add, as far as the claim says; one jurisdiction for each kind of them."""
    if not claim.adding:
        return
    named = [word for term in claim.adding for word in term.words]
    stack = realm.stack
    alone = [place for application in stack.applications.values() for place in application.subjects]
    alone += [facts.seat(stack, name) for name in stack.parties]
    places = Places(realm, named, alone)
    for term in claim.adding:
        yield from ((term.key, word) for word in _meant(term, realm, places))


def _meant(term: Term, realm: Realm, places: Places) -> Iterator[str]:
    if KEYS[term.key].words == "places":
        yield from (kind.name for kind in places.kinds if _names(term, places.within, kind.name))
    elif term.key == "data":
        for word in realm.vocabulary.data:
            if not set(realm.vocabulary.close((word,))).isdisjoint(term.words):
                yield word
    else:
        yield from term.words


def _names(term: Term, within: Nesting, place: str) -> bool:
    return term.key == "subjects" and not within.names(place).isdisjoint(term.words)
