"""Tokens of deployments whose credential is asked for (`oauth`): fetched ahead, never on disk, never said."""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from comity.adapters.credentials import NoToken, Token, ask
from comity.runtime.aside import aside
from comity.runtime.endpoints import credentials_of
from comity.runtime.messages import Endpoint
from comity.runtime.secrets import is_secret, secret_of
from comity.stack.types import Deployment, Stack
from comity.stack.urls import Unfit, Url, read_url
from comity.terms.problems import Problem, Problems

RENEW_AT = 0.8
"""Of a token's life: what is left is for a server that is away. Less a tenth at random, so that gateways that started
together do not ask together."""

JITTER = 0.1
FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 30.0

Ask = Callable[["Grant"], Token]


@dataclass(frozen=True, slots=True)
class Grant:
    """Where a deployment's token is asked for, and by whom. Equal grants have equal tokens."""

    url: Url
    client: str
    secret: str = field(repr=False)
    scope: str
    ca: str
    deployment: Deployment = field(repr=False, compare=False)


def grants(stack: Stack, file: Path, environ: Mapping[str, str]) -> dict[str, Grant]:
    """The grants of a stack's deployments; `environ` and files are read now and never again.

    Raises:
        Problems: every address or secret that cannot be used, no secret shown.
    """
    found: dict[str, Grant] = {}
    problems: list[Problem] = []
    folder = file.resolve().parent
    for name, deployment in stack.deployments.items():
        if (oauth := deployment.oauth) is None:
            continue
        where = f"deployments.{name}.oauth"
        url = read_url(oauth.token_url)
        try:
            secret = secret_of(oauth.client_secret, folder, environ, "client_secret")
        except ValueError as error:
            problems.append(Problem(str(file), 0, 0, where, str(error)))
            continue
        if isinstance(url, Unfit):
            problems.append(Problem(str(file), 0, 0, where, f"token_url: {url.found}"))
            continue
        ca = str(folder / deployment.ca) if deployment.ca else ""
        found[name] = Grant(url, oauth.client_id, secret, oauth.scope or "", ca, deployment)
    if problems:
        raise Problems(problems)
    return found


def asked(grant: Grant) -> Token:
    """A token from the grant's server; raises NoToken. Blocking.

    The server is believed on the system's authorities and on those that the deployment itself is believed on.
    """
    context = None
    if grant.url.scheme == "https":
        context = ssl.create_default_context()
        if grant.ca:
            context.load_verify_locations(grant.ca)
    token = ask(grant.url, grant.client, grant.secret, grant.scope, context)
    if not is_secret(token.value):
        raise NoToken(f"{grant.url.host} gave a token that cannot stand in a header")
    return token


class _Held:
    """One deployment's token as it is now."""

    __slots__ = ("endpoint", "ends", "grant", "task", "tried", "trouble", "value")

    def __init__(self, grant: Grant, endpoint: Endpoint) -> None:
        self.grant = grant
        self.endpoint = endpoint
        self.value = ""
        self.ends = 0.0
        self.trouble = "no token has been asked for yet"
        self.tried = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    @property
    def open(self) -> Endpoint | None:
        """Where it is reached with its token; None without one."""
        if not self.value:
            return None
        return replace(self.endpoint, credentials=credentials_of(self.grant.deployment, self.value))


class Tokens:
    """Keeps a token for each grant, and tells `changed` where its deployment is reached, None while it has none."""

    def __init__(
        self,
        changed: Callable[[str, Endpoint | None], None],
        say: Callable[[str], None],
        *,
        ask: Ask = asked,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._changed = changed
        self._say = say
        self._ask = ask
        self._chance = chance
        self._held: dict[str, _Held] = {}

    @property
    def endpoints(self) -> list[Endpoint]:
        """Where the deployments that have a token are reached."""
        return [endpoint for held in self._held.values() if (endpoint := held.open) is not None]

    @property
    def troubles(self) -> dict[str, str]:
        """Why a deployment cannot be reached, or soon will not be."""
        return {name: held.trouble for name, held in self._held.items() if held.trouble}

    def adopt(self, grants: Mapping[str, Grant], endpoints: Mapping[str, Endpoint]) -> None:
        """From now on keep these, and no others; nobody is told. A token stays while its grant does, and where only
        the secret was changed until there is one for the new secret.
        """
        before, self._held = self._held, {}
        for name, grant in grants.items():
            old = before.get(name)
            held = self._held[name] = _Held(grant, endpoints[name])
            if old is not None and (old.grant.url, old.grant.client) == (grant.url, grant.client):
                held.value, held.ends, held.trouble = old.value, old.ends, old.trouble
            if old is not None and old.grant == grant and old.task is not None:
                before.pop(name)
                old.grant, old.endpoint = grant, endpoints[name]
                self._held[name] = old
                continue
            held.task = asyncio.create_task(self._keep(name, held), name=f"token {name}")
        for gone in before.values():
            if gone.task is not None:
                gone.task.cancel()

    async def tried(self) -> None:
        """Wait until a token was asked for once for each deployment, with or without success."""
        for held in list(self._held.values()):
            await held.tried.wait()

    async def stop(self) -> None:
        """Ask no more."""
        tasks = [held.task for held in self._held.values() if held.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep(self, name: str, held: _Held) -> None:
        clock = asyncio.get_running_loop().time
        retry = FIRST_RETRY_S
        while True:
            began = clock()
            try:
                token = await aside(partial(self._ask, held.grant), f"token {name}")
            except (NoToken, OSError, ValueError) as error:  # OSError: its file of authorities is gone
                self._failed(name, held, str(error), clock())
                held.tried.set()
                wait = retry if not held.value else min(retry, max(0.0, held.ends - clock()))
                retry = min(retry * 2, LONGEST_RETRY_S)
            else:
                held.value, held.ends, held.trouble = token.value, began + token.seconds, ""
                retry = FIRST_RETRY_S
                self._changed(name, held.open)
                held.tried.set()
                wait = token.seconds * (RENEW_AT - JITTER * self._chance())
            await asyncio.sleep(wait)

    def _failed(self, name: str, held: _Held, why: str, now: float) -> None:
        if held.trouble != why:
            self._say(f"{name}: no token: {why}")
        held.trouble = why
        if held.value and now >= held.ends:
            held.value = ""
            self._changed(name, None)
            self._say(f"{name}: its token has ended, so it cannot be reached until there is another")
