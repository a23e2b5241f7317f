"""An explanation as text that people read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter

from comity.law.candidates import EVIDENCE
from comity.law.coverage import UNCOVERED
from comity.law.pack import Pack
from comity.law.realm import Realm
from comity.law.standing import Standing
from comity.placement.explanation import Explained, Explanation
from comity.placement.types import MICRO, Placement
from comity.stack.jurisdictions import NAMES
from comity.terms.citations import Citation
from comity.terms.instants import FAR_FUTURE, shown
from comity.terms.refusal import Refusal

BASIS = {
    "statute": "statute",
    "guidance": "guidance",
    "contract": "a contract, not law",
    "prudential": "prudence, not law",
    "tenant": "your own rule",
}


def as_text(explanation: Explanation, realm: Realm) -> str:
    """The explanation in plain words."""
    return "\n".join(_lines(explanation, realm))


def _lines(explanation: Explanation, realm: Realm) -> Iterator[str]:
    decision = explanation.decision
    for number, case in enumerate(explanation.cases):
        document = case.document()
        words = "; ".join(f"{key} {_joined(value)}" for key, value in document.items() if key != "operation")
        yield f"{'case' if not number else '  and'}: {case.operation}; {words}"
    model = decision.model if isinstance(decision, Placement) else ""
    if isinstance(decision, Refusal):
        yield f"refused ({decision.status} {decision.type}): {decision.message}"
    elif decision.mode == "observe":
        yield f"model {model}: OBSERVED, not enforced"
    else:
        yield f"model {model}: placed"
    for each in explanation.deployments:
        yield ""
        yield from _deployment(each, realm)
    if explanation.assumptions:
        yield ""
        yield "assumed, because the stack file does not say:"
        yield from (f"    {sentence}" for sentence in _grouped(explanation.assumptions))
    until = "no date ahead changes it" if explanation.valid_until >= FAR_FUTURE else shown(explanation.valid_until)
    yield ""
    law = ", ".join(map(_pack, realm.packs.values())) or "none"
    yield from realm.stale()
    yield f"realm {explanation.realm}"
    yield f"valid from {shown(explanation.since)} until {until}; law: {law}"


def _pack(pack: Pack) -> str:
    return f"{pack.name} (DRAFT)" if pack.coverage.status == "draft" else pack.name


def _deployment(each: Explained, realm: Realm) -> Iterator[str]:
    if each.tier and each.candidate is not None:
        mark = f"{each.tier}. {each.deployment}"
        if each.candidate.forbidden:
            mark += "  FORBIDDEN, and not enforced in observe mode"
    else:
        mark = f"✗  {each.deployment}"
    where = " or ".join(each.places)
    above = ", ".join(place for place in each.control if place != each.seat)
    control = f", controlled from {above}" if above else ""
    yield f"{mark}  — processed in {where}, operated by {each.operator} ({each.seat}{control})"
    for rule in each.forbids:
        yield from _rule("forbidden by", rule, realm)
        if rule.id == UNCOVERED.id:
            yield from _uncovered(each.gaps)
        if rule.id == EVIDENCE.id:
            yield from (f"        {sentence}" for sentence in each.short)
    if each.candidate is not None:
        terms = ", ".join(f"{name} {value / MICRO:.3f}" for name, value in each.candidate.terms)
        yield f"    score {each.candidate.score / MICRO:.3f} ({terms})"
        for gap in each.candidate.gaps:
            yield f"    accepted gap: no law is loaded for {gap}"
    yield from (f"    {sentence}" for sentence in each.unsigned)
    if each.rests:
        yield f"    rests on: {', '.join(f'{kind} ({level})' for kind, level in each.rests)}"
    for rule in each.advises:
        weight = realm.rules[rule.id].exposure / 1000
        yield f"    exposed: {rule.says} [{rule.id}; {rule.law}, {rule.cite}; {weight:.2f}{_marks(rule, realm)}]"
    yield from _duties(each, realm)


def _duties(each: Explained, realm: Realm) -> Iterator[str]:
    """What is owed for the chosen one, in full; for those behind it by name. Nothing for what does not happen."""
    if each.tier == 1:
        for standing in each.standings:
            yield from _standing(standing, realm)
    elif each.tier and (owed := [standing.due.text for standing in each.standings if standing.status == "owed"]):
        yield f"    owed, were it chosen: {', '.join(owed)}"


def _standing(standing: Standing, realm: Realm) -> Iterator[str]:
    due = standing.due
    if standing.status == "assisted":
        yield f"    assisted: {due.text}; the rest is owed by {standing.by}"
    else:
        yield f"    {standing.status} by {standing.by}: {due.text}"
    if standing.evidence:
        yield f"        {standing.evidence}"
    for name in due.rules:
        rule = realm.citations[name]
        yield f"        {rule.says} [{rule.id}; {rule.law}, {rule.cite}{_marks(rule, realm)}]"
    for value, rules in due.milder:
        yield f"        meets {value or 'the same'} of {', '.join(rules)} too"


def _uncovered(gaps: Iterable[tuple[str, str]]) -> Iterator[str]:
    for place, pairs in groupby(gaps, key=itemgetter(0)):
        words = ", ".join(word for _, word in pairs)
        yield f"        nothing loaded covers {words} data in {place} ({NAMES[place]}); to accept that gap, write"
        yield f"        uncovered: [{{jurisdiction: {place}, data: [{words}], why: …, until: …}}]"


def _grouped(assumptions: Mapping[str, str]) -> Iterator[str]:
    """One sentence for all things of one section of which the same is assumed."""
    alike: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for item, sentence in assumptions.items():
        about = item.partition(" ")[2]
        section, _, name = about.rpartition(".") if about.count(".") == 1 else ("", "", about)
        alike.setdefault((section, sentence.replace(about, "{}", 1)), []).append((name, sentence))
    for (section, frame), each in alike.items():
        if len(each) == 1 or not frame.startswith("{}"):
            yield from dict.fromkeys(sentence for _, sentence in each)
        else:
            names = ", ".join(name for name, _ in each)
            yield frame.replace("{}", f"each of the {section} {names}" if section else f"each of {names}", 1)


def _rule(verb: str, rule: Citation, realm: Realm) -> Iterator[str]:
    yield f"    {verb} {rule.id}: {rule.says}"
    yield f"        {rule.law}, {rule.cite} (basis: {BASIS[rule.basis]}{_marks(rule, realm)})"
    if rule.remedy:
        yield f"        what would change it: {rule.remedy}"


def _marks(rule: Citation, realm: Realm) -> str:
    """What a reader must know of a rule before he relies on it."""
    marks = [] if rule.reviewed else ["UNREVIEWED"]
    held = realm.rules.get(rule.id)
    if held is not None:
        if held.source == "secondary":
            marks.append("read in a secondary source")
        if realm.packs[held.pack].coverage.status == "draft":
            marks.append("DRAFT pack")
    return "".join(f"; {mark}" for mark in marks)


def _joined(value: object) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)
