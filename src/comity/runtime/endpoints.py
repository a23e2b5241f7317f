"""From the deployments of a stack to where they are reached: addresses read, credentials and files fetched once."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from comity.relay.exactness import Profile
from comity.relay.target import Check, Timeouts
from comity.runtime.messages import Endpoint
from comity.runtime.secrets import secret_of
from comity.runtime.targets import client_context
from comity.stack.operation import Exact
from comity.stack.types import Deployment, Price, Stack
from comity.stack.urls import Unfit, Url, read_url
from comity.terms.digests import sha256_hex
from comity.terms.problems import Problem, Problems

MAX_PEM_BYTES = 4 << 20
"""A file of authorities: the whole of Mozilla's list is a quarter of a megabyte."""

NANO_OF_A_MILLIONTH = 1000
"""A price is per 10^6 tokens; an endpoint's is in 10^-9 of the currency for one."""


def endpoints(stack: Stack, file: Path, environ: Mapping[str, str]) -> dict[str, Endpoint]:
    """Where each deployment is reached that has an address of its own; embedded ones have none until they run.

    `environ` and files are read now and never again. Paths start at the stack file's folder. Deployments whose
    credential is a token (`oauth`) have none here (`runtime.tokens`).

    Raises:
        Problems: every address, credential or file that cannot be used, no credential shown.
    """
    found: dict[str, Endpoint] = {}
    problems: list[Problem] = []
    for name, deployment in stack.deployments.items():
        try:
            endpoint = _endpoint(name, deployment, stack.currency, file.resolve().parent, environ)
        except ValueError as error:
            problems.append(Problem(str(file), 0, 0, f"deployments.{name}", str(error)))
        else:
            if endpoint is not None:
                found[name] = endpoint
    if problems:
        raise Problems(problems)
    return found


def embedded(stack: Stack) -> dict[str, str]:
    """Deployments that run inside the gateway, with their models: `{"local": "embedded:civic-tiny"}`."""
    return {name: each.url for name, each in stack.deployments.items() if each.url.startswith("embedded:")}


def inside(
    name: str, deployment: Deployment, host: str, port: int, key: str, currency: str = "", profile: str = ""
) -> Endpoint:
    """Where an embedded deployment is reached while its node runs, and under which profile its answers repeat."""
    where = {"host": host, "port": port, "path": "/v1", "credentials": _line("authorization", key)}
    return _of(name, deployment, currency, **where, profile=profile)


def credentials_of(deployment: Deployment, secret: str) -> str:
    """The header lines that open an upstream with `secret`, a key or a token; none without one.

    A deployment that has the Messages API alone is asked as that API wants it: the key as `x-api-key`. An Azure
    resource takes its key as `api-key`, and a token, as everybody else, as `authorization`.
    """
    if not secret:
        return ""
    header: str | None = deployment.key_header
    if header is None:
        token = deployment.oauth is not None
        messages = deployment.serves == ("messages",)
        header = "authorization" if token else "api-key" if deployment.azure else "x-api-key" if messages else None
    return _line(header or "authorization", secret)


def _line(header: str, secret: str) -> str:
    return f"authorization: Bearer {secret}\r\n" if header == "authorization" else f"{header}: {secret}\r\n"


def _endpoint(
    name: str, deployment: Deployment, currency: str, folder: Path, environ: Mapping[str, str]
) -> Endpoint | None:
    url = read_url(deployment.url)
    if isinstance(url, Unfit):
        raise ValueError(f"url: {url.found}")
    if url.scheme == "embedded":
        return None
    files = {
        each: str(folder / value)
        for each in ("ca", "client_cert", "client_key")
        if (value := getattr(deployment, each)) is not None
    }
    path, query = _path(url, deployment)
    return _of(
        name,
        deployment,
        currency,
        host=url.host.strip("[]"),
        port=url.port,
        tls=url.scheme == "https",
        trust=_trust(files) if url.scheme == "https" else "",
        path=path,
        query=query,
        credentials=credentials_of(deployment, secret_of(deployment.key, folder, environ) if deployment.key else ""),
        profile=_promised(deployment.exact) if deployment.exact else "",
        **files,
    )


def _of(name: str, deployment: Deployment, currency: str, **where: object) -> Endpoint:
    """The endpoint of a deployment: what the stack says of it, and `where` it is."""
    timeouts, health = deployment.timeouts, deployment.health
    said = {
        "deployment": name,
        "site": deployment.site,
        "served_as": deployment.served_as or (deployment.azure.deployment if deployment.azure else deployment.model),
        "surfaces": deployment.serves,
        "stream_usage": deployment.stream_usage,
        "connections": deployment.connections,
        "weight": deployment.weight,
        "draining": deployment.draining,
        "check": Check(health.path, health.every, health.timeout) if health else None,
        "price_in": _nano(deployment.price, "input"),
        "price_out": _nano(deployment.price, "output"),
        "currency": currency if deployment.price else "",
        "timeouts": Timeouts(timeouts.connect, timeouts.first_byte, timeouts.idle),
    }
    return Endpoint(**said, **where)  # type: ignore[arg-type]


def _path(url: Url, deployment: Deployment) -> tuple[str, str]:
    path = url.path.rstrip("/")
    if deployment.azure is None:
        return path, ""
    resource = path.removesuffix("/openai")
    return (
        f"{resource}/openai/deployments/{deployment.azure.deployment}",
        f"?api-version={deployment.azure.api_version}",
    )


def _nano(price: Price | None, side: str) -> int:
    if price is None:
        return -1
    return round(Decimal(repr(getattr(price, side))) * NANO_OF_A_MILLIONTH)


def _promised(exact: Exact) -> str:
    """What whoever runs a deployment says of its exactness; an audit holds it against what it does."""
    said = Profile(exact.weights or "", exact.engine or "", exact.cpu or "", exact.context, exact.threads)
    return said.text.decode()


def _trust(files: Mapping[str, str]) -> str:
    """The SHA-256 of what the files hold, once it is sure that TLS can be spoken with them."""
    held = b""
    for name, path in files.items():
        try:
            with Path(path).open("rb") as file:
                held += name.encode() + file.read(MAX_PEM_BYTES)
        except OSError as error:
            raise ValueError(f"{name}: {path} cannot be read ({error.strerror})") from error
    try:
        if files:
            client_context(files.get("ca", ""), files.get("client_cert", ""), files.get("client_key", ""))
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        reason = error.reason if isinstance(error, ssl.SSLError) and error.reason else str(error)
        raise ValueError(f"TLS cannot be spoken with {', '.join(files.values())}: {reason}") from error
    return sha256_hex(held) if files else ""
