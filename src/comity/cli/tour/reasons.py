"""Why a visit went where it went: the same `decide()`, asked again, as `comity explain` asks it."""

from __future__ import annotations

import time

from comity.adapters.realms import build_realm
from comity.adapters.stack_files import read_stack_file
from comity.cli.tour.gateway import Gateway
from comity.cli.tour.visits import Visit
from comity.law.case import Addition, Case, ordered
from comity.law.realm import Realm
from comity.placement.cases import registered, widened
from comity.placement.conditions import configured
from comity.placement.explanation import Explanation, explain
from comity.placement.types import Wish


class Reasons:
    """The tour's realm, made from its stack file apart from the gateway."""

    def __init__(self, gateway: Gateway) -> None:
        """Builds the realm in force now."""
        self.now = time.time_ns() // 1_000_000
        self.realm: Realm = build_realm(read_stack_file(gateway.stack_file, None), self.now)
        self.conditions = configured(self.realm.stack)

    def of(self, visit: Visit) -> Explanation:
        """The decision on a visit, opened."""
        return explain(self.cases(visit), Wish("civic-tiny"), self.realm, self.conditions, self.now)

    def cases(self, visit: Visit) -> tuple[Case, ...]:
        """The cases that a visit makes."""
        added = [word for word in visit.headers.get("Comity-Subjects", "").split(",") if word]
        application = self.realm.stack.applications[visit.application]
        return widened(registered(application), Addition(subjects=ordered(added)))
