"""An explanation as text that people read, and as a document that programs read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter

from comity.law.candidates import EVIDENCE
from comity.law.coverage import UNCOVERED
from comity.law.realm import Realm
from comity.placement.explanation import Explained, Explanation
from comity.placement.types import MICRO, Placement
from comity.stack.jurisdictions import NAMES
from comity.terms.citations import Citation
from comity.terms.instants import FAR_FUTURE, shown
from comity.terms.refusal import Refusal

BASIS = {"statute": "statute", "guidance": "guidance", "prudential": "prudence, not law", "tenant": "your own rule"}


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
    yield f"realm {explanation.realm[:16]}…, valid until {until}; law: {', '.join(realm.packs) or 'none'}"


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
        yield from _rule("forbidden by", rule)
        if rule.id == UNCOVERED.id:
            yield from _uncovered(each.gaps)
        if rule.id == EVIDENCE.id:
            yield from (f"        {sentence}" for sentence in each.short)
    if each.candidate is not None:
        terms = ", ".join(f"{name} {value / MICRO:.3f}" for name, value in each.candidate.terms)
        yield f"    score {each.candidate.score / MICRO:.3f} ({terms})"
        for gap in each.candidate.gaps:
            yield f"    accepted gap: no law is loaded for {gap}"
    for rule in each.advises:
        weight = realm.rules[rule.id].exposure / 1000
        yield f"    exposed: {rule.says} [{rule.id}; {rule.law}, {rule.cite}; {weight:.2f}{_unreviewed(rule)}]"
    for rule, obligation in each.obliges if each.tier else ():  # nothing is owed for what does not happen
        yield f"    owed: {obligation} — {rule.says} [{rule.id}; {rule.law}, {rule.cite}{_unreviewed(rule)}]"


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


def _rule(verb: str, rule: Citation) -> Iterator[str]:
    yield f"    {verb} {rule.id}: {rule.says}"
    yield f"        {rule.law}, {rule.cite} (basis: {BASIS[rule.basis]}{_unreviewed(rule)})"
    if rule.remedy:
        yield f"        what would change it: {rule.remedy}"


def _unreviewed(rule: Citation) -> str:
    return "" if rule.reviewed else "; UNREVIEWED"


def _joined(value: object) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


def as_document(explanation: Explanation, realm: Realm) -> dict[str, object]:
    """The explanation as a JSON-able document; scores are decimal strings in the objective's units."""
    decision = explanation.decision
    placed = isinstance(decision, Placement)
    return {
        "case": explanation.cases[-1].document(),
        "cases": [case.document() for case in explanation.cases],
        "decision": decision.mode if isinstance(decision, Placement) else "refuse",
        **({"model": decision.model, "placement": decision.digest} if isinstance(decision, Placement) else {}),
        **({"status": decision.status, "type": decision.type} if isinstance(decision, Refusal) else {}),
        **({"message": decision.message} if isinstance(decision, Refusal) else {}),
        "ruling": decision.ruling,
        "realm": explanation.realm,
        "valid_until": shown(explanation.valid_until),
        "placed": placed,
        "deployments": [_deployment_document(each, realm) for each in explanation.deployments],
        "assumptions": [{"id": key, "text": text} for key, text in explanation.assumptions.items()],
    }


def _deployment_document(each: Explained, realm: Realm) -> dict[str, object]:
    document: dict[str, object] = {
        "deployment": each.deployment,
        "verdict": "forbid" if each.forbids else "permit",
        "tier": each.tier,
        "places": list(each.places),
        "operator": each.operator,
        "seat": each.seat,
        "control": list(each.control),
        "rules": [rule.document() for rule in each.forbids],
        "advisories": [
            {**rule.document(), "exposure": f"{realm.rules[rule.id].exposure / 1000:.2f}"} for rule in each.advises
        ],
        "obligations": [{**rule.document(), "obligation": obligation} for rule, obligation in each.obliges],
    }
    if each.gaps:
        document["uncovered"] = [{"jurisdiction": place, "data": word} for place, word in each.gaps]
    if each.short:
        document["evidence"] = list(each.short)
    if each.candidate is not None:
        if each.candidate.gaps:
            document["accepted"] = list(each.candidate.gaps)
        document["score"] = f"{each.candidate.score / MICRO:.6f}"
        document["terms"] = {name: f"{value / MICRO:.6f}" for name, value in each.candidate.terms}
    return document
