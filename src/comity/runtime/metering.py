"""Which meters a stack and its keys set up."""

from __future__ import annotations

from collections.abc import Iterable

from comity.adapters.keys import Key
from comity.relay.limits.meter import Meter, meters
from comity.stack.types import Stack


def of_applications(stack: Stack) -> dict[str, tuple[Meter, ...]]:
    """The meters that each application's requests count against: its own and its organisation's."""
    found = {}
    for name, application in stack.applications.items():
        each = meters("application", name, application.limits, application.budgets)
        if application.organisation is not None:
            organisation = stack.organisations[application.organisation]
            each += meters("organisation", application.organisation, organisation.limits, organisation.budgets)
        if each:
            found[name] = each
    return found


def of_keys(keys: Iterable[Key], stack: Stack) -> dict[str, tuple[Meter, ...]]:
    """The meters that the requests of each key with limits of its own count against: those, and its application's."""
    applications = of_applications(stack)
    return {
        key.id: meters("key", key.id, key.limits, key.budgets) + applications.get(key.application or "", ())
        for key in keys
        if (key.limits or key.budgets) and key.revoked is None
    }


def by_id(keys: Iterable[Key], stack: Stack) -> dict[str, Meter]:
    """Every meter that there is."""
    groups = (*of_applications(stack).values(), *of_keys(keys, stack).values())
    return {meter.id: meter for group in groups for meter in group}
