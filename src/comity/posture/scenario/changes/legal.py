"""Rules in and out of force, packs loaded and dropped, entries struck from lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial

from msgspec.structs import replace

from comity.law.pack import Group, Pack
from comity.law.rule import Rule
from comity.placement.asked import instant_of
from comity.posture.scenario.ground import Atom, Atoms, Ground, Library, ScenarioFault
from comity.posture.scenario.types import Adequacy, LawChange

ALWAYS = date(1900, 1, 1)
"""The day from which a rule binds that a scenario puts into force: before any day that a scenario can ask for."""


def of_law(change: LawChange, library: Library) -> Atoms:
    """One atom for each rule, pattern and pack; the day is one more."""
    if change.as_of is not None:
        at = instant_of(change.as_of)
        says = f"the law of {change.as_of} is asked"
        yield Atom("law", change.as_of.isoformat(), says, partial(_at, at))
    for name in change.packs.add:
        yield Atom("law", name, f"{name} is loaded", partial(_added, name, library))
    for name in change.packs.drop:
        yield Atom("law", name, f"{name} is no longer loaded", partial(_dropped, name))
    for pattern in change.off:
        yield Atom("law", pattern, f"{pattern} no longer binds", partial(_off, pattern))
    for pattern in change.on:
        yield Atom("law", pattern, f"{pattern} binds", partial(_on, pattern))


def of_adequacy(change: Adequacy) -> Atoms:
    """One atom for each entry."""
    for entry in change.strike:
        group, _, member = entry.partition(":")
        says = f"{member} is struck from the list {group}" if member else f"the list {group} is struck"
        yield Atom("adequacy", entry, says, partial(_struck, group, member))


def _at(at: int, ground: Ground) -> Ground:
    return replace(ground, at=at)


def _added(name: str, library: Library, ground: Ground) -> Ground:
    if name in {pack.name for pack in ground.packs}:
        return ground
    pack = library(name)
    if pack is None:
        raise ScenarioFault(f"there is no law pack {name}; `comity law list` shows those that there are")
    loaded = (*ground.packs, pack)
    return replace(ground, packs=loaded, stack=replace(ground.stack, law=(*ground.stack.law, name)))


def _dropped(name: str, ground: Ground) -> Ground:
    if name not in {pack.name for pack in ground.packs}:
        raise ScenarioFault(f"the law pack {name} is not loaded, so it cannot be dropped")
    left = tuple(each for each in ground.stack.law if each != name)
    packs = tuple(pack for pack in ground.packs if pack.name != name)
    return replace(ground, packs=packs, stack=replace(ground.stack, law=left))


def _off(pattern: str, ground: Ground) -> Ground:
    return _with_rules(pattern, ground, lambda rules, fits: (rule for rule in rules if not fits(rule)))


def _on(pattern: str, ground: Ground) -> Ground:
    def bound(rules: Iterable[Rule], fits: Callable[[Rule], bool]) -> Iterator[Rule]:
        return (replace(rule, since=ALWAYS, until=None) if fits(rule) else rule for rule in rules)

    return _with_rules(pattern, ground, bound)


def _with_rules(
    pattern: str, ground: Ground, made: Callable[[Iterable[Rule], Callable[[Rule], bool]], Iterator[Rule]]
) -> Ground:
    def fits(rule: Rule) -> bool:
        return rule.id.startswith(pattern[:-1]) if pattern.endswith("*") else rule.id == pattern

    if not any(fits(rule) for pack in ground.packs for rule in pack.rules):
        raise ScenarioFault(f"no rule {pattern} in {', '.join(pack.name for pack in ground.packs)}")
    packs = tuple(
        replace(pack, rules=tuple(made(pack.rules, fits))) if any(map(fits, pack.rules)) else pack
        for pack in ground.packs
    )
    return replace(ground, packs=packs)


def _struck(group: str, member: str, ground: Ground) -> Ground:
    holding = [pack for pack in ground.packs if group in pack.groups]
    if not holding:
        lists = sorted({name for pack in ground.packs for name in pack.groups})
        raise ScenarioFault(f"no list {group} in the law that is loaded; there are {', '.join(lists) or 'none'}")
    if member and not any(each.member == member for pack in holding for each in pack.groups[group].members):
        raise ScenarioFault(f"{member} is not on the list {group}")
    packs = tuple(_less(pack, group, member) if pack in holding else pack for pack in ground.packs)
    return replace(ground, packs=packs)


def _less(pack: Pack, group: str, member: str) -> Pack:
    held = pack.groups[group]
    left = Group(held.says, tuple(each for each in held.members if member and each.member != member))
    return replace(pack, groups={**pack.groups, group: left})
