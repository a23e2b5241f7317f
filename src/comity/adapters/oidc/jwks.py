"""An issuer's public keys (RFC 7517): by discovery, at a URL, or in a file."""

from __future__ import annotations

import http.client
import json
import ssl
from pathlib import Path
from typing import Any

from comity.stack.urls import Unfit, Url, read_url

TIMEOUT_S = 5.0
MAX_BYTES = 262_144
"""Issuers publish a handful of keys of about 1 kB, those with certificates a few."""

MAX_KEYS = 64
KINDS = ("RSA", "EC", "OKP")
"""Kinds of keys that are public. A shared secret (`oct`) in a public document is a mistake or an attack."""

DISCOVERY = "/.well-known/openid-configuration"


class NoKeys(Exception):
    """The keys cannot be had; the message says why."""


def keys_of(issuer: str, jwks: str | None, folder: Path) -> tuple[dict[str, Any], ...]:
    """The keys that an issuer signs with now. Blocking. Redirects are not followed and proxies not asked.

    `jwks` is a URL or `file:PATH` (from `folder` on); None asks `issuer` where it publishes them (OpenID Connect
    Discovery 1.0, section 4).

    Raises:
        NoKeys: they cannot be had, or are none.
    """
    if jwks is None:
        document = _document(_get(issuer.rstrip("/") + DISCOVERY))
        if document.get("issuer") != issuer:
            raise NoKeys(f"the discovery document of {issuer} is of another issuer")
        jwks = document.get("jwks_uri")
        if not isinstance(jwks, str):
            raise NoKeys(f"the discovery document of {issuer} has no jwks_uri")
    if jwks.startswith("file:"):
        path = folder / jwks.removeprefix("file:")
        try:
            with path.open("rb") as file:
                text = file.read(MAX_BYTES)
        except OSError as error:
            raise NoKeys(f"{path} cannot be read ({error.strerror})") from None
    else:
        text = _get(jwks)
    return usable(_document(text))


def usable(document: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """The keys of a set that can check a signature; private parts are left out.

    Raises:
        NoKeys: it has none.
    """
    found = document.get("keys")
    each = found[:MAX_KEYS] if isinstance(found, list) else []
    keys = tuple(
        {name: value for name, value in key.items() if name in ("kty", "kid", "alg", "use", "n", "e", "crv", "x", "y")}
        for key in each
        if isinstance(key, dict) and key.get("kty") in KINDS and key.get("use", "sig") == "sig"
    )
    if not keys:
        raise NoKeys("there is no key in the set that can check a signature")
    return keys


def _document(text: bytes) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise NoKeys("what was given is no JSON object")
    return document


def _get(address: str) -> bytes:
    place, question, query = address.partition("?")
    url = read_url(place)
    if isinstance(url, Unfit) or url.scheme not in ("https", "http"):
        raise NoKeys(f"{address[:200]} is no https address")
    return _fetched(url, (url.path or "/") + question + query)


def _fetched(url: Url, path: str) -> bytes:
    host = url.host.strip("[]")
    connection = (
        http.client.HTTPSConnection(host, url.port, timeout=TIMEOUT_S, context=ssl.create_default_context())
        if url.scheme == "https"
        else http.client.HTTPConnection(host, url.port, timeout=TIMEOUT_S)
    )
    try:
        connection.request("GET", path, headers={"accept": "application/json"})
        response = connection.getresponse()
        body = response.read(MAX_BYTES + 1)
    except (OSError, http.client.HTTPException) as error:
        raise NoKeys(f"{url.host} cannot be asked ({type(error).__name__})") from None
    finally:
        connection.close()
    if response.status != http.client.OK or len(body) > MAX_BYTES:
        raise NoKeys(f"{url.host} answered {response.status}, or more than {MAX_BYTES} bytes")
    return body
