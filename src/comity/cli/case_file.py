"""A case as a person writes it: from a file, from standard input, or word by word in options."""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path

import msgspec

from comity.law.case import Case, ordered
from comity.law.plain_yaml import load
from comity.law.realm import Realm
from comity.stack.check_words import FLOORS
from comity.stack.jurisdictions import NAMES
from comity.stack.spelling import nearest
from comity.stack.types import EVIDENCE_LEVELS
from comity.terms.errors import UsageFault

MAX_CASE = 1 << 16  # characters; a case is a dozen short lists


def read_case(name: str, realm: Realm) -> Case:
    """The case in the file `name`, or on standard input if that is `-`, in the words of `realm`.

    Raises:
        UsageFault: it cannot be read, is no case, or uses a word that the realm does not know.
    """
    try:
        stated = _mapping(load(_text(name)))
        for member in map(str, stated):
            if member not in Case.__struct_fields__:
                raise ValueError(unknown("member", member, Case.__struct_fields__))
        case = msgspec.convert({"operation": "infer", **stated}, type=Case)
    except OSError as error:
        raise UsageFault(f"{name}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageFault(f"{name}: {error}") from error
    words = realm.vocabulary
    if case.controller not in realm.stack.parties and case.controller not in NAMES:
        raise UsageFault(f"{name}: {unknown('controller', case.controller, realm.stack.parties)}")
    for member, given, known in (
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
        for word in given:
            if word not in known:
                raise UsageFault(f"{name}: {member}: {unknown('word', word, known)}")
    return msgspec.structs.replace(
        case,
        data=ordered(case.data),
        subjects=ordered(case.subjects),
        grounds=ordered(case.grounds),
        roles=ordered(case.roles),
        output=ordered(case.output),
        uses=ordered(case.uses),
        seal=ordered(case.seal),
        floor=ordered(case.floor),
    )


def _text(name: str) -> str:
    if name == "-":
        text = sys.stdin.read(MAX_CASE + 1)
    else:
        with Path(name).open(encoding="utf-8-sig") as file:
            text = file.read(MAX_CASE + 1)
    if len(text) > MAX_CASE:
        raise ValueError(f"a case of more than {MAX_CASE} characters")
    return text


def _mapping(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError("a case is a mapping")
    return value


def read_words(option: str, text: str, known: Collection[str]) -> tuple[str, ...]:
    """The words of an option, parted by commas; raises UsageFault for one that is not `known`."""
    words = ordered(word.strip() for word in text.split(",") if word.strip())
    for word in words:
        if word not in known:
            raise UsageFault(f"{option}: {unknown('word', word, known)}")
    return words


def unknown(what: str, word: str, known: Collection[str]) -> str:
    """The message for a word that is not `known`, with the one that was meant or those that there are."""
    names = list(known)
    near = nearest(word, names)
    return f"no {what} {word!r}" + (f"; did you mean {near}?" if near else f"; there are {', '.join(names[:20])}")
