"""Keeps the public keys of the stack's issuers fresh; the supervisor alone asks them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from comity.adapters.oidc.issuer import TrustedIssuer
from comity.adapters.oidc.jwks import NoKeys, keys_of
from comity.stack.operation import Issuer

FRESH_S = 300.0
"""Between two looks at an issuer's keys; issuers publish a new key well before they sign with it."""

HASTE_S = 30.0
"""Between two looks that tokens with unknown keys ask for: forged ones must not make us flood an issuer."""

RETRY_S = 10.0
"""Until an issuer whose keys were never had is asked again."""

Fetch = Callable[[str, str | None, Path], tuple[dict[str, Any], ...]]


class Issuers:
    """The issuers of a stack, each with the last keys that it was seen to have."""

    def __init__(
        self, changed: Callable[[], None], say: Callable[[str], None], folder: Path, *, fetch: Fetch = keys_of
    ) -> None:
        """`changed` is called when keys have; paths start at `folder`."""
        self._changed = changed
        self._say = say
        self._folder = folder
        self._fetch = fetch
        self._issuers: dict[str, Issuer] = {}
        self._keys: dict[str, tuple[dict[str, Any], ...]] = {}
        self._troubles: dict[str, str] = {}
        self._looked: dict[str, float] = {}
        self._wanted = asyncio.Event()
        self._hasty: set[str] = set()

    @property
    def trusted(self) -> tuple[TrustedIssuer, ...]:
        """What whoever checks tokens must know; an issuer without keys is not among them."""
        return tuple(
            TrustedIssuer(
                name, each.issuer, each.audience, each.claim, each.applications, dict(each.roles), self._keys[name]
            )
            for name, each in self._issuers.items()
            if name in self._keys
        )

    @property
    def troubles(self) -> dict[str, str]:
        """Why an issuer's keys are not there, or not fresh."""
        return dict(self._troubles)

    def adopt(self, issuers: Mapping[str, Issuer]) -> None:
        """From now on these; keys stay while the issuer and where it publishes them do."""
        before, self._issuers = self._issuers, dict(issuers)
        for name in [*self._keys]:
            old, new = before.get(name), issuers.get(name)
            if new is None or old is None or (old.issuer, old.jwks) != (new.issuer, new.jwks):
                del self._keys[name]
                self._looked.pop(name, None)
        self._troubles = {name: why for name, why in self._troubles.items() if name in issuers}
        self._wanted.set()
        self._changed()

    def unknown(self, name: str) -> None:
        """A token was seen whose key this issuer is not known to have."""
        if name in self._issuers:
            self._hasty.add(name)
            self._wanted.set()

    async def tried(self) -> None:
        """Ask every issuer once: whoever serves from its first moment on must not refuse what it will soon know."""
        clock = asyncio.get_running_loop().time
        await asyncio.gather(*(self._look(name, clock) for name in self._issuers))

    async def watch(self) -> None:
        """For ever: have the keys of every issuer, and have them again when it is time."""
        clock = asyncio.get_running_loop().time
        while True:
            now = clock()
            due = {name: self._due(name) for name in self._issuers}
            for name in [name for name, at in due.items() if at <= now]:
                await self._look(name, clock)
            soonest = min((self._due(name) for name in self._issuers), default=now + FRESH_S)
            self._wanted.clear()
            try:
                async with asyncio.timeout(max(0.05, soonest - clock())):
                    await self._wanted.wait()
            except TimeoutError:
                pass

    def _due(self, name: str) -> float:
        """When the issuer is to be asked next, by the loop's clock."""
        looked = self._looked.get(name)
        if looked is None:
            return 0.0
        if name in self._hasty:
            return looked + HASTE_S
        return looked + (FRESH_S if name in self._keys else RETRY_S)

    async def _look(self, name: str, clock: Callable[[], float]) -> None:
        issuer = self._issuers.get(name)
        if issuer is None:
            return
        self._hasty.discard(name)
        self._looked[name] = clock()
        try:
            keys = await asyncio.to_thread(self._fetch, issuer.issuer, issuer.jwks, self._folder)
        except NoKeys as error:
            if self._troubles.get(name) != str(error):
                held = "the last ones are still taken" if name in self._keys else "its tokens open nothing"
                self._say(f"keys of the issuer {name} cannot be had, {held}: {error}")
            self._troubles[name] = str(error)
            return
        self._troubles.pop(name, None)
        if self._issuers.get(name) == issuer and self._keys.get(name) != keys:
            self._keys[name] = keys
            self._changed()
