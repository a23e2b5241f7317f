"""Where a deployment is reached, with which key, and whether its address keeps what its site promises."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

from comity.stack.draft import Draft, Found
from comity.stack.endpoints import Endpoint
from comity.stack.jurisdictions import country
from comity.stack.regions import region_of
from comity.stack.spelling import did_you_mean, looks_secret, near_to, shown
from comity.stack.surroundings import Surroundings
from comity.stack.urls import Unfit, Url, read_url

SECRETS = (
    "deployments.*.key",
    "deployments.*.oauth.client_secret",
    "hooks.*.key",
    "telemetry.key",
    "database",
)
FILES = (
    *("deployments.*.ca", "deployments.*.client_cert", "deployments.*.client_key", "witnesses.ca"),
    *("timestamps.ca", "timestamps.cert", "timestamps.tls_ca"),
)
ADDRESSES = ("deployments.*.oauth.token_url", "hooks.*.url", "telemetry.otlp", "issuers.*.issuer")

_KEY = re.compile(r"(env|file):(.+)", re.DOTALL)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SHELL = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?")


def check_upstreams(draft: Draft, surroundings: Surroundings) -> None:
    """Note addresses that cannot be used, keys that are not there, and places that an address belies."""
    for found in draft.find("deployments.*.url"):
        url = read_url(found.value)
        if isinstance(url, Unfit):
            draft.object_to(found, url.found, url.expected, url.hint)
        elif url.scheme == "embedded":
            _embedded(draft, found, url.host, surroundings.embedded)
        else:
            _place(draft, found, url, surroundings.endpoints)
    for shape in SECRETS:
        for found in draft.find(shape):
            _key(draft, found, surroundings)
    for found in (found for shape in FILES for found in draft.find(shape)):
        if surroundings.file_exists is not None and not surroundings.file_exists(found.value):
            draft.object_to(found, "there is no such file", "a PEM file", "paths start at the stack file")
    for found in (found for shape in ADDRESSES for found in draft.find(shape)):
        _address(draft, found)
    _witnesses(draft, surroundings)


def _address(draft: Draft, found: Found) -> None:
    url = read_url(found.value)
    if isinstance(url, Unfit):
        draft.object_to(found, url.found, "https, or http on loopback", url.hint)
    elif url.scheme == "embedded":
        draft.object_to(found, "an embedded model, and no address", "https, or http on loopback")


def _witnesses(draft: Draft, surroundings: Surroundings) -> None:
    for found in draft.find("witnesses.policy"):
        if surroundings.file_exists is not None and not surroundings.file_exists(found.value):
            draft.object_to(found, "there is no such file", "a tlog-policy file", "paths start at the stack file")
    for found in draft.find("timestamps.url"):
        stamping = read_url(found.value, plain=True)
        if isinstance(stamping, Unfit) or stamping.scheme == "embedded":
            draft.object_to(found, "no address of a timestamp authority", "https://HOST/PATH or http://HOST/PATH")


def _embedded(draft: Draft, found: Found, name: str, known: frozenset[str] | None) -> None:
    if known is not None and name not in known:
        what = f"the embedded node has no model {shown(name)}"
        draft.object_to(found, what, "", partial(did_you_mean, name, known))


def _place(draft: Draft, found: Found, url: Url, endpoints: tuple[Endpoint, ...]) -> None:
    deployment = draft.at(*found.path[:2])
    if deployment is None:  # its name cannot be repeated, which is a problem of its own
        return
    site = draft.at("sites", deployment.get("site"))
    where = site.get("jurisdiction") if isinstance(site, dict) else None
    places: list[str] = where.get("any_of", []) if isinstance(where, dict) else [where] if where else []
    region = region_of(url.host)
    if region is not None and places and region[1] not in map(country, places):
        what = f"the host is in {region[0]}, which lies in {region[1]}, and the site {deployment['site']} is not"
        draft.object_to(found, what, "", f"use the site's own region, or a site whose jurisdiction is {region[1]}")
        return
    if len(places) != 1:  # several places are said, or none could be read
        return
    asked = deployment.get("served_as") or deployment.get("model") or ""
    row = next((row for row in endpoints if row.matches(url.host, url.path, asked)), None)
    if row is None:
        return
    shown_place = f"the site {deployment['site']} lies in {places[0]} alone, but {row.says}"
    if row.scope != "unsaid":
        draft.object_to(found, shown_place, "", row.way_out)
    elif site.get("evidence", {}).get("jurisdiction", "declared") == "declared":
        hint = f"{row.way_out} (jurisdiction: {{value: {places[0]}, evidence: contract}})"
        draft.object_to(found, shown_place, "", hint, "warning")


def _key(draft: Draft, found: Found, surroundings: Surroundings) -> None:
    parts = _KEY.fullmatch(found.value)
    if parts is None:
        shell = _SHELL.fullmatch(found.value)
        hint = f"did you mean env:{shell[1]}?" if shell else "put the key in the environment, not in this file"
        draft.object_to(found, "not the name of a key (not shown)", "env:NAME or file:PATH", hint)
    elif parts[1] == "file":
        if surroundings.file_exists is not None and not surroundings.file_exists(parts[2]):
            draft.object_to(found, "there is no such file", "a file that holds the key")
    elif looks_secret(parts[2]) or not _VARIABLE.fullmatch(parts[2]):
        hint = "put the key in the environment, and its name here"
        draft.object_to(found, "not the name of a variable (not shown)", "env:NAME", hint)
    elif surroundings.environment is not None and not surroundings.environment.get(parts[2]):
        missing = f"{parts[2]} is not set in the environment"
        draft.object_to(found, missing, "", partial(_variable, parts[2], surroundings.environment))


def _variable(name: str, environment: Mapping[str, str]) -> str:
    return near_to(name, environment.keys() - {name}) or f"export {name}=…"
