"""An epoch: the law in force between two instants, compiled. No date of any pack moves within it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, tzinfo
from typing import TypeAlias

from msgspec import Struct

from comity.law.case import Case
from comity.law.cedar import Policies, Schema, World
from comity.law.coverage import Covered
from comity.law.pack import Pack
from comity.law.profile import Profile, entity, reference
from comity.law.rule import Rule
from comity.stack.jurisdictions import NAMES, parents
from comity.terms.instants import FAR_FUTURE, Instant, end_of, start_of

Zone: TypeAlias = Callable[[str], tzinfo]
"""A time zone by its name: an argument, for the zone table is a file."""


class Finding(Struct, frozen=True):
    """What the law in force says to one case and one profile: ids of rules, sorted."""

    forbids: tuple[str, ...]
    obliges: tuple[str, ...]
    advises: tuple[str, ...]
    erred: bool


class Epoch:
    """The rules, lists and coverage of `packs` in force from `since` up to, not including, `until`."""

    def __init__(self, packs: Sequence[Pack], schema: Schema, at: Instant, zone: Zone) -> None:
        """Compiles what is in force at `at`; raises ValueError if a rule does not compile."""
        begun = [instant for instant in boundaries(packs, zone) if instant <= at]
        ahead = [instant for instant in boundaries(packs, zone) if instant > at]
        self.since = max(begun, default=0)
        self.until = min(ahead, default=FAR_FUTURE)
        self.packs = tuple(pack.name for pack in packs)
        self.rules: Mapping[str, Rule] = {
            rule.id: rule
            for pack in packs
            for rule in pack.rules
            if _in_force(at, zone(pack.coverage.timezone))(rule.since, rule.until)
        }
        self.groups = _groups(packs, at, zone)
        self.covered = _covered(packs, self.groups, at, zone)
        self.world = World.of(schema, _jurisdictions(self.groups))
        self._place = Policies("place", self.rules.values())
        self._oblige = Policies("oblige", self.rules.values())
        self._advise = Policies("advise", self.rules.values())

    def judge(
        self, case: Case, data: Sequence[str], seat: str, public: bool, world: World, profiles: Sequence[str]
    ) -> list[Finding]:
        """One finding for each profile of `world`, in order.

        `data` is the case's, closed under "is a"; `seat` is the controller's, `public` whether it is a public body.
        An error of the engine is never a permit.
        """
        asked = world.with_(case_entities(case, data, seat, public=public))
        places = asked.ask(self._place, CASE, profiles)
        obliges = asked.ask(self._oblige, CASE, profiles)
        advises = asked.ask(self._advise, CASE, profiles)
        return [
            Finding(
                forbids=() if place.allowed else place.rules,
                obliges=oblige.rules,
                advises=advise.rules,
                erred=place.erred or oblige.erred or advise.erred or (not place.allowed and not place.rules),
            )
            for place, oblige, advise in zip(places, obliges, advises, strict=True)
        ]


CASE = "case"


def case_entities(case: Case, data: Sequence[str], seat: str, *, public: bool) -> list[dict[str, object]]:
    """The case as Cedar entities: sets stand as parents, so that `in` means "any of them is"."""
    return [
        entity("Subjects", CASE, parents=[("Jurisdiction", name) for name in case.subjects]),
        entity("Data", CASE, parents=[("DataClass", name) for name in data]),
        entity("Output", CASE, parents=[("Jurisdiction", name) for name in case.output]),
        entity(
            "Case",
            CASE,
            {
                "operation": reference("Operation", case.operation),
                "controller": reference("Jurisdiction", seat),
                "controllerPublic": public,
                "roles": [reference("Role", name) for name in case.roles],
                "subjects": reference("Subjects", CASE),
                "data": reference("Data", CASE),
                "purpose": reference("Purpose", case.purpose),
                "risk": reference("Risk", case.risk),
                "sector": reference("Sector", case.sector),
                "grounds": [reference("Ground", name) for name in case.grounds],
                "output": reference("Output", CASE),
            },
        ),
    ]


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


def _covered(packs: Iterable[Pack], groups: Mapping[str, tuple[str, ...]], at: Instant, zone: Zone) -> Covered:
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
