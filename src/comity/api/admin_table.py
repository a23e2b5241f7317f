"""The admin API as a table: every page, who may ask, what it takes and gives (docs/reference/admin-api.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from comity import __version__
from comity.api import admin, admin_keys, duties, entries, rulings, samples
from comity.api.access import Page
from comity.api.admin_keys import NewKey
from comity.api.powers import POWERS, Power
from comity.api.reload import reload
from comity.api.rulings import Claims, LawDiff, PacksTest
from comity.api.samples import NewSamples
from comity.placement.asked import Question
from comity.runtime.supervisor import Supervisor
from comity.runtime.used import BY

DAY = {"type": "string", "format": "date"}
TEXT = {"type": "string"}
INTEGER = {"type": "integer"}
MAYBE = {"type": ["integer", "null"]}


def many(name: str, item: dict[str, Any]) -> dict[str, Any]:
    """`{name: [item, …]}`."""
    return {"type": "object", "required": [name], "properties": {name: {"type": "array", "items": item}}}


KEY: dict[str, Any] = {
    "type": "object",
    "required": ["id", "application", "role", "disclose", "created", "expires", "revoked", "live"],
    "properties": {
        "id": TEXT,
        "application": {"type": ["string", "null"]},
        "role": {"type": ["string", "null"]},
        "disclose": {"enum": ["full", "none"]},
        "created": INTEGER,
        "expires": MAYBE,
        "revoked": MAYBE,
        "live": {"type": "boolean"},
        "models": {"type": ["array", "null"], "items": TEXT},
        "limits": {"type": "object"},
        "budgets": {"type": "array", "items": {"type": "object"}},
    },
}
MADE = {**KEY, "required": [*KEY["required"], "key"], "properties": {**KEY["properties"], "key": TEXT}}
USED = {
    "type": "object",
    "required": ["name", "requests", "prompt_tokens", "completion_tokens", "cost", "currency"],
    "properties": {
        "name": TEXT,
        "requests": INTEGER,
        "prompt_tokens": INTEGER,
        "completion_tokens": INTEGER,
        "cost": TEXT,
        "currency": TEXT,
    },
}
LEFT = {
    "type": "object",
    "required": ["meter", "limit", "left", "until"],
    "properties": {"meter": TEXT, "limit": INTEGER, "left": INTEGER, "until": INTEGER},
}
SHARED = {
    "type": "object",
    "required": ["id", "applications"],
    "properties": {"id": TEXT, "applications": {"type": "array", "items": TEXT}},
}
WHOSE = [
    {"required": ["application"], "properties": {"application": TEXT, "role": {"type": "null"}}},
    {
        "required": ["role"],
        "properties": {
            "role": TEXT,
            "application": {"type": "null"},
            "models": {"type": "null"},
            "limits": {"type": "null"},
            "budgets": {"maxItems": 0},
        },
    },
]
BOUNDS = [
    {"required": ["money"], "properties": {"money": {"type": "number"}}},
    {"required": ["tokens"], "properties": {"tokens": INTEGER}},
]
ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "code"],
            "properties": {"message": TEXT, "type": TEXT, "code": TEXT},
        }
    },
}
ANYTHING = {"type": "object"}


class Entry(NamedTuple):
    """One page. `gives` is by status; `query` are parameters that may be left out; `make` makes the page."""

    method: str
    path: str
    power: Power
    says: str
    gives: dict[int, dict[str, Any]]
    make: Callable[[Supervisor], Page]
    query: dict[str, dict[str, Any]] = {}  # noqa: RUF012 - never written
    takes: type | None = None


ENTRIES: tuple[Entry, ...] = (
    Entry(
        "GET",
        "/admin/status",
        "read status",
        "the realm in force, workers, nodes, deployments",
        {200: ANYTHING},
        admin.status,
    ),
    Entry(
        "GET",
        "/admin/keys",
        "read keys",
        "every key ever made, without the key itself",
        {200: many("keys", KEY)},
        admin_keys.keys,
    ),
    Entry(
        "POST",
        "/admin/keys",
        "change application keys",
        "make a key; the answer has the key itself, this once. The key of a role is made by an owner",
        {201: MADE, 409: ERROR, 413: ERROR, 422: ERROR, 503: ERROR},
        admin_keys.new_key,
        takes=NewKey,
    ),
    Entry(
        "DELETE",
        "/admin/keys/{id}",
        "change application keys",
        "end a key, on every worker. That of a role is ended by an owner",
        {200: KEY, 404: ERROR, 503: ERROR},
        admin_keys.revoke_key,
    ),
    Entry(
        "GET",
        "/admin/usage",
        "read usage",
        "requests, tokens and cost, counted from the log",
        {200: many("usage", USED), 422: ERROR, 503: ERROR},
        admin.usage,
        query={"by": {"enum": list(BY)}, "from": DAY, "to": DAY},
    ),
    Entry(
        "GET",
        "/admin/limits",
        "read usage",
        "limits and budgets in use, and what is left of each (money in 10^-9 of the currency)",
        {200: many("limits", LEFT)},
        admin.limits,
    ),
    Entry(
        "GET",
        "/admin/organisations",
        "read status",
        "which applications share which limits and budgets",
        {200: many("organisations", SHARED)},
        admin.organisations,
    ),
    Entry(
        "POST",
        "/admin/explain",
        "read rulings",
        "which deployments may serve an application or a case, on any day, and what would admit one more",
        {200: ANYTHING, 413: ERROR, 422: ERROR, 503: ERROR},
        rulings.explain,
        takes=Question,
    ),
    Entry(
        "POST",
        "/admin/law/test",
        "read rulings",
        "run the cases of the packs in force, of a pack that is posted, or cases that are; coverage by rule and date",
        {200: ANYTHING, 413: ERROR, 422: ERROR, 503: ERROR},
        rulings.law_test,
        takes=PacksTest,
    ),
    Entry(
        "POST",
        "/admin/law/diff",
        "read rulings",
        "what another day, other packs or another stack file would change, for whom, and for which logged requests",
        {200: ANYTHING, 413: ERROR, 422: ERROR, 503: ERROR},
        rulings.law_diff,
        takes=LawDiff,
    ),
    Entry(
        "POST",
        "/admin/prove",
        "read rulings",
        "whether claims hold in every case, or the smallest case that breaks them",
        {200: ANYTHING, 413: ERROR, 422: ERROR, 503: ERROR},
        rulings.prove,
        takes=Claims,
    ),
    Entry(
        "GET",
        "/admin/duties",
        "read rulings",
        "what law obliges each application to, and whether that is done, assisted, attested or owed",
        {200: many("applications", ANYTHING)},
        duties.standing,
    ),
    Entry(
        "GET",
        "/admin/attestations",
        "read rulings",
        "every agreement and attestation, who signed it, and whether it counts today",
        {200: many("agreements", ANYTHING)},
        duties.attestations,
    ),
    Entry(
        "GET",
        "/admin/log/{id}/entries",
        "read entries",
        "entries of a shard with their salts, at most 256 from an index on: what the public files commit to",
        {200: many("entries", ANYTHING), 404: ERROR, 422: ERROR, 503: ERROR},
        entries.entries,
        query={"from": INTEGER},
    ),
    Entry(
        "POST",
        "/admin/samples",
        "enter samples",
        "enter an auditor's commitment, revealed nonce or results in the log; answers when they are durable there",
        {200: many("entries", TEXT), 202: many("entries", TEXT), 413: ERROR, 422: ERROR, 503: ERROR},
        samples.enter,
        takes=NewSamples,
    ),
    Entry(
        "POST",
        "/admin/reload",
        "reload",
        "read the stack file again, as SIGHUP does. 202: a worker has not taken it yet; 422: nothing changed",
        {200: ANYTHING, 202: ANYTHING, 422: ERROR},
        reload,
    ),
)
"""The page of this document itself, `GET /admin/openapi.json`, is beside them (power: read status)."""


def openapi() -> dict[str, Any]:
    """The table as an OpenAPI 3.1 document."""
    taken = [entry.takes for entry in ENTRIES if entry.takes is not None]
    (*bodies,), schemas = msgspec.json.schema_components(taken, ref_template="#/components/schemas/{name}")
    schemas["NewKey"]["oneOf"] = WHOSE
    schemas["Budget"]["anyOf"] = BOUNDS
    body_of = dict(zip(taken, bodies, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for entry in ENTRIES:
        paths.setdefault(entry.path, {})[entry.method.lower()] = _operation(entry, body_of)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Comity: admin API", "version": __version__},
        "security": [{"role": []}],
        "paths": paths,
        "components": {"securitySchemes": {"role": {"type": "http", "scheme": "bearer"}}, "schemas": schemas},
    }


def _operation(entry: Entry, body_of: dict[type, Any]) -> dict[str, Any]:
    refusals = {401: ERROR, 403: ERROR, 421: ERROR}
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "query", "schema": schema} for name, schema in entry.query.items()
    ]
    if "{id}" in entry.path:
        schema = {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[a-z0-9]+$"}
        parameters.append({"name": "id", "in": "path", "required": True, "schema": schema})
    operation: dict[str, Any] = {
        "summary": entry.says,
        "description": f"For {', '.join(POWERS[entry.power])}.",
        "parameters": parameters,
        "responses": {
            str(status): {"description": _WORDS[status], "content": {"application/json": {"schema": schema}}}
            for status, schema in {**entry.gives, **refusals}.items()
        },
    }
    if entry.takes is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": body_of[entry.takes]}},
        }
    return operation


_WORDS = {
    200: "done",
    201: "made",
    202: "on its way",
    401: "no key that opens anything",
    403: "not for this role",
    404: "no such thing",
    409: "not with the stack that is in force, or not now",
    413: "too long",
    421: "another host's name",
    422: "not understood; nothing changed",
    503: "the control state or the log cannot be reached",
}
