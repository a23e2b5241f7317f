"""An answer as a document that programs read: `comity explain --json` and `POST /admin/explain`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from comity.law.obligations import Due
from comity.law.realm import Realm
from comity.placement.asked import Answer
from comity.placement.explanation import Explained, Explanation
from comity.placement.remedy.search import WhyNot
from comity.placement.types import MICRO, Placement
from comity.terms.citations import Citation
from comity.terms.instants import shown
from comity.terms.refusal import Refusal

NOT_ADVICE = "A ruling says that no rule in force here forbids it, never that it is lawful. Not legal advice."


def answer_document(answer: Answer, realm: Realm) -> dict[str, object] | list[dict[str, object]]:
    """The explanation, or a list of them where several models were asked for; `why_not` stands in the first."""
    documents = [explanation_document(each, realm) for each in answer.explanations]
    if answer.why_not is not None:
        documents[0]["why_not"] = why_not_document(answer.why_not, realm)
    return documents[0] if len(documents) == 1 else documents


def explanation_document(explanation: Explanation, realm: Realm) -> dict[str, object]:
    """One explanation; scores are decimal strings in the objective's units."""
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
        "since": shown(explanation.since),
        "valid_until": shown(explanation.valid_until),
        "placed": placed,
        "deployments": [_deployment(each, realm) for each in explanation.deployments],
        "assumptions": [{"id": key, "text": text} for key, text in explanation.assumptions.items()],
        **({"stale": list(stale)} if (stale := realm.stale()) else {}),
        "note": NOT_ADVICE,
    }


def _deployment(each: Explained, realm: Realm) -> dict[str, object]:
    document: dict[str, object] = {
        "deployment": each.deployment,
        "verdict": "forbid" if each.forbids else "permit",
        "tier": each.tier,
        "places": list(each.places),
        "operator": each.operator,
        "seat": each.seat,
        "control": list(each.control),
        "rules": [_rule(rule, realm) for rule in each.forbids],
        "advisories": [
            {**_rule(rule, realm), "exposure": f"{realm.rules[rule.id].exposure / 1000:.2f}"} for rule in each.advises
        ],
        "obligations": [{**_rule(rule, realm), "obligation": obligation} for rule, obligation in each.obliges],
        "duties": [
            {
                **due_document(one.due),
                "status": one.status,
                "by": one.by,
                **({"shown": one.evidence} if one.evidence else {}),
            }
            for one in each.standings
        ],
        "rests_on": dict(each.rests),
    }
    if each.gaps:
        document["uncovered"] = [{"jurisdiction": place, "data": word} for place, word in each.gaps]
    if each.unsigned:
        document["unsigned"] = list(each.unsigned)
    if each.short:
        document["evidence"] = list(each.short)
    if each.candidate is not None:
        if each.candidate.gaps:
            document["accepted"] = list(each.candidate.gaps)
        document["score"] = f"{each.candidate.score / MICRO:.6f}"
        document["terms"] = {name: f"{value / MICRO:.6f}" for name, value in each.candidate.terms}
    return document


def _rule(rule: Citation, realm: Realm) -> dict[str, object]:
    held = realm.rules.get(rule.id)
    if held is None:
        return rule.document()
    draft = realm.packs[held.pack].coverage.status == "draft"
    return {**rule.document(), "source": held.source, **({"draft": True} if draft else {})}


def due_document(due: Due) -> dict[str, object]:
    """One duty at its strictest, who demands it, and the milder values of others."""
    milder = [{"value": value, "rules": list(rules)} for value, rules in due.milder]
    return {"key": due.key, "value": due.value, "rules": list(due.rules), **({"milder": milder} if milder else {})}


def why_not_document(found: WhyNot, realm: Realm) -> dict[str, object]:
    """The smallest changes that would admit a deployment."""
    return {
        "forbids": list(found.forbids),
        "ways": [{"changes": list(way.says), "lines": plain(way.lines)} for way in found.ways],
        "stuck": [realm.citations[rule].document() for rule in found.stuck],
        "tried": found.tried,
        "complete": found.complete,
    }


def plain(value: Any) -> Any:
    """`value` with its dates as text."""
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
