"""The cases that a claim speaks of, as one open case: every word that may be stated is an atom.

There are two scopes. The free one is every case that the vocabulary can form against the stack: any party of it or any
kind of jurisdiction as controller, and of all other facts any. The scope of an application is its registered case with
everything that a request's headers may add to it (DESIGN rule 6): then all cases that come of it must be permitted.
Floors of evidence are left out of the free scope: a floor can only take candidates away, so a case without one stands
for all with one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import replace

from comity.law.case import Case, ordered
from comity.law.realm import Realm
from comity.law.seals import closed
from comity.law.vocabulary import UNSTATED
from comity.placement.cases import registered
from comity.posture.claims.formula import TRUE, Formulas, Literal
from comity.posture.claims.places import Places
from comity.posture.claims.values import Choice, Entity, Gathering, Members, Record, Truth
from comity.stack import facts

Holds = Callable[[Literal], bool]
"""Whether a formula holds in a solution."""


class Scope(Struct, frozen=True):
    """One open case.

    Attributes:
        case: what law sees of it; also: of the other cases that must be permitted with it.
        controllers: who the controller may be: a party or a jurisdiction, and when.
        operations, words, subjects: when each is so, for what coverage asks: data as stated, and kinds of places.
        always: clauses that hold in every case.
        facts: what counts as a stated fact, for the smallest counterexample.
        first: what is tried as it stands, where a solution is free to choose.
        floor: the least evidence that every case of it accepts.
        read: the case that a solution describes, and those that must be permitted with it.
    """

    case: Record
    also: tuple[Record, ...]
    controllers: tuple[tuple[str, Literal], ...]
    operations: Mapping[str, Literal]
    words: Mapping[str, Literal]
    subjects: Mapping[str, Literal]
    always: tuple[tuple[Literal, ...], ...]
    facts: tuple[Literal, ...]
    first: tuple[Literal, ...]
    floor: tuple[str, ...]
    read: Callable[[Holds], tuple[Case, ...]]


class _Open(Struct, frozen=True):
    """When each fact of a case is so, word by word."""

    operation: Mapping[str, Literal]
    controller: Mapping[str, Literal]
    purpose: Mapping[str, Literal]
    risk: Mapping[str, Literal]
    sector: Mapping[str, Literal]
    data: Mapping[str, Literal]
    subjects: Mapping[str, Literal]
    output: Mapping[str, Literal]
    grounds: Mapping[str, Literal]
    roles: Mapping[str, Literal]
    uses: Mapping[str, Literal]
    placed: Mapping[str, Literal]
    seal: Mapping[str, Literal]

    def record(self, realm: Realm, formulas: Formulas) -> Record:
        """It as law sees it: the attributes of `Case` in facts.cedarschema."""
        public = (when for name, when in self.controller.items() if facts.party(realm.stack, name).public)
        return Record(
            "principal",
            {
                "operation": _choice("Operation", self.operation),
                "controller": _seats(realm, formulas, self.controller),
                "controllerPublic": Truth(formulas.any_of(public)),
                "roles": _members("Role", self.roles),
                "subjects": _gathering("Jurisdiction", self.subjects),
                "data": _closed(realm, formulas, self.data),
                "purpose": _choice("Purpose", self.purpose),
                "risk": _choice("Risk", self.risk),
                "sector": _choice("Sector", self.sector),
                "grounds": _members("Ground", self.grounds),
                "output": _gathering("Jurisdiction", self.output),
                "uses": _members("Use", self.uses),
                "before": _before(formulas, realm.vocabulary.milestones, self.placed),
                "sealMin": _members("Seal", self.seal),
            },
        )

    def read(self, holds: Holds) -> Case:
        """The case that a solution describes."""
        held = {word for word, when in self.seal.items() if holds(when)}
        return Case(
            operation=_chosen(self.operation, holds),
            controller=_chosen(self.controller, holds),
            purpose=_chosen(self.purpose, holds),
            risk=_chosen(self.risk, holds),
            sector=_chosen(self.sector, holds),
            placed=_chosen(self.placed, holds),
            data=_held(self.data, holds),
            subjects=_held(self.subjects, holds),
            output=_held(self.output, holds),
            grounds=_held(self.grounds, holds),
            roles=_held(self.roles, holds),
            uses=_held(self.uses, holds),
            seal=_tops(held),
        )


class _Maker:
    """Makes atoms, and remembers what holds of them."""

    def __init__(self, formulas: Formulas) -> None:
        self._formulas = formulas
        self.always: list[tuple[Literal, ...]] = []
        self.facts: list[Literal] = []
        self.first: list[Literal] = []

    def one_of(self, name: str, words: Iterable[str], usual: str = "", *, free: bool = False) -> dict[str, Literal]:
        """Exactly one of `words`. `usual` is what it is where nobody says, or what is shown first; any other word is a
        stated fact, unless all are `free`."""
        given = sorted(words, key=lambda word: word != usual)
        if len(given) == 1:
            return {given[0]: TRUE}
        atoms = {word: self._formulas.atom(f"{name}:{word}") for word in given}
        self.always.append(tuple(atoms.values()))
        each = list(atoms.values())
        self.always += [(-one, -other) for at, one in enumerate(each) for other in each[:at]]
        if usual in atoms:
            self.first.append(atoms[usual])
            if not free:
                self.facts.append(-atoms[usual])
        return atoms

    def any_of(self, name: str, words: Iterable[str], stated: Collection[str] = ()) -> dict[str, Literal]:
        """Any set of `words` that holds what is `stated`."""
        found = {}
        for word in words:
            if word in stated:
                found[word] = TRUE
            else:
                found[word] = self._formulas.atom(f"{name}:{word}")
                self.facts.append(found[word])
        return found

    def scope(
        self,
        open_: _Open,
        case: Record,
        also: tuple[Record, ...],
        floor: tuple[str, ...],
        read: Callable[[Holds], tuple[Case, ...]],
    ) -> Scope:
        """The scope of what was made."""
        return Scope(
            case=case,
            also=also,
            controllers=tuple(open_.controller.items()),
            operations=open_.operation,
            words=open_.data,
            subjects=open_.subjects,
            always=tuple(self.always),
            facts=tuple(self.facts),
            first=tuple(self.first),
            floor=floor,
            read=read,
        )


def free(realm: Realm, places: Places, formulas: Formulas, controllers: Sequence[str]) -> Scope:
    """Every case that can be formed; `controllers` are parties, and jurisdictions that stand for their kinds."""
    words, make = realm.vocabulary, _Maker(formulas)
    usual = next((each.controller for each in realm.stack.applications.values()), "")
    kinds = [kind.name for kind in places.kinds]
    seal = make.any_of("seal", words.seals)
    make.always += [(-seal[word], seal[below]) for word, entry in words.seals.items() for below in entry.isa]
    uses = make.any_of("use", (word for word in words.uses if word != UNSTATED))
    silent = formulas.atom(f"use:{UNSTATED}")
    make.first.append(silent)
    make.always += [(-silent, -atom) for atom in uses.values()]  # who says what it does does not leave it unsaid
    open_ = _Open(
        operation=make.one_of("operation", words.operations, "infer", free=True),
        controller=make.one_of("controller", controllers, usual, free=True),
        purpose=make.one_of("purpose", words.purposes, "general", free=True),
        risk=make.one_of("risk", words.risks, UNSTATED),
        sector=make.one_of("sector", words.sectors, UNSTATED),
        data=make.any_of("data", words.data),
        subjects=make.any_of("subjects", kinds),
        output=make.any_of("output", kinds),
        grounds=make.any_of("ground", words.grounds),
        roles=make.any_of("role", words.roles),
        uses={UNSTATED: silent, **uses},
        placed=make.one_of("placed", _days(words.milestones), ""),
        seal=seal,
    )
    return make.scope(open_, open_.record(realm, formulas), (), (), lambda holds: (open_.read(holds),))


def of_application(realm: Realm, places: Places, formulas: Formulas, name: str) -> Scope:
    """The registered case of an application, and everything that requests may add to it."""
    make = _Maker(formulas)
    stated = registered(realm.stack.applications[name])
    words = realm.vocabulary
    kind_of = {member: kind.name for kind in places.kinds for member in kind.members}
    here = {kind_of[place] for place in stated.subjects}
    narrow = _Open(
        operation=make.one_of("operation", words.operations, stated.operation, free=True),
        controller={stated.controller: TRUE},
        purpose={stated.purpose: TRUE},
        risk={stated.risk: TRUE},
        sector={stated.sector: TRUE},
        data=dict.fromkeys(stated.data, TRUE),
        subjects=dict.fromkeys(stated.subjects, TRUE),
        output=dict.fromkeys(stated.output, TRUE),
        grounds=dict.fromkeys(stated.grounds, TRUE),
        roles=dict.fromkeys(stated.roles, TRUE),
        uses=dict.fromkeys(stated.uses, TRUE),
        placed={stated.placed: TRUE},
        seal=dict.fromkeys(stated.seal, TRUE),
    )
    added = make.any_of("subjects", (kind.name for kind in places.kinds if kind.name not in here))
    wide = replace(narrow, data=make.any_of("data", words.data, stated.data), subjects={**narrow.subjects, **added})
    wider = replace(wide, purpose=make.one_of("purpose", words.purposes, stated.purpose))
    law_sees = [replace(each, seal=dict.fromkeys(closed(stated.seal), TRUE)) for each in (wider, wide, narrow)]
    case, *also = (each.record(realm, formulas) for each in law_sees)

    def read(holds: Holds) -> tuple[Case, ...]:
        each = (replace(open_.read(holds), floor=stated.floor) for open_ in (wider, wide, narrow))
        return tuple(dict.fromkeys(each))

    return make.scope(wider, case, tuple(also), stated.floor, read)


def _closed(realm: Realm, formulas: Formulas, stated: Mapping[str, Literal]) -> Gathering:
    """Data as law sees them: closed under "is a"."""
    found: dict[Entity, list[Literal]] = {}
    for word, when in stated.items():
        for up in realm.vocabulary.close((word,)):
            found.setdefault(Entity("DataClass", up), []).append(when)
    return Gathering({each: formulas.any_of(whens) for each, whens in found.items()})


def _days(milestones: Iterable[str]) -> list[str]:
    """No day, and the last day before each milestone: one for each way to lie before them."""
    return ["", *((date.fromisoformat(day) - timedelta(days=1)).isoformat() for day in sorted(milestones))]


def _before(formulas: Formulas, milestones: Iterable[str], placed: Mapping[str, Literal]) -> Members:
    return Members(
        {
            Entity("Milestone", day): formulas.any_of(when for each, when in placed.items() if each and each < day)
            for day in milestones
        }
    )


def _seats(realm: Realm, formulas: Formulas, who: Mapping[str, Literal]) -> Choice:
    seats: dict[Entity, list[Literal]] = {}
    for name, when in who.items():
        seats.setdefault(Entity("Jurisdiction", facts.seat(realm.stack, name)), []).append(when)
    return Choice(tuple((seat, formulas.any_of(whens)) for seat, whens in seats.items()))


def _choice(kind: str, words: Mapping[str, Literal]) -> Choice:
    return Choice(tuple((Entity(kind, word), when) for word, when in words.items()))


def _members(kind: str, words: Mapping[str, Literal]) -> Members:
    return Members({Entity(kind, word): when for word, when in words.items()})


def _gathering(kind: str, words: Mapping[str, Literal]) -> Gathering:
    return Gathering({Entity(kind, word): when for word, when in words.items()})


def _chosen(words: Mapping[str, Literal], holds: Holds) -> str:
    """The one that is so; the usual one where the answer did not rest on it."""
    return next((word for word, when in words.items() if holds(when)), next(iter(words)))


def _held(words: Mapping[str, Literal], holds: Holds) -> tuple[str, ...]:
    return ordered(word for word, when in words.items() if holds(when))


def _tops(held: Iterable[str]) -> tuple[str, ...]:
    """The highest level of each objective: a case states that, and law sees it closed downwards."""
    best = {word.rpartition(":")[0]: word for word in sorted(held)}
    return tuple(sorted(best.values()))
