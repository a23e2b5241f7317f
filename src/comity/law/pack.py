"""A law pack: a folder of rules, dated lists, coverage and cases, read whole or refused whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct, field, structs

from comity.law.cases import PackCase, expanded
from comity.law.coverage import Coverage
from comity.law.plain_yaml import load
from comity.law.polarity import switched_off_by
from comity.law.rule import Rule, read_rule
from comity.terms.problems import Problem

FILES = ("rules.cedar", "lists.yaml", "coverage.yaml", "cases.yaml", "SOURCES.md")
RESERVED = "comity"  # rules of the house are named comity/…, so no pack may be
_NAME = re.compile(r"[a-z][a-z0-9.-]*")
MAX_FILE_BYTES = 1 << 20  # a pack is read by people; the largest shipped file is a tenth of this

Parse = Callable[[str], Mapping[str, Mapping[str, Any]]]
"""Cedar text to policies in JSON form by their place in the file; raises ValueError."""

T = TypeVar("T")


class Member(Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """A jurisdiction on a dated list, with the instrument that put it there; `until` is its last day."""

    member: str
    since: date
    instrument: str
    url: str
    source: Literal["primary", "secondary"]
    until: date | None = None
    cite: str = ""
    note: str = ""


class Group(Struct, frozen=True, forbid_unknown_fields=True):
    """A dated list: adequacy, negative lists, unions of states. Law as data, so a date moves it."""

    says: str
    members: tuple[Member, ...] = ()

    def on(self, in_force: Callable[[date, date | None], bool]) -> tuple[str, ...]:
        """The members for which `in_force(from, until)` holds, sorted."""
        return tuple(sorted({entry.member for entry in self.members if in_force(entry.since, entry.until)}))


class Lists(Struct, frozen=True, forbid_unknown_fields=True):
    """`lists.yaml`."""

    groups: dict[str, Group] = field(default_factory=dict)


class Pack(Struct, frozen=True):
    """A pack that was read whole. `files` are its texts, from which it can be read again."""

    name: str
    coverage: Coverage
    rules: tuple[Rule, ...]
    groups: Mapping[str, Group]
    files: Mapping[str, str]

    @property
    def cases(self) -> tuple[PackCase, ...]:
        """Its cases, read anew at each call: they are the longest file, and a realm has no need of them.

        Raises:
            ValueError: they cannot be read; a trial says so.
        """
        return expanded(msgspec.convert(load(self.files["cases.yaml"]), type=tuple[PackCase, ...]))


def read_pack(name: str, files: Mapping[str, bytes], parse: Parse) -> tuple[Pack | None, tuple[Problem, ...]]:
    """A pack from the bytes of its files, or every problem of it."""
    problems: list[Problem] = []

    def fault(file: str, found: str, hint: str = "") -> None:
        problems.append(Problem(f"{name}/{file}", 0, 0, "", found, "", hint))

    if name == RESERVED or not _NAME.fullmatch(name):
        fault("", f"{name!r} is no name for a pack", "expected <jurisdiction>.<law>: a-z, 0-9, - and .")
    texts: dict[str, str] = {}
    for file in FILES:
        if file not in files:
            fault(file, "is missing", f"a pack has {', '.join(FILES)}")
        elif len(files[file]) > MAX_FILE_BYTES:
            fault(file, f"is larger than {MAX_FILE_BYTES} bytes")
        else:
            try:
                texts[file] = files[file].decode()
            except UnicodeDecodeError:
                fault(file, "is not UTF-8")

    def decoded(file: str, type_: type[T]) -> T | None:
        if file not in texts:
            return None
        try:
            return msgspec.convert(load(texts[file]), type=type_)
        except ValueError as error:
            fault(file, str(error))
            return None

    coverage = decoded("coverage.yaml", Coverage)
    lists = decoded("lists.yaml", Lists)
    if coverage and coverage.pack != name:
        fault("coverage.yaml", f"speaks of {coverage.pack}", f"the folder is {name}")
    rules = _rules(name, texts["rules.cedar"], parse, fault) if "rules.cedar" in texts else ()
    if problems or coverage is None or lists is None:
        return None, tuple(problems)
    if coverage.status == "draft":
        rules = tuple(structs.replace(rule, citation=replace(rule.citation, draft=True)) for rule in rules)
    return Pack(name, coverage, rules, lists.groups, texts), ()


def _rules(name: str, text: str, parse: Parse, fault: Callable[[str, str], None]) -> tuple[Rule, ...]:
    try:
        policies = parse(text)
    except ValueError as error:
        fault("rules.cedar", f"does not parse: {error}")
        return ()
    rules: dict[str, Rule] = {}
    for policy in policies.values():
        rule, faults = read_rule(name, policy)
        for sentence in faults:
            fault("rules.cedar", sentence)
        if rule is None:
            continue
        if rule.id in rules:
            fault("rules.cedar", f"{rule.id} stands twice")
        rules[rule.id] = rule
        if rule.kind == "prohibit" or rule.condition:
            for sentence in switched_off_by(policy):
                fault("rules.cedar", f"{rule.id}: {sentence}")
    return tuple(rules.values())
