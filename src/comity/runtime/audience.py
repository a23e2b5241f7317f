"""Who is told of requests that are over, as a stack file names them: hooks and telemetry, each at a site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from comity.runtime.secrets import secret_of
from comity.stack.operation import Hook, Telemetry
from comity.stack.types import Stack
from comity.stack.urls import Unfit, Url, read_url
from comity.terms.problems import Problem, Problems

TELEMETRY = "telemetry"
"""Its name among the hearers; hooks are `hook:NAME`, so that none can take it."""

OTEL = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")
"""What the extra `otel` brings."""


@dataclass(frozen=True, slots=True)
class Hearer:
    """One of them: its address, its site, its secret or none, and what the stack file says besides."""

    name: str
    url: Url
    site: str
    secret: str = field(repr=False)
    said: Hook | Telemetry


def audience(stack: Stack, file: Path, environ: Mapping[str, str]) -> dict[str, Hearer]:
    """Every hearer of a stack; `environ` and files are read now and never again.

    Raises:
        Problems: every address or secret that cannot be used, no secret shown; telemetry without its libraries.
    """
    found: dict[str, Hearer] = {}
    problems: list[Problem] = []
    named: list[tuple[str, str, str, Hook | Telemetry]] = [
        (f"hook:{name}", f"hooks.{name}", hook.url, hook) for name, hook in stack.hooks.items()
    ]
    if stack.telemetry is not None:
        named.append((TELEMETRY, TELEMETRY, stack.telemetry.otlp, stack.telemetry))
    for name, where, address, said in named:
        url = read_url(address)
        try:
            if isinstance(url, Unfit):
                raise ValueError(url.found)
            if name == TELEMETRY and not can_export():
                raise ValueError("telemetry needs the extra otel: pip install 'comity[otel]'")
            secret = secret_of(said.key, file.resolve().parent, environ) if said.key else ""
        except ValueError as error:
            problems.append(Problem(str(file), 0, 0, where, str(error)))
        else:
            found[name] = Hearer(name, url, said.site, secret, said)
    if problems:
        raise Problems(problems)
    return found


def can_export() -> bool:
    """Whether the libraries that telemetry needs are installed; none of them is imported."""
    try:
        return all(find_spec(name) is not None for name in OTEL)
    except ModuleNotFoundError:  # of a package that should hold them
        return False
