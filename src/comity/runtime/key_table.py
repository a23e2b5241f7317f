"""The table of keys as the supervisor holds it, fresh within a quarter of a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from comity.adapters.keys import Key, KeyStore, KeyStoreError, digest_of
from comity.terms.instants import Instant

LOOK_S = 0.25
"""Between two looks at the store: revocation reaches every worker within a second (it is one small read)."""


class KeyTable:
    """All keys, read again whenever another process has written them."""

    def __init__(self, state: Path, url: str = "", *, clock: Callable[[], Instant], say: Callable[[str], None]) -> None:
        """Open the store, or make it.

        Raises:
            KeyStoreError: it cannot be read.
        """
        self.store = KeyStore(state, url)
        self._clock = clock
        self._say = say
        self._by_digest: dict[str, Key] = {}
        self.keys: tuple[Key, ...] = ()
        self.store.changed()
        self._hold(self.store.keys())

    def find(self, secret: bytes) -> Key | None:
        """The key that `secret` is, if it opens anything now; by its hash, so the time tells nothing of other keys."""
        found = self._by_digest.get(digest_of(secret))
        return found if found is not None and found.live(self._clock()) else None

    async def watch(self, changed: Callable[[tuple[Key, ...]], None]) -> None:
        """For ever: hand the table to `changed` whenever it does. While the store is away the last table holds."""
        silent = False
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.look(changed)
            except KeyStoreError as error:
                if not silent:
                    self._say(f"keys made or revoked from now on are not seen: {error}")
                silent = True
                continue
            if silent:
                self._say("keys are seen again")
            silent = False

    async def look(self, changed: Callable[[tuple[Key, ...]], None]) -> None:
        """Now: hand the table to `changed` if it has.

        Raises:
            KeyStoreError: the store cannot be read.
        """
        keys = await asyncio.to_thread(self._look)
        if keys is not None:
            self._hold(keys)
            changed(keys)

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def _look(self) -> tuple[Key, ...] | None:
        return self.store.keys() if self.store.changed() else None

    def _hold(self, keys: tuple[Key, ...]) -> None:
        self.keys = keys
        self._by_digest = {key.digest: key for key in keys}
