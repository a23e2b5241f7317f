"""An epoch: the law in force between two instants, compiled. No date of any pack moves within it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, tzinfo
from typing import TypeAlias

from msgspec import Struct

from comity.law.case import Case
from comity.law.cedar import Policies, Schema, World, compile_each
from comity.law.coverage import Covered
from comity.law.docket import Docket
from comity.law.pack import Pack
from comity.law.precedents import Precedents, Said
from comity.law.profile import Profile, entity
from comity.law.question import CASE, case_entities, case_facts, profile_facts
from comity.law.relevance import Answers, Distinctions, Names
from comity.law.rule import KINDS, Rule
from comity.law.vocabulary import Vocabulary
from comity.stack.jurisdictions import NAMES, parents
from comity.terms.instants import FAR_FUTURE, Instant, end_of, start_of

Zone: TypeAlias = Callable[[str], tzinfo]
"""A time zone by its name: an argument, for the zone table is a file."""


ACTIONS = ("place", "oblige", "advise")

PROFILES = 4096
"""Profiles whose answers are kept: those of one stack, for each controller, and of stacks that are supposed."""


class Finding(Struct, frozen=True):
    """What the law in force says to one case and one profile: ids of rules, sorted."""

    forbids: tuple[str, ...]
    obliges: tuple[str, ...]
    advises: tuple[str, ...]
    erred: bool

    @property
    def rules(self) -> frozenset[str]:
        """All that apply."""
        return frozenset((*self.forbids, *self.obliges, *self.advises))


class Epoch:
    """The rules, lists and coverage of `packs` in force from `since` up to, not including, `until`."""

    def __init__(
        self,
        packs: Sequence[Pack],
        schema: Schema,
        at: Instant,
        zone: Zone,
        silent: frozenset[str] = frozenset(),
        precedents: Precedents | None = None,
    ) -> None:
        """Compiles what is in force at `at`; the packs `silent` forbid and oblige, and cover nothing. `precedents` are
        those of epochs before it, none if they are left out.

        Raises:
            ValueError: a rule does not compile.
        """
        dates = boundaries(packs, zone)
        self.since = max((instant for instant in dates if instant <= at), default=0)
        self.until = min((instant for instant in dates if instant > at), default=FAR_FUTURE)
        self.packs = tuple(pack.name for pack in packs)
        self.rules: Mapping[str, Rule] = {
            rule.id: rule
            for pack in packs
            for rule in pack.rules
            if _in_force(at, zone(pack.coverage.timezone))(rule.since, rule.until)
        }
        self.groups = _groups(packs, at, zone)
        self.covered = covered((pack for pack in packs if pack.name not in silent), self.groups, at, zone)
        self.precedents = precedents or Precedents()
        self._places = self.precedents.places(self.groups)
        self.world = self.precedents.world(schema, self._places, lambda: _jurisdictions(self.groups))
        for action in ACTIONS:
            new = [rule for rule in self.rules.values() if KINDS[rule.kind][1] == action]
            compile_each(action, self.precedents.new(new))
        policies = {name: rule.policy for name, rule in self.rules.items()}
        self.distinctions = Distinctions(policies, "principal", self.precedents.reading)
        self.of_candidates = Distinctions(policies, "resource", self.precedents.reading)
        self._of = {
            action: frozenset(r.id for r in self.rules.values() if KINDS[r.kind][1] == action) for action in ACTIONS
        }
        self._within: Docket[str, Names] = Docket(len(NAMES))
        self._seen: Docket[Profile, Answers] = Docket(PROFILES)

    def judge(
        self,
        case: Case,
        words: Vocabulary,
        seat: str,
        public: bool,
        world: World,
        profiles: Sequence[str],
        speaking: Names | None = None,
    ) -> list[Finding]:
        """One finding for each profile of `world`, in order.

        `seat` is the controller's, `public` whether it is a public body; `speaking` are the rules that can apply to the
        case, all of them if it is left out. An error of the engine is never a permit.
        """
        closed_data, before = words.close(case.data), words.before(case.placed)
        asked = world.with_(case_entities(case, closed_data, before, seat, public=public))
        rules = frozenset(self.rules) if speaking is None else speaking
        places, obliges, advises = (
            asked.ask(self._compiled(action, rules & self._of[action]), CASE, profiles) for action in ACTIONS
        )
        return [
            Finding(
                forbids=() if place.allowed else place.rules,
                obliges=oblige.rules,
                advises=advise.rules,
                erred=place.erred or oblige.erred or advise.erred or (not place.allowed and not place.rules),
            )
            for place, oblige, advise in zip(places, obliges, advises, strict=True)
        ]

    def answers(self, case: Case, words: Vocabulary, seat: str, public: bool) -> Answers:
        """How the case answers all that rules ask of it alone: cases that answer alike are judged alike."""
        return self.distinctions.answers(case_facts(case, words, seat, public, self._in))

    def seen(self, profile: Profile) -> Answers:
        """How the profile answers all that rules ask of a candidate alone."""
        return self._seen.get(profile, lambda _: self.of_candidates.answers(profile_facts(profile, self._in)))

    def of_action(self, action: str, rules: Names) -> Names:
        """Of these rules, those that speak of the action."""
        return rules & self._of[action]

    def said(self, rule: str, answers: Answers) -> Said:
        """What the rule is known to say to cases that answer all questions so; whoever finds more adds it."""
        return self.precedents.said(self.rules[rule], self._places, self.distinctions.part(rule, answers))

    def part(self, rule: str, profile: Profile) -> Answers:
        """How the profile answers what one rule asks of a candidate."""
        known = self.precedents.parts(self.rules[rule], self._places)
        found = known.get(profile)
        if found is None:
            found = known[profile] = self.of_candidates.part(rule, self.seen(profile))
        return found

    def _compiled(self, action: str, names: Names) -> Policies:
        return self.precedents.compiled(action, [rule for name, rule in self.rules.items() if name in names])

    def _in(self, places: Iterable[str]) -> Names:
        """Everything that any of `places` is in: itself, the jurisdictions it lies in, and their lists."""
        return frozenset().union(*map(self.within, places))

    def within(self, place: str) -> Names:
        """Everything that `place` is in: itself, the jurisdictions it lies in, and their lists."""
        return self._within.get(place, self._up)

    def _up(self, place: str) -> Names:
        up = {place, *parents(place)}
        return frozenset((*up, *(name for name, members in self.groups.items() if not up.isdisjoint(members))))


def profile_entities(profiles: Iterable[Profile]) -> tuple[list[dict[str, object]], list[str]]:
    """Cedar entities of `profiles` and their ids, in order."""
    entities: list[dict[str, object]] = []
    names: list[str] = []
    for number, profile in enumerate(profiles):
        names.append(f"p{number}")
        entities += profile.entities(names[-1])
    return entities, names


def boundaries(packs: Iterable[Pack], zone: Zone) -> set[Instant]:
    """Every instant at which a rule, a list or a coverage of `packs` begins or ends."""
    found: set[Instant] = set()
    for pack in packs:
        local = zone(pack.coverage.timezone)
        for since, until in _spans(pack):
            found.add(start_of(since, local))
            if until is not None:
                found.add(end_of(until, local))
    return found


def _spans(pack: Pack) -> Iterator[tuple[date, date | None]]:
    yield from ((rule.since, rule.until) for rule in pack.rules)
    yield from ((entry.since, entry.until) for group in pack.groups.values() for entry in group.members)
    yield from ((cover.since, cover.until) for cover in pack.coverage.covers)


def _in_force(at: Instant, zone: tzinfo) -> Callable[[date, date | None], bool]:
    def in_force(since: date, until: date | None) -> bool:
        return start_of(since, zone) <= at and (until is None or at < end_of(until, zone))

    return in_force


def _groups(packs: Iterable[Pack], at: Instant, zone: Zone) -> Mapping[str, tuple[str, ...]]:
    groups: dict[str, set[str]] = {}
    for pack in packs:
        in_force = _in_force(at, zone(pack.coverage.timezone))
        for name, group in pack.groups.items():
            groups.setdefault(name, set()).update(group.on(in_force))
    return {name: tuple(sorted(members)) for name, members in sorted(groups.items())}


def covered(packs: Iterable[Pack], groups: Mapping[str, tuple[str, ...]], at: Instant, zone: Zone) -> Covered:
    """What `packs` cover at `at`, their lists as in `groups`."""
    # A draft forbids like any pack, but nobody has yet said that its rules are complete: it answers for nothing.
    return Covered(
        frozenset(
            (place, role, data, operation)
            for pack in packs
            if pack.coverage.status != "draft"
            for cover in pack.coverage.covers
            if _in_force(at, zone(pack.coverage.timezone))(cover.since, cover.until)
            for name in cover.jurisdictions
            for place in groups.get(name, (name,))
            for role in cover.roles
            for data in cover.data
            for operation in cover.operations
        )
    )


def _jurisdictions(groups: Mapping[str, tuple[str, ...]]) -> list[dict[str, object]]:
    above: dict[str, list[tuple[str, str]]] = {
        code: [("Jurisdiction", place) for place in parents(code) if place in NAMES] for code in NAMES
    }
    for name, members in groups.items():
        for member in members:
            above[member].append(("Group", name))
    return [
        *(entity("Group", name) for name in groups),
        *(entity("Jurisdiction", code, parents=places) for code, places in above.items()),
    ]
