"""The duties of every application, and how each stands: what `comity duties` and `GET /admin/duties` show."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from comity.law.realm import Realm
from comity.law.retention import Retention, retention
from comity.law.standing import Standing
from comity.placement.cases import registered


class Duties(Struct, frozen=True):
    """What binds one application, as it is registered, wherever it may be placed. `deployments` are those places."""

    application: str
    deployments: tuple[str, ...]
    standings: tuple[Standing, ...]
    retention: Retention

    def document(self) -> dict[str, object]:
        """It for programs."""
        return {
            "application": self.application,
            "deployments": list(self.deployments),
            "duties": [each.document() for each in self.standings],
            "log": {
                "floor": [{"at_least": value, "rule": rule} for value, rule in self.retention.floor],
                "ceiling": [{"at_most": value, "rule": rule} for value, rule in self.retention.ceiling],
            },
        }


def duties(realm: Realm) -> Iterator[Duties]:
    """Yields what binds each application under `realm`; for one that may be placed nowhere nothing is owed."""
    for name, application in sorted(realm.stack.applications.items()):
        case = registered(application)
        permitted = {place: verdict for place, verdict in realm.rule(case).verdicts.items() if verdict.permit}
        rules = sorted({rule for verdict in permitted.values() for rule in verdict.obliges})
        kept = retention((rule, realm.rules[rule].obligation) for rule in rules)
        yield Duties(name, tuple(sorted(permitted)), realm.standings((case,), rules), kept)
