"""Tokens of trusted issuers as a process meets them: each checked once, then looked up by its hash until it ends."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from comity.adapters.oidc.issuer import TrustedIssuer
from comity.terms.instants import Instant

if TYPE_CHECKING:
    from comity.adapters.oidc.verify import Verified

MAX_TOKEN_BYTES = 8_192
"""Tokens of Entra with many groups have 3 kB; past this it is none, and is not looked at."""

MAX_KNOWN = 10_000
"""Tokens remembered, valid ones and others, at some 300 bytes each; past it all are forgotten and checked anew."""

MAX_LIFE_MS = 3_600_000
"""However long a token lives, it is checked anew within the hour: keys are withdrawn."""

REFUSED_MS = 10_000
"""How long a token that opened nothing is not looked at again."""

BURST = 200
PER_SECOND = 100
"""Checks of signatures, each about 0.1 ms of the loop: a flood of forged tokens takes a hundredth of it, and keeps
only tokens that were never seen before from being read."""

PREFIX = b"ey"
"""How every signed token begins: the base64url of an opening brace and a quotation mark."""


def public_id(issuer: str) -> str:
    """What entries and lists have in place of a key's id, which has 64 characters at most (docs/spec/entry.md)."""
    return f"oidc.{issuer}"[:64]


class Bearers:
    """The tokens that one process knows."""

    def __init__(self, clock: Callable[[], Instant], unknown: Callable[[str], None]) -> None:
        """`unknown` is told the name of an issuer of which a token was seen whose key is not known."""
        self._clock = clock
        self._unknown = unknown
        self._issuers: dict[str, TrustedIssuer] = {}
        self._known: dict[bytes, tuple[Verified | None, Instant]] = {}
        self._checks = float(BURST)
        self._checked: Instant = 0

    def trust(self, issuers: Iterable[TrustedIssuer]) -> None:
        """From now on these issuers with these keys, and no others."""
        self._issuers = {issuer.issuer: issuer for issuer in issuers}
        self._known = {}

    def find(self, token: bytes) -> Verified | None:
        """Whom a token speaks for now; None if for nobody."""
        if not self._issuers or not token.startswith(PREFIX) or len(token) > MAX_TOKEN_BYTES:
            return None
        now = self._clock()
        digest = hashlib.sha256(token).digest()
        known = self._known.get(digest)
        if known is not None and now < known[1]:
            return known[0]
        if not self._may_check(now):
            return None
        found = self._verify(token)
        if len(self._known) >= MAX_KNOWN:
            self._known = {}
        ends = now + REFUSED_MS if found is None else min(found.ends, now + MAX_LIFE_MS)
        self._known[digest] = (found, ends)
        return found

    def _verify(self, token: bytes) -> Verified | None:
        from comity.adapters.oidc.verify import Refused, UnknownKid, verify

        try:
            return verify(token.decode("ascii"), self._issuers)
        except UnknownKid as error:
            self._unknown(error.issuer)
        except (Refused, UnicodeDecodeError):
            pass
        return None

    def _may_check(self, now: Instant) -> bool:
        self._checks = min(float(BURST), self._checks + max(0, now - self._checked) / 1000 * PER_SECOND)
        self._checked = now
        if self._checks < 1:
            return False
        self._checks -= 1
        return True
