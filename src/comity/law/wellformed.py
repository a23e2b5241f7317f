"""What can be found wrong with a pack before any of its cases is run: words, names and dates that mean nothing."""

from __future__ import annotations

from collections.abc import Iterator

from comity.law.cedar import faults
from comity.law.duties import unknown
from comity.law.obligations import parsed, seconds
from comity.law.pack import Pack
from comity.law.vocabulary import ENUMS, Vocabulary
from comity.stack.jurisdictions import NAMES
from comity.terms.problems import Problem

_NAMED = frozenset(f"Comity::{kind}" for kind in (*ENUMS, "Jurisdiction", "Group"))
"""What a rule may name. All else is an entity of the one question that is asked, under a name that only it knows."""


def ill_formed(pack: Pack, vocabulary: Vocabulary, schema: str) -> Iterator[Problem]:
    """Yields every problem of the rules, the lists and the coverage of `pack`, each at its file."""
    for file, sentences in (
        ("rules.cedar", faults(pack.rules, schema)),
        ("rules.cedar", _of_rules(pack)),
        ("lists.yaml", _of_lists(pack)),
        ("coverage.yaml", _of_coverage(pack, vocabulary)),
    ):
        for sentence in sentences:
            yield Problem(f"{pack.name}/{file}", 0, 0, "", sentence)


def _of_rules(pack: Pack) -> Iterator[str]:
    for rule in pack.rules:
        for kind, name in sorted(set(_literals(rule.policy))):
            if kind not in _NAMED:
                yield f"{rule.id}: {kind} {name!r} is made anew for each question; no rule can name it"
            if kind == "Comity::Jurisdiction" and name not in NAMES:
                yield f"{rule.id}: no jurisdiction {name}"
            if kind == "Comity::Group" and name not in pack.groups:
                yield f"{rule.id}: no group {name} in lists.yaml"
        for key, value in parsed(rule.obligation):
            if found := unknown(pack.name, key, value, timed=seconds(value) is not None):
                yield f"{rule.id}: @obligation: {found}; docs/reference/obligations.md has them all"


def _literals(expr: object) -> Iterator[tuple[str, str]]:
    if isinstance(expr, dict):
        found = expr.get("__entity")
        if isinstance(found, dict):
            yield str(found["type"]), str(found["id"])
        for value in expr.values():
            yield from _literals(value)
    elif isinstance(expr, list | tuple):
        for value in expr:
            yield from _literals(value)


def _of_lists(pack: Pack) -> Iterator[str]:
    for name, group in pack.groups.items():
        if name in NAMES:
            yield f"{name} is a jurisdiction; a list needs a name of its own"
        for entry in group.members:
            if entry.member not in NAMES:
                yield f"{name} has {entry.member}, which is no jurisdiction"
            if entry.until is not None and entry.until < entry.since:
                yield f"{name}: {entry.member} ends on {entry.until}, before it begins on {entry.since}"


def _of_coverage(pack: Pack, vocabulary: Vocabulary) -> Iterator[str]:
    for cover in pack.coverage.covers:
        if cover.until is not None and cover.until < cover.since:
            yield f"a cover ends on {cover.until}, before it begins on {cover.since}"
        for name in cover.jurisdictions:
            if name not in NAMES and name not in pack.groups:
                yield f"{name} is neither a jurisdiction nor a group of this pack"
        for words, known in ((cover.data, vocabulary.data), (cover.operations, vocabulary.operations)):
            yield from (f"{word} is not in the vocabulary" for word in words if word not in known)
