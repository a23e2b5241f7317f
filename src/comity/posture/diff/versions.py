"""What two versions of some packs say otherwise: rules, entries of lists, coverage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct

from comity.law.pack import Pack
from comity.law.rule import Rule

COVERAGE = "coverage of "
"""How the name of what a pack answers for begins."""


class Alteration(Struct, frozen=True, order=True):
    """One thing that the versions do not share. `details` name what of a changed rule differs."""

    pack: str
    name: str
    how: Literal["added", "removed", "changed"]
    details: tuple[str, ...] = ()


def alterations(left: Iterable[Pack], right: Iterable[Pack]) -> tuple[Alteration, ...]:
    """Everything of `left` that is otherwise in `right`, packs that only one of them has included."""
    before, after = ({pack.name: pack for pack in packs} for packs in (left, right))
    return tuple(sorted(each for name in {*before, *after} for each in _of(name, before.get(name), after.get(name))))


def _of(name: str, left: Pack | None, right: Pack | None) -> Iterator[Alteration]:
    yield from _keyed(name, _rules(left), _rules(right))
    yield from _keyed(name, _entries(left), _entries(right))
    yield from _keyed(name, _covers(left), _covers(right))


def _keyed(
    pack: str, left: Mapping[str, Mapping[str, Any]], right: Mapping[str, Mapping[str, Any]]
) -> Iterator[Alteration]:
    for key in sorted({*left, *right}):
        if key not in right:
            yield Alteration(pack, key, "removed")
        elif key not in left:
            yield Alteration(pack, key, "added")
        elif left[key] != right[key]:
            parts = sorted({*left[key], *right[key]})
            yield Alteration(pack, key, "changed", tuple(p for p in parts if left[key].get(p) != right[key].get(p)))


def _rules(pack: Pack | None) -> dict[str, dict[str, Any]]:
    return {} if pack is None else {rule.id: _of_rule(rule) for rule in pack.rules}


def _of_rule(rule: Rule) -> dict[str, Any]:
    """A rule by annotation, and its conditions as `text`."""
    return {**rule.policy.get("annotations", {}), "text": rule.policy.get("conditions")}


def _entries(pack: Pack | None) -> dict[str, dict[str, Any]]:
    if pack is None:
        return {}
    return {
        f"{name} {entry.member} from {entry.since}": msgspec.to_builtins(entry)
        for name, group in pack.groups.items()
        for entry in group.members
    }


def _covers(pack: Pack | None) -> dict[str, dict[str, Any]]:
    if pack is None:
        return {}
    return {
        f"{COVERAGE}{', '.join(cover.data)} data in {', '.join(cover.jurisdictions)} from {cover.since}": (
            msgspec.to_builtins(cover)
        )
        for cover in pack.coverage.covers
    }
