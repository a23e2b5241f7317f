"""A key: what is shown once, and what is kept of it."""

from __future__ import annotations

import hashlib
from typing import Literal, TypeAlias, get_args

from msgspec import Struct, to_builtins

from comity.stack.operation import Budget, Limits
from comity.terms.instants import Instant

Role: TypeAlias = Literal["owner", "operator", "auditor", "counsel"]
Disclose: TypeAlias = Literal["full", "none"]

ROLES: tuple[Role, ...] = get_args(Role)

SECRET_BYTES = 32
"""256 random bits: nothing to guess, so a plain SHA-256 at rest is enough (no slow hash on the hot path)."""

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_DIGITS = 43
"""Base-62 digits that hold 256 bits: letters and digits alone, so that a double click takes the whole key."""


class Key(Struct, frozen=True):
    """What is kept of a key: whose it is and its SHA-256 (hex), never the key.

    Exactly one of `application` and `role` is set. A key is dead from `revoked` or `expires` on. `models` narrows what
    its application may ask for, `limits` and `budgets` hold besides those of the application.
    """

    id: str
    digest: str
    application: str | None
    role: Role | None
    disclose: Disclose
    created: Instant
    expires: Instant | None = None
    revoked: Instant | None = None
    models: tuple[str, ...] | None = None
    limits: Limits | None = None
    budgets: tuple[Budget, ...] = ()

    def live(self, now: Instant) -> bool:
        """Whether the key opens anything at `now`."""
        return self.revoked is None and (self.expires is None or now < self.expires)

    def document(self, now: Instant) -> dict[str, object]:
        """The key as lists show it, without its hash; instants in Unix milliseconds."""
        return {
            "id": self.id,
            "application": self.application,
            "role": self.role,
            "disclose": self.disclose,
            "created": self.created,
            "expires": self.expires,
            "revoked": self.revoked,
            "live": self.live(now),
            "models": None if self.models is None else list(self.models),
            "limits": to_builtins(self.limits or Limits()),
            "budgets": to_builtins(self.budgets),
        }


def new_secret(entropy: bytes) -> str:
    """The key as its holder sees it: `sk-` and 43 letters and digits.

    Raises:
        ValueError: `entropy` is not 32 bytes.
    """
    if len(entropy) != SECRET_BYTES:
        raise ValueError(f"a key is made of {SECRET_BYTES} random bytes")
    number = int.from_bytes(entropy, "big")
    digits = []
    for _ in range(_DIGITS):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "sk-" + "".join(reversed(digits))


def digest_of(secret: bytes) -> str:
    """SHA-256 of a key as it is presented, hex: looked up in a table, so nothing is compared byte by byte."""
    return hashlib.sha256(secret).hexdigest()
