"""How the duties of a period stand: done, assisted, attested or owed, for the registered case of each application."""

from __future__ import annotations

from collections.abc import Iterator

from comity.evidence.findings import Findings
from comity.law.standing import Standing
from comity.placement.cases import registered


def duties(findings: Findings) -> Iterator[tuple[str, tuple[Standing, ...]]]:
    """Yields each application with how every duty stands that its requests of the period gave rise to.

    Under the latest realm that ruled it and that is kept.
    """
    for application in findings.applications():
        events = [event for event in findings.events if event.flow.application == application]
        realm = next((findings.realms[e.flow.realm] for e in reversed(events) if e.flow.realm in findings.realms), None)
        if realm is None or application not in realm.stack.applications:
            continue
        rules = {rule for event in events for rule in event.obligations if rule in realm.rules}
        yield application, realm.standings((registered(realm.stack.applications[application]),), rules)
