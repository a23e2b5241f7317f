"""From the deployments of a stack to where they are reached: addresses read, credentials fetched once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from comity.runtime.messages import Endpoint
from comity.stack.types import Deployment, Stack
from comity.stack.urls import Unfit, read_url
from comity.terms.problems import Problem, Problems

MAX_SECRET_BYTES = 16_384
"""A bearer token, a JWT too, must fit in a header; past this a file is no key."""


def endpoints(stack: Stack, file: Path, environ: Mapping[str, str]) -> dict[str, Endpoint]:
    """Where each deployment is reached that has an address of its own; embedded ones have none until they run.

    `environ` and files are read now and never again. Paths start at the stack file's folder.

    Raises:
        Problems: every address or credential that cannot be used, none of them shown.
    """
    found: dict[str, Endpoint] = {}
    problems: list[Problem] = []
    for name, deployment in stack.deployments.items():
        try:
            endpoint = _endpoint(name, deployment, file.absolute().parent, environ)
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


def inside(name: str, deployment: Deployment, host: str, port: int, key: str) -> Endpoint:
    """Where an embedded deployment is reached while its node runs."""
    return Endpoint(
        deployment=name,
        site=deployment.site,
        served_as=deployment.served_as or deployment.model,
        host=host,
        port=port,
        tls=False,
        ca="",
        path="/v1",
        authorization=f"Bearer {key}",
    )


def _endpoint(name: str, deployment: Deployment, folder: Path, environ: Mapping[str, str]) -> Endpoint | None:
    url = read_url(deployment.url)
    if isinstance(url, Unfit):
        raise ValueError(f"url: {url.found}")
    if url.scheme == "embedded":
        return None
    secret = _secret(deployment.key, folder, environ) if deployment.key else ""
    return Endpoint(
        deployment=name,
        site=deployment.site,
        served_as=deployment.served_as or deployment.model,
        host=url.host.strip("[]"),
        port=url.port,
        tls=url.scheme == "https",
        ca=str(folder / deployment.ca) if deployment.ca else "",
        path=url.path.rstrip("/"),
        authorization=f"Bearer {secret}" if secret else "",
    )


def _secret(name: str, folder: Path, environ: Mapping[str, str]) -> str:
    kind, _, where = name.partition(":")
    if kind == "env":
        secret = environ.get(where, "")
        if not secret:
            raise ValueError(f"key: {where} is not set in the environment")
    else:
        try:
            with (folder / where).open("rb") as file:
                held = file.read(MAX_SECRET_BYTES + 1)
        except OSError as error:
            raise ValueError(f"key: {folder / where} cannot be read ({error.strerror})") from error
        secret = held.decode("latin-1").strip()
    if not secret or len(secret) > MAX_SECRET_BYTES or not all("!" <= letter <= "~" for letter in secret):
        raise ValueError(f"key: {name} holds nothing that can be a key (it is not shown)")
    return secret
