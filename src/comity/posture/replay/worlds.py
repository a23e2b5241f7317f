"""Worlds to decide in: a realm as it was, and the same with a scenario's changes made. Each law is compiled once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import cached_property
from itertools import takewhile
from typing import Any, Protocol, TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from comity.law.case import Addition, Case
from comity.law.epoch import Zone
from comity.law.pack import Pack
from comity.law.precedents import Precedents
from comity.law.realm import Realm
from comity.law.vocabulary import Vocabulary
from comity.placement.cases import observed, registered, widened
from comity.placement.conditions import configured
from comity.placement.decide import decide, goes, wish_of
from comity.placement.ranked import KEPT, NOWHERE, Orders, Ranked, Ranking
from comity.placement.stated import check_addition
from comity.placement.types import Conditions, Placement, Wish
from comity.posture.replay.lots import Log, Question
from comity.posture.scenario.atoms import TIME
from comity.posture.scenario.ground import Atom, Ground, ground_with
from comity.stack.types import Stack
from comity.terms.canon import encode
from comity.terms.digests import sha256_hex
from comity.terms.instants import Instant
from comity.terms.refusal import Refusal

T = TypeVar("T")

Decision: TypeAlias = Placement | Refusal | None
"""What a world says to a question; None where it cannot be put to it."""

Said: TypeAlias = Decision | Ranked
"""The same, or no more of it than where the question goes."""


class Archive(Protocol):
    """The realms and conditions that a log names."""

    def realm(self, digest: str) -> Realm | None:
        """The realm of that digest; None if it is not there."""
        ...

    def conditions(self, digest: str) -> Conditions | None:
        """The conditions of that digest; None if they are not there."""
        ...


class Put(Struct, frozen=True):
    """A question as one world understands it."""

    cases: tuple[Case, ...]
    wish: Wish
    observe: bool = False


class World:
    """Law, stack and figures at one instant, and what they say, each thing once."""

    def __init__(self, ground: Ground, realm: Realm, conditions: Conditions, orders: Orders | None = None) -> None:
        """`orders` are those of other worlds too."""
        self.ground, self.realm, self.conditions = ground, realm, conditions
        self.orders = Orders(KEPT) if orders is None else orders
        self._ranking = Ranking(realm, conditions, self.orders)
        self._ranked: dict[int, tuple[Put, Placement | Ranked]] = {}  # by identity: a question is understood once
        self._put: dict[Hashable, Put | None] = {}
        self._answers: dict[Question, Decision] = {}
        self._said: dict[tuple[tuple[Case, ...], Wish, bool], Placement | Refusal] = {}
        self._goes: dict[tuple[tuple[Case, ...], Wish, bool], bool] = {}

    @property
    def stack(self) -> Stack:
        """The stack of this world."""
        return self.realm.stack

    @property
    def at(self) -> Instant:
        """When it decides."""
        return self.ground.at

    @cached_property
    def as_configured(self) -> bool:
        """Whether its figures are those that its stack states."""
        return self.conditions.digest == configured(self.stack).digest

    def put(self, question: Question) -> Put | None:
        """The question as cases and a wish; None where this world has no such application, or not its words."""
        key = question.application, question.operation, question.added, question.model, question.wish
        if key not in self._put:
            self._put[key] = self._understood(question)
        return self._put[key]

    def answer(self, question: Question) -> Decision:
        """What this world decides on the question."""
        if question not in self._answers:
            put = self.put(question)
            self._answers[question] = None if put is None else self.decide(put)
        return self._answers[question]

    def decide(self, put: Put) -> Placement | Refusal:
        """The decision, made once."""
        key = put.cases, put.wish, put.observe
        said = self._said.get(key)
        if said is None:
            said = self._said[key] = decide(
                put.cases, put.wish, self.realm, self.conditions, self.at, observe=put.observe
            )
        return said

    def goes(self, question: Question) -> bool | None:
        """Whether `answer` is a placement, which is found in less time; None where it is None."""
        put = self.put(question)
        if put is None:
            return None
        key = put.cases, put.wish, put.observe
        if key not in self._goes:
            said = self._said.get(key)
            asked = put.cases, put.wish, self.realm, self.conditions, self.at
            self._goes[key] = goes(*asked, observe=put.observe) if said is None else isinstance(said, Placement)
        return self._goes[key]

    def ranked(self, put: Put) -> Placement | Ranked:
        """Where `decide` places the question, which is found in less time: without tiers if it is refused."""
        held = self._ranked.get(id(put))
        if held is None:
            said = self._said.get((put.cases, put.wish, put.observe))
            if said is None:
                made: Placement | Ranked = self._ranking.ranked(put.cases, put.wish, self.at, observe=put.observe)
            else:
                made = said if isinstance(said, Placement) else NOWHERE
            held = self._ranked[id(put)] = put, made
        return held[1]

    def ranked_answer(self, question: Question) -> Placement | Ranked | None:
        """Where `answer` places the question, as `ranked` finds it; None where it cannot be put to this world."""
        put = self.put(question)
        return None if put is None else self.ranked(put)

    def _understood(self, question: Question) -> Put | None:
        application = self.stack.applications.get(question.application)
        if application is None:
            return None
        addition = Addition(*question.added)
        try:
            check_addition(addition, question.operation, self.realm)
            wish = wish_of(question.model, msgspec.json.decode(question.wish) if question.wish else {})
        except (TypeError, ValueError, ArithmeticError, AttributeError):
            return None
        cases = widened(registered(application, question.operation), addition)
        return Put(cases, wish, observed(application, self.at))


class Known:
    """The worlds of one scenario so far, so that realms that have become the same are one."""

    def __init__(self) -> None:
        self.worlds: dict[Hashable, World] = {}
        self._stacks: list[tuple[Stack, Conditions]] = []

    def one(self, stack: Stack) -> tuple[Stack, Conditions]:
        """The stack, or an equal one that was met before, and the figures that it states."""
        for held in self._stacks:
            if held[0] == stack:
                return held
        self._stacks.append((stack, configured(stack)))
        return self._stacks[-1]


class Worlds:
    """Every world that a replay asks: those of the log, and those of scenarios over them.

    `vocabulary`, `schema` and `zone` are what a realm is compiled with where a scenario changes the law itself;
    `precedents` those of the archive's realms.
    """

    def __init__(
        self, archive: Archive, vocabulary: Vocabulary, schema: str, zone: Zone, precedents: Precedents | None = None
    ) -> None:
        self._archive = archive
        self._compiled_with = vocabulary, schema, zone
        self._found: dict[str, Realm | None] = {}
        self._before: dict[tuple[str, str], World | None] = {}
        self._laws: dict[Hashable, Realm] = {}
        self._precedents = precedents or Precedents()
        self._texts: dict[int, tuple[object, str]] = {}
        self._dates: dict[tuple[int, int], tuple[Pack, Hashable]] = {}
        self._grounds: dict[str, Ground | None] = {}
        self._stacks: list[Stack] = []
        self._orders = Orders(KEPT)
        self._of_logs: dict[int, tuple[Log, Any]] = {}  # by identity: the log is kept, so that no other takes it

    def once(self, log: Log, make: Callable[[], T]) -> T:
        """What `make` finds of the log in these worlds, found once; a log has one such thing."""
        if id(log) not in self._of_logs:
            self._of_logs[id(log)] = log, make()
        found: T = self._of_logs[id(log)][1]
        return found

    def before(self, realm: str, conditions: str) -> World | None:
        """The world that the log names; None if its realm is not there any more."""
        key = realm, conditions
        if key not in self._before:
            self._before[key] = self._as_it_was(realm, conditions)
        return self._before[key]

    def after(self, realm: str, conditions: str, atoms: Iterable[Atom], known: Known) -> World | None:
        """The same with the atoms' changes made; `known` has the worlds of this scenario so far.

        Raises:
            ScenarioFault: a change names what is not there.
        """
        was = self.before(realm, conditions)
        if was is None:
            return None
        dated = ground_with(was.ground, takewhile(lambda atom: atom.kind == TIME, atoms))
        beginning = "from", id(dated.stack), self._law_key(dated), was.conditions.digest
        if beginning in known.worlds:  # once the scenario's day has come: from equal beginnings come equal worlds
            return known.worlds[beginning]
        ground = ground_with(was.ground, atoms)
        if ground is was.ground:
            return was
        law = self._law_key(ground)
        same_law = law == self._law_key(was.ground)
        base = was.realm if same_law else self._law(ground)
        stack, own = known.one(ground.stack)
        figures = own if was.as_configured else was.conditions
        key = law, base.since, id(stack), figures.digest, tuple(ground.demand.items())
        world = known.worlds.get(key)
        if world is None:
            world = known.worlds[key] = World(ground, base.supposing(ground.stack), figures, self._orders)
        if not same_law:
            known.worlds[beginning] = world
        return world

    def _one(self, stack: Stack) -> Stack:
        """The stack, or an equal one that another realm brought."""
        for held in self._stacks:
            if held == stack:
                return held
        self._stacks.append(stack)
        return stack

    def _as_it_was(self, digest: str, conditions: str) -> World | None:
        if digest not in self._found:
            self._found[digest] = self._archive.realm(digest)
        realm = self._found[digest]
        if realm is None:
            return None
        own = configured(realm.stack)
        if conditions in ("", own.digest):
            figures: Conditions | None = own
            known = self._before.get((digest, "")) or self._before.get((digest, own.digest))
            if known is not None:
                return known  # a denial names no conditions
        else:
            figures = self._archive.conditions(conditions)
        if figures is None:
            return None
        ground = self._grounds.get(digest)
        if ground is None:
            packs = tuple(realm.packs.values())
            ground = self._grounds[digest] = Ground(self._one(realm.stack), packs, realm.since, realm.file_date)
        return World(ground, realm, figures, self._orders)

    def _law(self, ground: Ground) -> Realm:
        """The law of the ground, compiled over any stack."""
        key = self._law_key(ground)
        if key not in self._laws:
            vocabulary, schema, zone = self._compiled_with
            self._laws[key] = Realm(
                ground.stack, ground.packs, vocabulary, schema, ground.at, zone, ground.dated, self._precedents
            )
        return self._laws[key]

    def _law_key(self, ground: Ground) -> Hashable:
        packs = tuple((pack.name, self._text(pack), self._dated(pack)) for pack in ground.packs)
        return packs, ground.at, ground.dated, ground.stack.stale_law

    def _dated(self, pack: Pack) -> Hashable:
        """Its dates; a scenario that moves one makes new rules or lists."""
        key = id(pack.rules), id(pack.groups)
        held = self._dates.get(key)
        if held is None:
            held = self._dates[key] = pack, _dates(pack)
        return held[1]

    def _text(self, pack: Pack) -> str:
        """A name for the pack's texts: scenarios change dates and lists, and leave the texts as they are."""
        held = self._texts.get(id(pack.files))
        if held is None:
            held = self._texts[id(pack.files)] = (pack.files, sha256_hex(encode(dict(pack.files))))
        return held[1]


def _dates(pack: Pack) -> Hashable:
    rules = tuple((rule.id, rule.since, rule.until) for rule in pack.rules)
    lists = tuple(
        (name, tuple((each.member, each.since) for each in held.members)) for name, held in pack.groups.items()
    )
    return hash(rules), hash(lists)
