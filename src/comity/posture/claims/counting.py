"""How many cases a claim speaks of: exactly, fact by fact, for no term ties two facts together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import combinations, product
from math import prod

from comity.law.realm import Realm
from comity.placement.cases import registered
from comity.posture.claims.claim import Claim, Term
from comity.posture.claims.places import Nesting
from comity.stack import facts
from comity.stack.jurisdictions import NAMES


def cases(claim: Claim, realm: Realm) -> int:
    """The cases that can be formed under `realm` and that fit the claim's terms of the case."""
    count = _Count(claim, realm)
    return sum(count.of_application(app) for app in claim.apps) if claim.apps else count.free()


class _Count:
    def __init__(self, claim: Claim, realm: Realm) -> None:
        self._claim = claim
        self._realm = realm
        self._within = Nesting(realm)

    def free(self) -> int:
        words = self._realm.vocabulary
        return prod(
            (
                self._controllers(),
                self._one("operation", words.operations),
                self._one("purpose", words.purposes),
                self._one("risk", words.risks),
                self._one("sector", words.sectors),
                self._any("data", words.data, self._up_data),
                self._any("subjects", NAMES, self._up_place),
                self._any("output", NAMES, self._up_place),
                self._any("ground", words.grounds, _itself),
                self._any("role", words.roles, _itself),
                self._uses(words.uses),
                len(self._placed(sorted(words.milestones))),
                self._seals(words.seals),
            )
        )

    def of_application(self, name: str) -> int:
        words, case = self._realm.vocabulary, registered(self._realm.stack.applications[name])
        return prod(
            (
                self._one("operation", words.operations),
                self._one("purpose", words.purposes),
                self._any("data", words.data, self._up_data, case.data),
                self._any("subjects", NAMES, self._up_place, case.subjects),
            )
        )

    def _terms(self, key: str) -> list[Term]:
        return [term for term in self._claim.case if term.key == key]

    def _controllers(self) -> int:
        parties = self._realm.stack.parties
        return sum(all(self._is(name, term) for term in (*self._terms("controller"), *self._terms("public")))
                   for name in (*parties, *NAMES))  # fmt: skip

    def _is(self, controller: str, term: Term) -> bool:
        party = facts.party(self._realm.stack, controller)
        if term.key == "public":
            found = ("yes" if party.public else "no") in term.words
        else:
            found = controller in term.words or not self._up_place(party.seat).isdisjoint(term.words)
        return found != term.negated

    def _one(self, key: str, words: Iterable[str]) -> int:
        return sum(all((word in term.words) != term.negated for term in self._terms(key)) for word in words)

    def _any(
        self, key: str, words: Collection[str], up: Callable[[str], Collection[str]], stated: Collection[str] = ()
    ) -> int:
        """The sets of `words` that hold what is `stated` and fit the terms."""
        terms = self._terms(key)
        meet = [{word for word in words if not set(up(word)).isdisjoint(term.words)} for term in terms]
        none = set[str]().union(*(each for each, term in zip(meet, terms, strict=True) if term.negated))
        if none & set(stated):
            return 0
        some = [each for each, term in zip(meet, terms, strict=True) if not term.negated and not each & set(stated)]
        return _meeting(set(words) - none - set(stated), some)

    def _uses(self, words: Collection[str]) -> int:
        terms = self._terms("use")
        unsaid = all(("unstated" in term.words) != term.negated for term in terms)
        return unsaid + self._any("use", [word for word in words if word != "unstated"], _itself)

    def _placed(self, milestones: Sequence[str]) -> list[int]:
        """The ways to lie before milestones that fit: before those from a number on, or before none."""
        ways = [set(milestones[at:]) for at in range(len(milestones))] + [set[str]()]
        fit = [all(bool(way & set(term.words)) != term.negated for term in self._terms("before")) for way in ways]
        return [at for at, fits in enumerate(fit) if fits]

    def _seals(self, seals: Iterable[str]) -> int:
        """The assurances that fit: for each objective none or one level, which brings those below it."""
        levels: dict[str, list[str]] = {}
        for word in sorted(seals):
            levels.setdefault(word.rpartition(":")[0], []).append(word)
        terms = self._terms("seal-asked")
        named = {word.rpartition(":")[0] for term in terms for word in term.words}
        free = prod(len(each) + 1 for objective, each in levels.items() if objective not in named)
        ways = product(
            *([set(each[:top]) for top in range(len(each) + 1)] for name, each in levels.items() if name in named)
        )
        fit = (set[str]().union(*way) for way in ways)
        return free * sum(all(held.isdisjoint(term.words) == term.negated for term in terms) for held in fit)

    def _up_data(self, word: str) -> Collection[str]:
        return self._realm.vocabulary.close((word,))

    def _up_place(self, code: str) -> frozenset[str]:
        return self._within.names(code)


def _itself(word: str) -> Collection[str]:
    return (word,)


def _meeting(words: Collection[str], each: Sequence[Collection[str]]) -> int:
    """The subsets of `words` that meet each of the sets: by inclusion and exclusion of those that miss some."""
    return sum(
        (-1) ** size * 2 ** len(set(words) - set().union(*missed))
        for size in range(len(each) + 1)
        for missed in combinations(each, size)
    )
