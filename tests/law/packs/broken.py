"""Packs broken on purpose: each way of breaking one, made of any pack's own text, rules and lists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from msgspec.structs import replace

from comity.adapters.packs import schema_text, vocabulary, zone
from comity.law.cases import PackCase
from comity.law.cedar import Schema, faults, parse_rules
from comity.law.epoch import Epoch
from comity.law.pack import Group, Member, Pack
from comity.law.polarity import switched_off_by
from comity.law.precedents import Precedents
from comity.law.rule import Rule, read_rule
from comity.law.trial import epoch_on, run
from comity.law.tried_case import places_of, scene
from comity.stack.jurisdictions import parents
from comity.terms.instants import Instant

DAY = timedelta(days=1)
SCHEMA = vocabulary().schema(schema_text())
COMPILED = Schema(SCHEMA)

SAFEGUARDS = r'Comity::(?:Kind|Ground|Certificate|Role)::"([^"]+)"'


def texts(pack: Pack) -> dict[str, str]:
    """The text of each rule by its id, without what stands before it."""
    parts = re.split(r'(?m)^(?=@id\(")', pack.files["rules.cedar"])[1:]
    return {part.partition('"')[2].partition('"')[0]: part for part in parts}


def complaints(pack: str, text: str) -> list[str]:
    """Everything that is found wrong with one rule when a pack is loaded."""
    try:
        (policy,) = parse_rules(text).values()
    except ValueError as error:
        return [f"does not parse: {error}"]
    rule, found = read_rule(pack, policy)
    if rule is None:
        return found
    against = switched_off_by(policy) if rule.kind == "prohibit" else ()
    return [*found, *faults([rule], SCHEMA), *(f"{rule.id}: {sentence}" for sentence in against)]


def in_text(text: str) -> Iterator[tuple[str, str, str]]:
    """Each way of breaking a rule that reading it must notice: what is done, the text, and what must be named."""
    yield "wrong attribute", re.sub(r"(principal|resource)\.(\w+)", r"\1.nonsuch", text, count=1), "nonsuch"
    foreign = re.sub(r'Comity::(?!Action)\w+::(?=")', "Comity::Nonsuch::", text, count=1)
    if foreign != text:
        yield "wrong entity", foreign, "Nonsuch"
    yield "missing citation", re.sub(r'@cite\("[^"]*"\)', "", text), "@cite is missing"
    for word in sorted(set(re.findall(SAFEGUARDS, text))):
        yield f"misspelled {word}", text.replace(f'"{word}"', f'"{word}x"'), f"{word}x"
    if '@kind("prohibit")' in text:
        condition = 'when { !(principal.data in Comity::DataClass::"pseudonymous") }\nwhen {'
        yield "a header could switch it off", text.replace("when {", condition, 1), "a header that adds to it"


def unnoticed_dates(pack: Pack, cases: Sequence[PackCase]) -> Iterator[str]:
    """Each date of a rule that could be a day off without any case noticing: later where it begins, earlier where it
    ends. (A day the other way often changes nothing, because the lists that the rule asks begin on the same day.)
    """
    read = Precedents()
    for number, rule in enumerate(pack.rules):
        for what, day, moved in _swapped(rule):
            rules = (*pack.rules[:number], moved, *pack.rules[number + 1 :])
            if not _differs(replace(pack, rules=rules), [case for case in cases if case.on == day], read, rule.id):
                yield f"{rule.id}: {what}"


def _swapped(rule: Rule) -> Iterator[tuple[str, date, Rule]]:
    yield f"from {rule.since}, a day later", rule.since, replace(rule, since=rule.since + DAY)
    if rule.until:
        yield f"until {rule.until}, a day earlier", rule.until, replace(rule, until=rule.until - DAY)


def unnoticed_entries(pack: Pack, cases: Sequence[PackCase]) -> Iterator[str]:
    """Each entry of a list that could be left out without any case noticing."""
    read = Precedents()
    for name, group in pack.groups.items():
        for number, entry in enumerate(group.members):
            rest = Group(group.says, (*group.members[:number], *group.members[number + 1 :]))
            reach = [case for case in cases if _reaches(case, entry)]
            if not _differs(replace(pack, groups={**pack.groups, name: rest}), reach, read):
                yield f"{name}: {entry.member} from {entry.since}"


def _reaches(case: PackCase, entry: Member) -> bool:
    on = entry.since <= case.on and (entry.until is None or case.on <= entry.until)
    return on and any(entry.member in {place, *parents(place)} for place in places_of(case))


def _differs(pack: Pack, cases: Sequence[PackCase], read: Precedents, rule: str = "") -> bool:
    """Whether one of the cases no longer holds, and says so with the rule's name."""
    epochs: dict[Instant, Epoch] = {}
    words = vocabulary()
    for case in cases:
        found = run(scene(case, epoch_on(case, (pack,), COMPILED, zone, epochs, read), words), words).differences
        if any(rule in sentence for sentence in found):
            return True
    return False
