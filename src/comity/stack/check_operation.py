"""Settings of operation that contradict each other, or that would do nothing."""

from __future__ import annotations

from functools import partial

from comity.stack.draft import Draft
from comity.stack.operation import seconds_of
from comity.stack.spelling import near_to, shown

LONGEST_WITNESS_WAIT_S = 60
"""That a request may wait for its log's witnesses: what waits holds its body, and its client's patience."""


def check_operation(draft: Draft) -> None:
    """Note aliases that lead nowhere, budgets without a bound, credentials that exclude or need each other, and what
    is to be kept or audited without what that needs."""
    _aliases(draft)
    _budgets(draft)
    _credentials(draft)
    _issuers(draft)
    _witnesses(draft)
    _kept(draft)


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


def _kept(draft: Draft) -> None:
    for name in sorted(draft.names("applications")):
        application = draft.at("applications", name)
        if isinstance(application, dict) and "vault" in application and draft.at("gateway") is None:
            hint = "name the gateway's site: what is kept lies there, and that place is ruled on"
            draft.object_at(("applications", name, "vault"), "content kept at a place that nobody stated", "", hint)
    for found in draft.find("applications.*.vault.keep"):
        data = draft.at("applications", found.path[1], "data")
        if data:
            draft.object_to(
                found,
                f"content of {', '.join(map(str, data))} is kept, and no pack covers the operation `store`",
                hint="it is ruled as part of the request, at the gateway's site; see docs/guides/audit-content.md",
                severity="warning",
            )
    for name in sorted(draft.names("deployments")):
        deployment = draft.at("deployments", name)
        exact = deployment.get("exact") if isinstance(deployment, dict) else None
        if not isinstance(exact, dict):
            continue
        embedded = str(deployment.get("url", "")).startswith("embedded:")
        for key in ("weights", "engine", "cpu"):
            if embedded and key in exact and key != "weights":
                place = ("deployments", name, "exact", key)
                draft.object_at(place, f"{key} of an embedded model", "", "it is measured: leave it out")
            elif not embedded and key not in exact and key != "cpu":
                hint = "of a model that is not embedded nobody else knows it"
                draft.object_at(("deployments", name, "exact"), f"exact without {key}", key, hint)


def _witnesses(draft: Draft) -> None:
    known = draft.names("applications")
    for found in draft.find("witnesses.require.applications.*"):
        if found.value not in known:
            hint = partial(near_to, found.value, known)
            draft.object_to(found, f"there is no application {shown(found.value)}", "", hint)
    within, every = draft.at("witnesses", "require", "within"), draft.at("witnesses", "every") or "PT1S"
    if isinstance(within, str) and isinstance(every, str) and seconds_of(every) * 2 > seconds_of(within):
        draft.object_at(("witnesses", "require"), f"{within} is less than two times {every}", "a longer time")
    for found in draft.find("witnesses.require.wait"):
        if isinstance(found.value, str) and seconds_of(found.value) > LONGEST_WITNESS_WAIT_S:
            why = "no client, and no balancer of load, waits longer for a first byte"
            draft.object_to(found, found.value, f"PT{LONGEST_WITNESS_WAIT_S}S at most", why)
