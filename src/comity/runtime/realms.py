"""Realms over time: the one that rules, and the next one built before its date."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from comity.adapters.claims import require_claims
from comity.adapters.realms import build_realm, keep
from comity.adapters.stack_files import StackFile
from comity.law.realm import Realm
from comity.terms.instants import Instant
from comity.terms.problems import Problems

AHEAD_MS = 3_600_000
"""An hour before a realm ends the next is built: time to mend what keeps it from being built."""

RETRY_S = 60.0
"""Between two tries to build the next realm; also the longest sleep, for clocks are set."""


class Realms:
    """Builds the realms of one stack file, and makes each durable before anyone may use it."""

    def __init__(
        self, file: StackFile, state: Path, *, clock: Callable[[], Instant], say: Callable[[str], None]
    ) -> None:
        self._file = file
        self._state = state
        self._clock = clock
        self._say = say
        self._known: list[Realm] = []

    def first(self) -> Realm:
        """Build and keep the realm in force now, and rule by it. Blocking.

        Raises:
            Problems: what is wrong with a pack, or a claim of the stack file that does not hold.
            OSError: the disk refused the bundle.
        """
        self._known = [self.build(self._file)]
        return self._known[0]

    def build(self, file: StackFile, at: Instant | None = None) -> Realm:
        """The realm of a stack file in force at `at`, by default now, made durable, if every claim of the file holds.
        Blocking; raises as `first`.
        """
        when = self._clock() if at is None else at
        require_claims(file, when)
        realm = build_realm(file, when)
        keep(self._state, realm)
        return realm

    def replace(self, file: StackFile, realm: Realm) -> None:
        """Rule by `realm`, which was built of `file`, from now on."""
        self._file, self._known = file, [realm]

    @property
    def current(self) -> Realm:
        """The realm that rules now, or the last one that did."""
        begun = [realm for realm in self._known if realm.since <= self._clock()]
        return begun[-1] if begun else self._known[0]

    @property
    def digests(self) -> tuple[str, ...]:
        """What a worker that starts now must take: the current realm, and the next if it is there."""
        current = self.current
        return tuple(realm.digest for realm in self._known if realm.since >= current.since)

    async def build_ahead(self, built: Callable[[Realm], None]) -> None:
        """For ever: build the next realm before the last one ends, and hand it to `built`."""
        while True:
            last = self._known[-1]
            wait = max(last.since, last.valid_until - AHEAD_MS) - self._clock()
            if wait > 0:
                await asyncio.sleep(min(wait / 1000, RETRY_S))
                continue
            file = self._file
            try:
                realm = await asyncio.to_thread(self.build, file, last.valid_until)
            except (Problems, OSError, ValueError) as error:
                self._say(f"the next realm cannot be built, requests will be refused from its date on: {error}")
                await asyncio.sleep(RETRY_S)
            else:
                if self._known[-1] is last:  # else it was replaced meanwhile, and what follows it is another
                    self._known = [last, realm]
                    built(realm)
