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

    def __init__(self, state: Path, *, clock: Callable[[], Instant], say: Callable[[str], None]) -> None:
        """Open the store, or make it.

        Raises:
            KeyStoreError: it cannot be read.
        """
        self._store = KeyStore(state)
        self._clock = clock
        self._say = say
        self._store.changed()
        self.keys: tuple[Key, ...] = self._store.keys()

    def find(self, secret: bytes) -> Key | None:
        """The key that `secret` is, if it opens anything now."""
        digest = digest_of(secret)
        found = next((key for key in self.keys if key.digest == digest), None)
        return found if found is not None and found.live(self._clock()) else None

    async def watch(self, changed: Callable[[tuple[Key, ...]], None]) -> None:
        """For ever: hand the table to `changed` whenever it does."""
        silent = False
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                if not self._store.changed():
                    continue
                self.keys = self._store.keys()
                silent = False
            except KeyStoreError as error:
                if not silent:
                    self._say(f"keys made or revoked from now on are not seen: {error}")
                silent = True
            else:
                changed(self.keys)

    def close(self) -> None:
        """Close the store."""
        self._store.close()
