"""The findings as OSCAL assessment results, for tools that read NIST's format (https://pages.nist.gov/OSCAL).

A rule is an objective. It is `satisfied` only for what can be shown: no request of the period was placed against it, or
the duty is done by the gateway or attested by a counsel's key. A duty that is owed, or assisted only, is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias
from uuid import UUID, uuid5

from comity.evidence.duties import duties
from comity.evidence.findings import Findings
from comity.evidence.paper import Blank, Paper
from comity.law.rule import Rule
from comity.terms.instants import end_of, start_of

OSCAL_VERSION = "1.2.1"
NAMESPACE = UUID("6f1b2a56-6a3f-5d0e-9c0b-0f4f6b9a7c11")
"""Of every uuid here: the same findings give the same document."""

NS = "https://comity.example/ns/oscal"
Name: TypeAlias = Callable[[str], str]
_NO_TOKEN = re.compile(r"[^A-Za-z0-9.\-_]")


def assessment_results(
    papers: Sequence[Paper], gaps: Sequence[Blank], findings: Findings, made: int, digests: Mapping[str, str]
) -> dict[str, object]:
    """The document. `made` is the instant of its making, `digests` the SHA-256 of the bundle's other files."""
    seed = f"{findings.origin} {findings.first} {findings.last} {findings.application}"

    def name(what: str) -> str:
        return str(uuid5(NAMESPACE, f"{seed} {what}"))

    observation = {
        "uuid": name("log"),
        "title": "The log of the gateway",
        "description": f"{len(findings.events)} requests of {findings.first} to {findings.last}, as entered.",
        "methods": ["EXAMINE"],
        "collected": _time(made),
        "relevant-evidence": [
            {"href": f"#{name('resource ' + file)}", "description": f"{file} of this bundle"}
            for file in sorted(digests)
        ],
    }
    found = list(_findings(findings, name))
    result: dict[str, object] = {
        "uuid": name("result"),
        "title": f"Requests of {findings.first} to {findings.last}",
        "description": "What the log shows of every rule that was in force when a request of the period was ruled on.",
        "start": _time(start_of(findings.first)),
        "end": _time(end_of(findings.last)),
        "reviewed-controls": {"control-selections": [{"include-all": {}}]},
        "observations": [observation],
    }
    if found:
        result["findings"] = found
    if gaps:
        result["remarks"] = f"{len(gaps)} cells of the papers are blank: they are listed in evidence.json."
    return {
        "assessment-results": {
            "uuid": name("document"),
            "metadata": {
                "title": f"Evidence of {findings.origin}",
                "last-modified": _time(made),
                "version": f"{findings.first}/{findings.last}",
                "oscal-version": OSCAL_VERSION,
                "remarks": "Made from the log of the gateway. A ruling says that no rule in force there forbade it,"
                " never that it was lawful. Not legal advice.",
            },
            "import-ap": {"href": f"#{name('plan')}"},
            "results": [result],
            "back-matter": {
                "resources": [
                    {
                        "uuid": name("plan"),
                        "title": "What is examined",
                        "description": "; ".join(f"{paper.title} ({paper.law})" for paper in papers) or "the log",
                    },
                    *(
                        {
                            "uuid": name(f"resource {file}"),
                            "title": file,
                            "rlinks": [{"href": file, "hashes": [{"algorithm": "SHA-256", "value": digest}]}],
                        }
                        for file, digest in sorted(digests.items())
                    ),
                ]
            },
        }
    }


def _findings(findings: Findings, name: Name) -> Iterator[dict[str, object]]:
    against: dict[str, int] = {}
    refused: dict[str, int] = {}
    obliged: dict[str, int] = {}
    for event in findings.events:
        counted = refused if event.finish == "denied" else against
        for each in event.rules:
            counted[each] = counted.get(each, 0) + 1
        for each in event.obligations:
            obliged[each] = obliged.get(each, 0) + 1
    standings = [each for _, stand in duties(findings) for each in stand]
    rules: dict[str, Rule] = {}
    for realm in findings.realms.values():
        rules.update(realm.rules)
    for rule_id, rule in sorted(rules.items()):
        if rule.kind == "prohibit":
            placed = against.get(rule_id, 0)
            says = (
                f"{placed} requests were placed against it, in observe mode."
                if placed
                else "No request was placed against it."
            )
            yield _finding(name, rule, not placed, f"{says} {refused.get(rule_id, 0)} requests were refused under it.")
        elif rule.kind == "oblige" and rule_id in obliged:
            stand = [each for each in standings if rule_id in each.due.rules]
            met = bool(stand) and all(each.status in ("done", "attested") for each in stand)
            how = "; ".join(sorted({f"{each.due.text}: {each.status}, {each.by}" for each in stand})) or "owed"
            yield _finding(name, rule, met, f"For {obliged[rule_id]} requests. {how}.")


def _finding(name: Name, rule: Rule, satisfied: bool, says: str) -> dict[str, object]:
    citation = rule.citation
    return {
        "uuid": name(f"finding {rule.id}"),
        "title": f"{citation.law}, {citation.cite}",
        "description": f"{citation.says} {says}",
        "props": [
            {"name": "rule", "ns": NS, "value": rule.id},
            {"name": "basis", "ns": NS, "value": citation.basis},
            {"name": "review", "ns": NS, "value": rule.review},
        ],
        "links": [{"href": citation.url, "rel": "reference"}],
        "target": {
            "type": "objective-id",
            "target-id": "_" + _NO_TOKEN.sub("_", rule.id),
            "status": {"state": "satisfied" if satisfied else "not-satisfied"},
        },
        "related-observations": [{"observation-uuid": name("log")}],
    }


def _time(instant: int) -> str:
    return datetime.fromtimestamp(instant / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
