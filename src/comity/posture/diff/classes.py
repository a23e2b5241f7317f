"""Case classes: every case of a stack's applications that the rules in question can tell apart.

An application's requests differ in the operation and in what their headers add. Two additions that no rule in question
tells apart are one class, and one of them stands for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from comity.law.case import Addition, Case
from comity.law.coverage import Cover
from comity.law.realm import Realm
from comity.law.rule import Rule
from comity.placement.cases import registered, widened
from comity.placement.remedy.reads import reads
from comity.stack.jurisdictions import NAMES, parents
from comity.stack.types import Stack

MAX_CLASSES = 20_000
"""Classes of one stack: at some 2 ms each on two sides, a minute or two of a person's time."""

Groups = Mapping[str, frozenset[str]]


class CaseClass(NamedTuple):
    """Requests that are ruled alike: the application, the operation, and the addition that stands for them."""

    application: str
    operation: str
    addition: Addition

    def cases(self, stack: Stack) -> tuple[Case, ...]:
        """The cases that must all be permitted, as the application is registered in `stack`."""
        return widened(registered(stack.applications[self.application], self.operation), self.addition)

    @property
    def text(self) -> str:
        """It in words, less its application."""
        added = [f"{name} {', '.join(getattr(self.addition, name))}" for name in ("data", "subjects", "purposes")]
        more = "; ".join(
            text
            for text, name in zip(added, ("data", "subjects", "purposes"), strict=True)
            if getattr(self.addition, name)
        )
        return f"{self.operation}, {f'adding {more}' if more else 'as registered'}"


class Additions(NamedTuple):
    """What stands for everything that headers may add, as far as some rules can tell it apart."""

    data: tuple[str, ...]
    subjects: tuple[str, ...]
    purposes: tuple[str, ...]

    def each(self) -> Iterator[Addition]:
        """Nothing; and at most one class of data with at most one place and at most one purpose."""
        for purpose in ((), *((one,) for one in self.purposes)):
            for data in ((), *((one,) for one in self.data)):
                for subjects in ((), *((one,) for one in self.subjects)):
                    yield Addition(data, subjects, purpose)

    @property
    def total(self) -> int:
        """How many `each` gives."""
        return (1 + len(self.data)) * (1 + len(self.subjects)) * (1 + len(self.purposes))


def additions(rules: Iterable[Rule], realms: Sequence[Realm], covers: Iterable[Cover] = ()) -> Additions:
    """What stands for all additions under `rules` and `covers`, by the words and the lists of `realms`."""
    asked: dict[str, set[str]] = {"data": set(), "subjects": set(), "purpose": set()}
    for rule in rules:
        for read in reads(rule):
            if read.of == "principal" and read.attribute in asked:
                asked[read.attribute].update(read.words)
    for cover in covers:
        asked["data"].update(cover.data)
        asked["subjects"].update(cover.jurisdictions)
    words = realms[0].vocabulary
    groups = [_groups(realm) for realm in realms]
    regulated = [word for word in words.data if word not in words.unregulated]
    return Additions(
        data=_first_of_each(regulated, lambda word: (frozenset(words.close((word,))) & asked["data"],)),
        subjects=_first_of_each(
            sorted(NAMES), lambda place: tuple(_within(place, each) & asked["subjects"] for each in groups)
        ),
        purposes=_first_of_each(list(words.purposes), lambda word: (frozenset((word,)) & asked["purpose"],)),
    )


def classes(
    realms: Sequence[Realm], rules: Iterable[Rule], covers: Iterable[Cover] = ()
) -> tuple[list[CaseClass], Additions]:
    """The classes of every application that all of `realms` have, and the additions that they were made of.

    Where there would be more than MAX_CLASSES, additions are left out: then headers are not compared.
    """
    shared = sorted(set.intersection(*(set(realm.stack.applications) for realm in realms)))
    operations = [name for name in realms[0].vocabulary.operations if name in ("infer", "embed")]
    found = additions(rules, realms, covers)
    if found.total * len(shared) * len(operations) > MAX_CLASSES:
        found = Additions((), (), ())
    made = [
        CaseClass(application, operation, addition)
        for application in shared
        for operation in operations
        for addition in found.each()
    ]
    return made, found


def _first_of_each(members: Iterable[str], sort: Callable[[str], tuple[frozenset[str], ...]]) -> tuple[str, ...]:
    """The first member of each sort that anything is asked of; those of which nothing is asked need no word."""
    first: dict[tuple[frozenset[str], ...], str] = {}
    for member in members:
        of = sort(member)
        if any(of):
            first.setdefault(of, member)
    return tuple(first.values())


def _groups(realm: Realm) -> Groups:
    return {name: frozenset(members) for name, members in realm.epoch.groups.items()}


def _within(place: str, groups: Groups) -> frozenset[str]:
    up = {place, *parents(place)}
    return frozenset((*up, *(name for name, members in groups.items() if not up.isdisjoint(members))))
