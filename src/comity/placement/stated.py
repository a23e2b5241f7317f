"""A case as somebody states it: as `explain --json` gives it, as an entry has it, or as cases.yaml does."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

import msgspec

from comity.law.case import Addition, Case, ordered
from comity.law.realm import Realm
from comity.law.seals import stated as seals_of
from comity.stack.check_words import FLOORS
from comity.stack.jurisdictions import NAMES
from comity.stack.spelling import nearest
from comity.stack.types import EVIDENCE_LEVELS

ALIASES = {"output_used_in": "output", "evidence": "floor", "placed_on_market": "placed"}
"""Keys of an entry, of a stack file and of cases.yaml, and what they are called in a case."""


def stated_case(value: object, realm: Realm) -> Case:
    """The case that `value` states, in the words and among the parties of `realm`.

    Raises:
        ValueError: it is no case, or uses a word that the realm does not know; the message names it.
    """
    if not isinstance(value, Mapping):
        raise ValueError("a case is a mapping")
    inner = value.get("case")
    value = inner if isinstance(inner, Mapping) else value
    given = {ALIASES.get(str(key), str(key)): each for key, each in value.items()}
    if given.pop("public", False):
        raise ValueError("public: a controller is public by its party in the stack file; name that party")
    for member in given:
        if member not in Case.__struct_fields__:
            raise ValueError(unknown("member", member, Case.__struct_fields__))
    if isinstance(given.get("seal"), Mapping):
        given["seal"] = list(seals_of(msgspec.convert(given["seal"], dict[str, int])))
    if isinstance(given.get("placed"), date):
        given["placed"] = given["placed"].isoformat()
    case = msgspec.convert({"operation": "infer", **given}, type=Case)
    words = realm.vocabulary
    if case.placed:
        date.fromisoformat(case.placed)
    if case.controller not in realm.stack.parties and case.controller not in NAMES:
        raise ValueError(unknown("controller", case.controller, realm.stack.parties))
    for member, given_words, known in (
        ("data", case.data, words.data),
        ("subjects", case.subjects, NAMES),
        ("purpose", (case.purpose,), words.purposes),
        ("operation", (case.operation,), words.operations),
        ("grounds", case.grounds, words.grounds),
        ("roles", case.roles, words.roles),
        ("output", case.output, NAMES),
        ("sector", (case.sector,), words.sectors),
        ("risk", (case.risk,), words.risks),
        ("uses", case.uses, words.uses),
        ("seal", case.seal, words.seals),
        ("floor", case.floor, [f"{kind}:{level}" for kind in sorted(FLOORS) for level in EVIDENCE_LEVELS]),
    ):
        check_words(member, given_words, known)
    sets = {name: ordered(getattr(case, name)) for name in Case.__struct_fields__ if _is_set(case, name)}
    return msgspec.structs.replace(case, **sets)


def check_words(what: str, given: Collection[str], known: Collection[str]) -> None:
    """Raises ValueError for the first of `given` that is not `known`."""
    for word in given:
        if word not in known:
            raise ValueError(f"{what}: {unknown('word', word, known)}")


def check_addition(addition: Addition, operation: str, realm: Realm) -> None:
    """Raises ValueError for what an entry says was added, or was asked for, if the realm has no word for it."""
    words = realm.vocabulary
    check_words("data", addition.data, words.data)
    check_words("subjects", addition.subjects, NAMES)
    check_words("purposes", addition.purposes, words.purposes)
    check_words("operation", (operation,), words.operations)


def unknown(what: str, word: str, known: Collection[str]) -> str:
    """The message for a word that is not `known`, with the one that was meant or those that there are."""
    names = list(known)
    near = nearest(word, names)
    return f"no {what} {word!r}" + (f"; did you mean {near}?" if near else f"; there are {', '.join(names[:20])}")


def _is_set(case: Case, name: str) -> bool:
    return isinstance(getattr(case, name), tuple)
