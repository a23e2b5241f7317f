"""Dates on which a pack's law changes, and whether its cases would notice if one of them were wrong.

A date is tried where a case on its eve and a case on the day itself both tell: the rule's conditions hold in them, so
that nothing but the date decides whether it fires; a list's entry is tried by cases that name its member.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from msgspec import Struct

from comity.law.epoch import Epoch
from comity.law.pack import Pack
from comity.law.rule import Rule
from comity.law.tried_case import Scene, places_of, scene
from comity.law.vocabulary import Vocabulary
from comity.stack.jurisdictions import parents

_DAY = timedelta(days=1)


class DateCoverage(Struct, frozen=True):
    """One date and how many cases tell on either side. `day` is the first day of the new state."""

    what: str  # a rule's id, or `GROUP MEMBER`
    day: date
    begins: bool
    eve: int
    first: int

    @property
    def tried(self) -> bool:
        """Whether there is a case on each side."""
        return self.eve > 0 and self.first > 0

    @property
    def missing(self) -> str:
        """The sentence for one that is not tried."""
        days = [day.isoformat() for day, cases in ((self.day - _DAY, self.eve), (self.day, self.first)) if not cases]
        what = "begins" if self.begins else "has ended"
        return f"{self.what} {what} on {self.day}, and no case of {' or of '.join(days)} could tell"


def date_coverage(pack: Pack, scenes: Sequence[Scene], vocabulary: Vocabulary) -> tuple[DateCoverage, ...]:
    """How each date of `pack` is tried by `scenes`, its cases."""
    on: dict[date, list[Scene]] = {}
    for each in scenes:
        on.setdefault(each.case.on, []).append(each)
    return (*_of_rules(pack, on, vocabulary), *_of_lists(pack, on))


def _of_rules(pack: Pack, on: dict[date, list[Scene]], vocabulary: Vocabulary) -> Iterator[DateCoverage]:
    for rule in pack.rules:
        for day, begins in _ends(rule.since, rule.until):
            in_force = day if begins else day - _DAY
            law = next((each.epoch for each in on.get(in_force, ()) if not each.case.lists), None)
            eve, first = (
                sum(_tells(rule, each, law, vocabulary) for each in on.get(side, ())) for side in (day - _DAY, day)
            )
            yield DateCoverage(rule.id, day, begins, eve, first)


def _tells(rule: Rule, tried: Scene, law: Epoch | None, vocabulary: Vocabulary) -> bool:
    """Whether the case says exactly which rules of this kind fire, and this one's conditions hold in it.

    `law` is that of the side on which the rule is in force: its lists decide, for they may change on the same day.
    """
    case = tried.case
    if rule.kind != "prohibit" and (case.oblige if rule.kind == "oblige" else case.advise) is None:
        return False
    moved = tried if law is None or case.lists or rule.id in tried.epoch.rules else scene(case, law, vocabulary)
    return moved.meets(rule)


def _of_lists(pack: Pack, on: dict[date, list[Scene]]) -> Iterator[DateCoverage]:
    """Members that come or go on one day are one date. Entries that are there when the pack's first rule begins are
    not told apart from it by any case.
    """
    begin = min((rule.since for rule in pack.rules), default=date.min)
    moving: dict[tuple[str, date, bool], list[str]] = {}
    for name, group in pack.groups.items():
        for entry in group.members:
            for day, begins in _ends(entry.since, entry.until):
                if day > begin:
                    moving.setdefault((name, day, begins), []).append(entry.member)
    for (name, day, begins), members in moving.items():
        eve, first = (_naming(members, on.get(each, ())) for each in (day - _DAY, day))
        yield DateCoverage(f"{name} {', '.join(members)}", day, begins, eve, first)


def _naming(members: Sequence[str], scenes: Iterable[Scene]) -> int:
    wanted = frozenset(members)
    return sum(any(wanted & {place, *parents(place)} for place in places_of(each.case)) for each in scenes)


def _ends(since: date, until: date | None) -> Iterator[tuple[date, bool]]:
    yield since, True
    if until is not None:
        yield until + _DAY, False
