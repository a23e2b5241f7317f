"""Addresses of upstreams: what a deployment's `url` may be."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?P<rest>.*)")
_AUTHORITY = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:(?P<port>[0-9]{1,5}))?")
_PATH = re.compile(r"(/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)*")
_EMBEDDED = re.compile(r"embedded:(?P<name>[a-z][a-z0-9-]*)")


@dataclass(frozen=True, slots=True)
class Url:
    """An upstream's address. `embedded` has the model's name as its host, port 0 and no path."""

    scheme: Literal["http", "https", "embedded"]
    host: str
    port: int
    path: str

    @property
    def loopback(self) -> bool:
        """Whether the address is this machine, by its text alone: no name is looked up."""
        name = self.host.strip("[]")
        if name == "localhost" or name.endswith(".localhost"):
            return True
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why a text is no upstream's address. Never repeats the text, which may hold a secret."""

    found: str
    expected: str = ""
    hint: str = ""


def read_url(text: str, *, plain: bool = False) -> Url | Unfit:
    """The address that `text` is: `https://…`, `http://…` on loopback, or `embedded:NAME`.

    With `plain`, http may lead to other machines: what passes is no secret, and what comes back is signed.
    """
    if text.startswith("embedded:"):
        name = _EMBEDDED.fullmatch(text)
        if name is None:
            return Unfit("not the name of an embedded model", "embedded:NAME, such as embedded:civic-tiny")
        return Url("embedded", name["name"], 0, "")
    parts = _URL.fullmatch(text)
    if parts is None:
        return Unfit("not a URL", "https://HOST[:PORT]/v1 or embedded:NAME", "it begins with https://")
    return _http(parts, plain)


def _http(parts: re.Match[str], plain: bool) -> Url | Unfit:
    scheme = parts["scheme"].lower()
    if scheme not in ("http", "https"):
        return Unfit(f"the scheme {scheme[:16]}", "https, http on loopback, or embedded:NAME")
    if "@" in parts["authority"]:
        return Unfit("a user or password in the URL (not shown)", "", "remove it, and give `key: env:NAME`")
    if parts["rest"]:
        return Unfit("a query or fragment in the URL (not shown)", "a URL that ends with its path")
    authority = _AUTHORITY.fullmatch(parts["authority"])
    if authority is None:
        return Unfit("no host that can be reached", "a host name or address", "write an IDN as xn--…")
    port = int(authority["port"] or (443 if scheme == "https" else 80))
    if not 0 < port < 1 << 16:
        return Unfit(f"port {port}", "a port from 1 to 65535")
    if not _PATH.fullmatch(parts["path"]):
        return Unfit("a character in the path that a URL cannot hold", "", "write it as %XX")
    url = Url("https" if scheme == "https" else "http", authority["host"].lower(), port, parts["path"])
    if not _real(url.host):
        return Unfit("no host that can be reached", "a host name or address")
    if url.scheme == "http" and not url.loopback and not plain:
        hint = "use https (with `ca:` for an authority of your own), or a tunnel that ends on loopback"
        return Unfit("http to another machine, where anyone on the way can read it", "https", hint)
    return url


def _real(host: str) -> bool:
    if not host.startswith("["):
        return all(host.split("."))
    try:
        ipaddress.IPv6Address(host.strip("[]"))
    except ValueError:
        return False
    return True
