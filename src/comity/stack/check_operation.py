"""Settings of operation that contradict each other, or that would do nothing."""

from __future__ import annotations

from functools import partial

from comity.stack.draft import Draft
from comity.stack.spelling import near_to, shown


def check_operation(draft: Draft) -> None:
    """Note aliases that lead nowhere, budgets without a bound, and credentials that exclude or need each other."""
    _aliases(draft)
    _budgets(draft)
    _credentials(draft)
    _issuers(draft)


def _aliases(draft: Draft) -> None:
    known = draft.names("models") | draft.names("deployments")
    for name in sorted(draft.names("aliases") & known):
        draft.object_at(("aliases", name), "a model or a deployment has this name", "a name of its own")
    for found in draft.find("aliases.*.*"):
        if found.value not in known:
            hint = partial(near_to, found.value, known)
            draft.object_to(found, f"{shown(found.value)} is neither a model nor a deployment", "", hint)


def _budgets(draft: Draft) -> None:
    for section in ("applications", "organisations"):
        for name in sorted(draft.names(section)):
            budgets = draft.at(section, name, "budgets")
            for at, budget in enumerate(budgets if isinstance(budgets, list) else ()):
                if isinstance(budget, dict) and "per" in budget and not budget.keys() & {"money", "tokens"}:
                    draft.object_at((section, name, "budgets", at), "a budget of nothing", "money, tokens or both")


def _credentials(draft: Draft) -> None:
    for name in sorted(draft.names("deployments")):
        deployment = draft.at("deployments", name)
        if not isinstance(deployment, dict):
            continue
        if "key" in deployment and "oauth" in deployment:
            draft.object_at(("deployments", name, "oauth"), "a key and oauth", "one of the two")
        for one, other in (("client_cert", "client_key"), ("client_key", "client_cert")):
            if one in deployment and other not in deployment:
                draft.object_at(("deployments", name, one), f"{one} without {other}", "both, for mutual TLS")


def _issuers(draft: Draft) -> None:
    for name in sorted(draft.names("issuers")):
        issuer = draft.at("issuers", name)
        if isinstance(issuer, dict) and not issuer.keys() & {"applications", "roles"}:
            hint = "name the claim's values under applications or roles"
            draft.object_at(("issuers", name), "an issuer whose tokens speak for nobody", "", hint)
