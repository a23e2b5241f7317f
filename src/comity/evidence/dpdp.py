"""The log extract of India's Digital Personal Data Protection Act: what was processed, by whom, since when."""

from __future__ import annotations

from comity.evidence.findings import Findings, day, from_log, from_realm, named, profiles, unknown_realm
from comity.evidence.paper import BLANK, Cell, Paper, Table, columns
from comity.law.obligations import strictest
from comity.stack import facts

YEAR = "P1Y"


def log_extract(findings: Findings) -> Paper:
    """A row for each flow of personal data of people in India, or of a fiduciary there; and what the log keeps."""
    rows = []
    kept: dict[str, set[str]] = {}
    for flow, total, realm in findings.flows():
        if realm is None:
            if "IN" in flow.subjects:
                rows.append((from_log(flow.application), *[unknown_realm(flow)] * 7, from_log(total.requests)))
            continue
        seat = facts.seat(realm.stack, flow.controller)
        if "personal" not in realm.vocabulary.close(flow.data) or not ("IN" in flow.subjects or seat == "IN"):
            continue
        stated = realm.stack.applications.get(flow.application)
        grounds = [g for g in (stated.grounds if stated else ()) if g.startswith("in.")]
        deployment = realm.stack.deployments.get(flow.deployment)
        operator = realm.stack.sites[deployment.site].operator if deployment else ""
        places = sorted({profile.site for profile in profiles(realm, flow)})
        rows.append(
            (
                from_log(flow.application),
                from_realm(flow.controller, flow, f"parties.{flow.controller}"),
                from_log(flow.purpose),
                from_realm(", ".join(grounds), flow, f"applications.{flow.application}.grounds"),
                from_log(", ".join(flow.data)),
                from_realm(operator or "none", flow, "sites.*.operator"),
                from_realm(", ".join(map(named, places)) or "none", flow, "sites.*.jurisdiction"),
                from_log(f"{day(total.first)} to {day(total.last)}"),
                from_log(total.requests),
            )
        )
    for event in findings.events:
        if event.flow.realm in findings.realms:
            kept.setdefault(event.flow.realm, set()).update(event.obligations)
    return Paper(
        name="dpdp-log",
        title="Log extract under the Digital Personal Data Protection Act",
        law="Digital Personal Data Protection Act, 2023 (No. 22 of 2023), and Rules, 2025",
        url="https://www.meity.gov.in/documents/act-and-policies",
        tables=(
            Table(
                "processing",
                "Processing of personal data",
                "s. 6, 7, 8(2); Rules r. 6(1)(c), 6(1)(e), 8(3)",
                columns(
                    "Application",
                    "Data fiduciary",
                    "Purpose",
                    "Ground stated",
                    "Data",
                    "Data processor",
                    "Places",
                    "Period",
                    "Requests",
                ),
                tuple(rows),
            ),
            Table(
                "retention",
                "Logs kept",
                "Rules r. 6(1)(e), 8(3)",
                columns("Oldest entry", "Demanded", "By", "Realm"),
                tuple(_retention(findings, digest, obliging) for digest, obliging in sorted(kept.items())),
            ),
        ),
        limits=("Rules 6 and 8 apply from May 2027; the extract shows what is kept before that too.",),
    )


def _retention(findings: Findings, digest: str, obliging: set[str]) -> tuple[Cell, ...]:
    rules = findings.realms[digest].rules
    pairs = [(rule, rules[rule].obligation) for rule in obliging if rule in rules and rule.startswith("in.")]
    due = next((each for each in strictest(pairs) if each.key == "log.retain_min"), None)
    source = f"realm {digest[:12]}: obligations in force"
    return (
        from_log(day(findings.kept_since) or BLANK, "oldest entry"),
        Cell(due.value if due else "nothing yet", source),
        Cell(", ".join(due.rules) if due else "none", source),
        Cell(digest[:12], "log"),
    )
