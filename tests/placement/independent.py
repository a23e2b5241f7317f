"""A second evaluation that shares nothing with the first but Cedar and the pack's files.

One `is_authorized` per deployment and place; no answer is kept, no handles, no merged profiles; rules, lists, coverage
and dates are read again from the files, once for a moment; facts are read again from the stack's types.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import cedarpy
import yaml

from comity.law.case import Case
from comity.stack.accelerators import CLASSES
from comity.stack.jurisdictions import NAMES
from comity.stack.types import AnyOf, Party, Site, Stack

LAW = Path(__file__).parents[2] / "src" / "comity" / "law"


class _Words(yaml.SafeLoader):
    """No booleans at all: every scalar of a list is a word or a date."""


_Words.yaml_implicit_resolvers = {
    key: [(tag, regexp) for tag, regexp in value if not tag.endswith("bool")]
    for key, value in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@cache
def _read(path: Path) -> dict:
    return yaml.load(path.read_text(), _Words)


def _holds(since: date, until: date | None, moment: datetime, zone: str) -> bool:
    local = moment.astimezone(ZoneInfo(zone)).date()
    return since <= local and (until is None or local <= until)


@cache
def _schema() -> str:
    words = _read(LAW / "vocabulary.yaml")
    names = {
        "Operation": "operations", "DataClass": "data", "Purpose": "purposes", "Risk": "risks", "Sector": "sectors",
        "Ground": "grounds", "Role": "roles", "Kind": "kinds", "Certificate": "certificates",
        "Use": "uses", "Milestone": "milestones", "Seal": "seals", "Licence": "licences", "Family": "families",
        "Accelerator": "accelerators",
    }  # fmt: skip
    enums = "\n".join(
        f"entity {entity} enum [{', '.join(chr(34) + word + chr(34) for word in words[name])}];"
        for entity, name in names.items()
    )
    return (LAW / "facts.cedarschema").read_text().replace("namespace Comity {", "namespace Comity {\n" + enums, 1)


def _annotation(policy: str, name: str) -> str | None:
    found = re.search(rf'@{name}\("((?:[^"\\]|\\.)*)"\)', policy)
    return found.group(1) if found else None


def _policies(pack: Path, moment: datetime, zone: str) -> list[str]:
    text = re.sub(r"^\s*//.*$", "", (pack / "rules.cedar").read_text(), flags=re.M)
    kept = []
    for policy in re.split(r";\s*(?=@|\Z)", text):
        since = _annotation(policy, "from")
        if since is None:
            continue
        until = _annotation(policy, "until")
        ends = date.fromisoformat(until) if until else None
        if _annotation(policy, "kind") == "prohibit" and _holds(date.fromisoformat(since), ends, moment, zone):
            kept.append(policy.strip() + ";")
    return kept


def _party(stack: Stack, ref: str) -> Party:
    return stack.parties[ref] if ref in stack.parties else Party(seat=ref)


def _above(stack: Stack, ref: str) -> list[str]:
    chain = [ref]
    while (above := _party(stack, chain[-1]).controlled_by) is not None:
        chain.append(above)
    return chain


def _uid(kind: str, name: str) -> dict:
    return {"type": f"Comity::{kind}", "id": name}


def _ref(kind: str, name: str) -> dict:
    return {"__entity": _uid(kind, name)}


def _closed(words: dict, data: tuple[str, ...]) -> set[str]:
    found: set[str] = set()
    for word in data:
        found |= {word} | _closed(words, tuple(words["data"][word].get("isa", ())))
    return found


def permitted(stack: Stack, case: Case, deployment: str, moment: datetime, file_date: date) -> bool:
    """Whether nothing in the files forbids the deployment (and the gateway) for the case at `moment`."""
    each = stack.deployments[deployment]
    site = stack.sites[each.site]
    where = site.jurisdiction.any_of if isinstance(site.jurisdiction, AnyOf) else (site.jurisdiction,)
    hops = [(deployment, place, site.operator, each) for place in where]
    if stack.gateway is None:
        hops.append(("gateway", _party(stack, case.controller).seat, case.controller, None))
    else:
        relay = stack.sites[stack.gateway.site]
        around = relay.jurisdiction.any_of if isinstance(relay.jurisdiction, AnyOf) else (relay.jurisdiction,)
        hops += [("gateway", place, relay.operator, None) for place in around]
    implicit = stack.gateway is None
    return all(
        _hop(stack, case, name, place, operator, each, moment, file_date, implicit)
        for name, place, operator, each in hops
    )


def _licence(words: dict, said: str | None) -> str:
    if said is None:
        return "unstated"
    return said.lower() if said.lower() in words["licences"] else "other"


def _chips(site: Site | None) -> set[str]:
    if site is None:
        return set()
    return {"unknown"} if site.accelerators is None else {CLASSES.get(name, "unknown") for name in site.accelerators}


@lru_cache(maxsize=64)
def _law(law: tuple[str, ...], moment: datetime) -> tuple[list[str], dict[str, set[str]], list[dict]]:
    """The prohibitions, the lists and the coverage of these packs in force at `moment`."""
    texts: list[str] = []
    groups: dict[str, set[str]] = {}
    covers: list[dict] = []
    for pack_name in law:
        pack = LAW / "packs" / pack_name
        coverage = _read(pack / "coverage.yaml")
        zone = coverage["timezone"]
        texts += _policies(pack, moment, zone)
        for group, entry in (_read(pack / "lists.yaml").get("groups") or {}).items():
            members = groups.setdefault(group, set())
            for row in entry.get("members") or ():
                if _holds(row["from"], row.get("until"), moment, zone):
                    members.add(row["member"])
        for cover in coverage["covers"] if coverage["status"] != "draft" else ():
            if _holds(cover["from"], cover.get("until"), moment, zone):
                covers.append(cover)
    return texts, groups, covers


def _hop(stack, case, name, place, operator, deployment, moment, file_date, implicit) -> bool:
    today = moment.astimezone(UTC).date()
    words = _read(LAW / "vocabulary.yaml")
    texts, groups, covers = _law(tuple(stack.law), moment)
    chain = _above(stack, operator)
    party = _party(stack, operator)
    control = {_party(stack, ref).seat for ref in chain}
    presence = {found for ref in chain for found in (_party(stack, ref).seat, *(_party(stack, ref).presence or ()))}
    own = (implicit and name == "gateway") or (operator == case.controller and operator in stack.parties)
    bound = [
        agreement
        for agreement in stack.agreements
        if not own
        and {case.controller, operator} <= set(agreement.between)
        and case.controller in agreement.between
        and operator in agreement.between
        and (agreement.covers is None or name in agreement.covers)
        and (agreement.since is None or agreement.since <= today)
        and (agreement.until is None or today <= agreement.until)
    ]
    territories = {"US", "AS", "GU", "MP", "PR", "UM", "VI"}
    ecsp = party.ecsp if party.ecsp is not None else any(seat[:2] in territories for seat in control)
    terms = deployment.terms if deployment else None
    model = stack.models[deployment.model] if deployment else None
    site = stack.sites[deployment.site] if deployment else None
    attributes = {
        "site": _ref("Jurisdiction", place),
        "operator": _ref("Jurisdiction", party.seat),
        "operatorPublic": party.public,
        "control": _ref("Control", "x"),
        "presence": _ref("Presence", "x"),
        "ecsp": ecsp,
        "dpf": party.dpf is not None and today <= party.dpf.until,
        "dpfUk": party.dpf is not None and party.dpf.uk and today <= party.dpf.until,
        "dpfSwiss": party.dpf is not None and party.dpf.swiss and today <= party.dpf.until,
        "own": own,
        "kinds": [_ref("Kind", kind) for agreement in bound for kind in agreement.kinds],
        "assessed": [
            _ref("Kind", kind)
            for agreement in bound
            if agreement.tia is not None and today <= agreement.tia.until
            for kind in agreement.kinds
        ],
        "certificates": [
            _ref("Certificate", entry.name)
            for entry in (deployment.certificates if deployment else ())
            if today <= (entry.until or file_date + timedelta(days=90))
        ],
        "retains": deployment is not None and (terms is None or terms.retention is None or terms.retention != "P0D"),
        "trains": deployment is not None and (terms is None or terms.trains is not False),
        "trainsStated": deployment is None or (terms is not None and terms.trains is not None),
        "gateway": deployment is None,
        "developer": _ref("Jurisdiction", _party(stack, model.developer).seat if model else party.seat),
        "openWeights": bool(model and model.open_weights),
        "controlledAccelerator": bool(site and site.accelerators != ()),
        "licence": _ref("Licence", _licence(words, model.license) if model else "unstated"),
        "family": _ref("Family", (model.family if model else None) or "unstated"),
        "seal": [
            _ref("Seal", f"{objective}:{level}")
            for objective, top in (deployment.seal if deployment else {}).items()
            for level in range(1, top + 1)
        ],
        "accelerators": [_ref("Accelerator", each) for each in _chips(site)],
    }
    controller = _party(stack, case.controller)
    entities = [
        *({"uid": _uid("Group", group), "attrs": {}, "parents": []} for group in groups),
        *(
            {
                "uid": _uid("Jurisdiction", code),
                "attrs": {},
                "parents": [
                    *(_uid("Group", group) for group, members in groups.items() if code in members),
                    *([_uid("Jurisdiction", code[:2])] if "-" in code else []),
                ],
            }
            for code in NAMES
        ),
        *(
            {"uid": _uid(kind, "x"), "attrs": {}, "parents": [_uid(parent, member) for member in members]}
            for kind, parent, members in (
                ("Control", "Jurisdiction", control),
                ("Presence", "Jurisdiction", presence),
                ("Subjects", "Jurisdiction", case.subjects),
                ("Data", "DataClass", _closed(words, case.data)),
                ("Output", "Jurisdiction", case.output),
            )
        ),
        {"uid": _uid("Profile", "x"), "attrs": attributes, "parents": []},
        {
            "uid": _uid("Case", "x"),
            "attrs": {
                "operation": _ref("Operation", case.operation),
                "controller": _ref("Jurisdiction", controller.seat),
                "controllerPublic": controller.public,
                "roles": [_ref("Role", role) for role in case.roles],
                "subjects": _ref("Subjects", "x"),
                "data": _ref("Data", "x"),
                "purpose": _ref("Purpose", case.purpose),
                "risk": _ref("Risk", case.risk),
                "sector": _ref("Sector", case.sector),
                "grounds": [_ref("Ground", ground) for ground in case.grounds],
                "output": _ref("Output", "x"),
                "uses": [_ref("Use", use) for use in case.uses],
                "before": [_ref("Milestone", day) for day in words["milestones"] if case.placed and case.placed < day],
                "sealMin": [
                    _ref("Seal", f"{seal[:-1]}{level}") for seal in case.seal for level in range(1, int(seal[-1]) + 1)
                ],
            },
            "parents": [],
        },
    ]
    request = {"principal": _uid("Case", "x"), "action": _uid("Action", "place"), "resource": _uid("Profile", "x")}
    base = 'permit (principal, action == Comity::Action::"place", resource);'
    result = cedarpy.is_authorized(request, "\n".join([base, *texts]), entities, _schema())
    if not result.allowed or result.diagnostics.errors:
        return False
    touched = {(place, "site"), (party.seat, "operator"), (controller.seat, "controller")}
    touched |= {(seat, "control") for seat in control if seat != party.seat}
    touched |= {(subject, "subjects") for subject in case.subjects}
    for jurisdiction, role in touched:
        for word in set(case.data) - set(words["unregulated"]):
            if not any(
                any(
                    jurisdiction == listed or jurisdiction in groups.get(listed, ())
                    for listed in cover["jurisdictions"]
                )
                and role in cover.get("as", ("subjects", "controller", "site", "operator", "control"))
                and set(cover["data"]) & _closed(words, (word,))
                and case.operation in cover["operations"]
                for cover in covers
            ):
                return False
    return True
