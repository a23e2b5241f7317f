"""What begins and what ends in law between two days: rules, entries of lists, and what packs answer for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Literal, TypeAlias

from msgspec import Struct

from comity.law.pack import Pack
from comity.law.rule import Rule

What: TypeAlias = Literal["rule", "list", "coverage"]

_DAY = timedelta(days=1)


class Movement(Struct, frozen=True, order=True):
    """One thing that begins or ends. `day` is the first day of the new state, in the time zone of its pack."""

    day: date
    pack: str
    what: What
    name: str  # a rule's id, or `GROUP MEMBER`, or what is covered
    begins: bool
    law: str
    cite: str
    says: str
    marks: tuple[str, ...] = ()  # what a reader must know: UNREVIEWED, secondary, DRAFT


def movements(packs: Iterable[Pack], first: date, last: date) -> tuple[Movement, ...]:
    """Every movement whose new state is there on `last` and was not on `first`, in order.

    Whatever begins and ends again in between is told as both.
    """
    return tuple(sorted(each for pack in packs for each in _of(pack) if first < each.day <= last))


def _of(pack: Pack) -> Iterator[Movement]:
    draft = ("DRAFT",) if pack.coverage.status == "draft" else ()
    for rule in pack.rules:
        citation, marks = rule.citation, (*marks_of(rule), *draft)
        for day, begins in _ends(rule.since, rule.until):
            yield Movement(day, pack.name, "rule", rule.id, begins, citation.law, citation.cite, citation.says, marks)
    for name, group in pack.groups.items():
        for entry in group.members:
            marks = (*(("secondary",) if entry.source == "secondary" else ()), *draft)
            for day, begins in _ends(entry.since, entry.until):
                what = f"{name} {entry.member}"
                yield Movement(day, pack.name, "list", what, begins, entry.instrument, entry.cite, group.says, marks)
    for cover in pack.coverage.covers:
        what = f"{', '.join(cover.data)} data in {', '.join(cover.jurisdictions)}"
        for day, begins in _ends(cover.since, cover.until):
            yield Movement(day, pack.name, "coverage", what, begins, pack.coverage.title, "", "", draft)


def _ends(since: date, until: date | None) -> Iterator[tuple[date, bool]]:
    yield since, True
    if until is not None and until < date.max:
        yield until + _DAY, False


def marks_of(rule: Rule) -> tuple[str, ...]:
    """What a reader must know of a rule before he relies on it."""
    unreviewed = () if rule.citation.reviewed else ("UNREVIEWED",)
    return (*unreviewed, "secondary") if rule.source == "secondary" else unreviewed
