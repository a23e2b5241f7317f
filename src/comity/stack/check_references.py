"""Whatever one part of a stack calls by name is there, and nobody is in control of themselves."""

from __future__ import annotations

from functools import partial

from comity.stack.draft import Draft, Found
from comity.stack.jurisdictions import NAMES, suggestion
from comity.stack.spelling import did_you_mean, near_to, shown

# Shape of the reference to the section that it points into.
REFERENCES = {
    "gateway.site": "sites",
    "deployments.*.model": "models",
    "deployments.*.site": "sites",
    "agreements.*.between.*": "parties",
    "agreements.*.covers.*": "deployments",
    "applications.*.models.*": "models",
    "applications.*.organisation": "organisations",
    "legal_holds.*.applications.*": "applications",
    "hooks.*.site": "sites",
    "telemetry.site": "sites",
    "issuers.*.applications.*": "applications",
    "parties.*.controlled_by": "parties",
    "sites.*.operator": "parties",
    "models.*.developer": "parties",
    "applications.*.controller": "parties",
}
# Where a bare jurisdiction does as well. Not in an agreement: it binds persons, and these have names.
BARE = frozenset({"parties.*.controlled_by", "sites.*.operator", "models.*.developer", "applications.*.controller"})


# Names that rulings and headers use for something else than a deployment.
RESERVED = {"gateway": "the relay itself"}


def check_references(draft: Draft) -> None:
    """Note dangling references, agreements that cover what their parties do not run, and circles of control."""
    for name in sorted(RESERVED.keys() & draft.names("deployments")):
        draft.object_at(("deployments", name), f"the name stands for {RESERVED[name]}", "another name")
    for shape, section in REFERENCES.items():
        known = draft.names(section)
        for found in draft.find(shape):
            if found.value not in known and not (shape in BARE and found.value in NAMES):
                _dangling(draft, found, section, known, shape in BARE)
    _covers(draft)
    _circles(draft)


def _dangling(draft: Draft, found: Found, section: str, known: frozenset[str], bare: bool) -> None:
    what = f"{shown(found.value)} is not among {section}"
    hint = partial(_way_out, found.value, known, section, bare)
    expected = "a party's id or a jurisdiction" if bare else ""
    draft.object_to(found, what, expected, hint)


def _way_out(value: str, known: frozenset[str], section: str, bare: bool) -> str:
    near = near_to(value, known)
    if near or section != "parties" or not value[:2].isupper():
        return near or did_you_mean(value, known)
    return suggestion(value) if bare else "name the party under parties, and give it a seat"


def _covers(draft: Draft) -> None:
    for found in draft.find("agreements.*.covers.*"):
        bound = draft.at(*found.path[:2], "between")
        operator = draft.at("sites", draft.at("deployments", found.value, "site"), "operator")
        if operator is not None and isinstance(bound, list) and operator not in bound:
            what = f"{shown(found.value)} is run by {operator}, whom this agreement does not bind"
            draft.object_to(found, what, "", f"add {operator} to between, or remove {found.value} from covers")


def _circles(draft: Draft) -> None:
    above = {str(found.path[1]): found for found in draft.find("parties.*.controlled_by")}
    seen: set[str] = set()
    for start in above:
        trail: dict[str, None] = {}  # in order, and quick to ask
        party = start
        while party in above and party not in seen:
            seen.add(party)
            trail[party] = None
            party = above[party].value
        if party in trail:
            steps = list(trail)
            circle = steps[steps.index(party) :]
            what = "control goes in a circle: " + " ← ".join(map(_named, [*circle, party]))
            draft.object_to(above[party], what, "", "leave controlled_by out at the ultimate parent")


def _named(party: str) -> str:
    return shown(party)[1:-1]
