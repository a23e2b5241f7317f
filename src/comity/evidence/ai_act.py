"""The log pack of the AI Act: what was recorded of each use, how long it is kept, and who oversees it."""

from __future__ import annotations

from comity.evidence.duties import duties
from comity.evidence.findings import Findings, day, from_log, from_realm, from_register
from comity.evidence.paper import BLANK, Cell, Paper, Table, columns
from comity.law.obligations import strictest

EVENTS_SHOWN = 500
"""Rows of single uses in the paper; `events.csv` of the bundle has them all."""


def ai_act(findings: Findings) -> Paper:
    """The systems in use, their duties with what meets them, and the uses that were recorded."""
    applications = [name for name in findings.applications() if _roles(findings, name)]
    uses = [event for event in findings.events if event.flow.application in applications]
    return Paper(
        name="ai-act-logs",
        title="Logs of AI systems",
        law="Regulation (EU) 2024/1689 (AI Act), as amended by Regulation (EU) 2026/1744",
        url="https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
        tables=(
            Table(
                "systems",
                "Systems, roles and oversight",
                "Art. 12, 19, 26(1)-(2), 26(6), 27",
                columns(
                    "Application",
                    "AI system",
                    "Roles",
                    "Risk",
                    "Human oversight by",
                    "Instructions for use",
                    "Fundamental-rights impact assessment",
                    "Uses in the period",
                    "Logs kept since",
                    "Logs to be kept for at least",
                    "Demanded by",
                ),
                tuple(_system(findings, name) for name in applications),
            ),
            Table(
                "duties",
                "Duties, and how each stands",
                "",
                columns("Application", "Duty", "Status", "By", "Evidence", "Rules"),
                tuple(
                    (
                        from_log(application),
                        Cell(each.due.text, "realm: obligations in force"),
                        Cell(each.status, "realm: obligations and attestations in force"),
                        Cell(each.by, "realm: obligations and attestations in force"),
                        Cell(each.evidence or "none", "docs/reference/obligations.md"),
                        Cell(", ".join(each.due.rules), "realm: obligations in force"),
                    )
                    for application, standings in duties(findings)
                    if application in applications
                    for each in standings
                ),
                note="done: by the gateway; assisted: in part; attested: by a counsel's key; owed: by whom it names.",
            ),
            Table(
                "uses",
                "Recorded uses",
                "Art. 12(1), 19(1), 26(6)",
                columns("Receipt", "Begun", "Ended", "Application", "Deployment", "Realm of rules", "Outcome"),
                tuple(
                    (
                        from_log(event.receipt, event.receipt),
                        from_log(event.received, "ms since 1970-01-01 UTC"),
                        from_log(event.finished or BLANK, "ms since 1970-01-01 UTC"),
                        from_log(event.flow.application, event.receipt),
                        from_log(event.flow.deployment or "none", event.receipt),
                        from_log(event.flow.realm[:12], event.receipt),
                        from_log(event.finish, event.receipt),
                    )
                    for event in uses[:EVENTS_SHOWN]
                ),
                note=f"The first {EVENTS_SHOWN} uses; events.csv has all.",
            ),
        ),
        limits=(
            "Art. 12 asks that a high-risk system can record events over its lifetime; it does not ask that logs be "
            "proof against tampering. That these are is more than it asks.",
            "Retention is a matter of Art. 19(1) for providers and Art. 26(6) for deployers: at least six months.",
            "Whether a system is high-risk is what its owner states; the log does not judge it.",
        ),
    )


def _roles(findings: Findings, application: str) -> tuple[str, ...]:
    roles = {role for event in findings.events if event.flow.application == application for role in event.flow.roles}
    return tuple(sorted(role for role in roles if role.startswith("eu.aia.")))


def _system(findings: Findings, name: str) -> tuple[Cell, ...]:
    uses = [event for event in findings.events if event.flow.application == name]
    flow = uses[-1].flow
    realm = findings.realms.get(flow.realm)
    stated = realm.stack.applications.get(name) if realm else None
    processing = findings.register.processing(name)
    duties = (
        [(rule, realm.rules[rule].obligation) for rule in uses[-1].obligations if rule in realm.rules] if realm else []
    )
    kept = next((due for due in strictest(duties) if due.key == "log.retain_min"), None)
    place = f"applications.{name}"
    return (
        from_log(name),
        from_register(processing.system, f"{place}.system"),
        from_log(", ".join(_roles(findings, name))),
        from_realm((stated.risk if stated else None) or "unstated", flow, f"{place}.risk"),
        from_register(processing.overseer, f"{place}.overseer"),
        from_register(processing.instructions, f"{place}.instructions"),
        from_register(processing.fria, f"{place}.fria"),
        from_log(len(uses), f"{findings.first} to {findings.last}"),
        from_log(day(findings.kept_since), "oldest entry"),
        from_realm(kept.value if kept else "no rule in force asks", flow, "obligations in force"),
        from_realm(", ".join(kept.rules) if kept else "none", flow, "obligations in force"),
    )
