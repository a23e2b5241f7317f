"""Who each key speaks for: one table, looked up by the SHA-256 of what the caller presents."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping

from comity.adapters.keys import Key
from comity.relay.looking import looks_of
from comity.relay.tenant import Tenant
from comity.runtime.bearers import public_id
from comity.stack.detection import Detection
from comity.stack.types import Application
from comity.terms.instants import FAR_FUTURE, Instant

NO_SALT = bytes(32)
"""A role asks for no inference, so nothing of its is ever committed to."""

NO_FLOOR = Detection()

MAX_KEY_BYTES = 256
"""Ours have 46; what is longer is no key and is not hashed."""


class Tenants:
    """An immutable table of tenants.

    The look-up compares digests in a hash table, so its time says nothing about a key that is there.
    """

    __slots__ = ("_by_digest", "_of_tokens", "_tenant")

    def __init__(
        self,
        by_digest: Mapping[bytes, tuple[Tenant, Instant]],
        tenant: Callable[[Key], Tenant | None] = lambda key: None,
    ) -> None:
        """`tenant` makes the tenant of a key."""
        self._by_digest = by_digest
        self._tenant = tenant
        self._of_tokens: dict[tuple[str, str, str], Tenant | None] = {}

    @classmethod
    def of(
        cls,
        keys: Iterable[Key],
        applications: Mapping[str, Application],
        salt: Callable[[str], bytes],
        before: Tenants | None = None,
        detection: Detection = NO_FLOOR,
    ) -> Tenants:
        """The table of keys that open something: not revoked, and of an application that the stack has.

        `salt` gives an application's erasure salt, `detection` says how far requests are looked at. A tenant about whom
        nothing changed is the same object as `before`.
        """
        kept = before._by_digest if before is not None else {}
        table: dict[bytes, tuple[Tenant, Instant]] = {}

        def make(key: Key) -> Tenant | None:
            return _tenant(key, applications, salt, detection)

        for key in keys:
            tenant = make(key)
            if tenant is None or key.revoked is not None:
                continue
            digest = bytes.fromhex(key.digest)
            old = kept.get(digest)
            if old is not None and old[0] == tenant:
                tenant = old[0]
            table[digest] = (tenant, FAR_FUTURE if key.expires is None else key.expires)
        return cls(table, make)

    def find(self, key: bytes, now: Instant) -> Tenant | None:
        """Who `key` speaks for at `now`; None if it opens nothing."""
        if len(key) > MAX_KEY_BYTES:
            return None
        found = self._by_digest.get(hashlib.sha256(key).digest())
        if found is None or now >= found[1]:
            return None
        return found[0]

    def of_token(self, issuer: str, application: str, role: str) -> Tenant | None:
        """Who a token speaks for, whose issuer has this name; the same object for all tokens that speak alike.

        Deployments are not disclosed: who may see their names has a key that says so.
        """
        asked = (issuer, application, role)
        if asked not in self._of_tokens:
            one = role if not application else None
            key = Key(public_id(issuer), "", application or None, one, "none", 0)  # type: ignore[arg-type]  # checked
            self._of_tokens[asked] = self._tenant(key)
        return self._of_tokens[asked]

    def __len__(self) -> int:
        return len(self._by_digest)


def narrowed(allowed: tuple[str, ...] | None, wanted: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """What both allow, sorted; None allows everything. A key never widens what its application may ask for."""
    if allowed is None or wanted is None:
        either = allowed if wanted is None else wanted
        return None if either is None else tuple(sorted(either))
    return tuple(sorted({*allowed} & {*wanted}))


def _tenant(
    key: Key, applications: Mapping[str, Application], salt: Callable[[str], bytes], detection: Detection
) -> Tenant | None:
    if key.application is not None:
        application = applications.get(key.application)
        if application is None:
            return None
        return Tenant(
            application=key.application,
            controller=application.controller,
            key=key.id,
            salt=salt(key.application),
            disclose=key.disclose,
            models=narrowed(application.models, key.models),
            looks=looks_of(application, detection),
        )
    if key.role == "auditor":
        return Tenant("auditor", "", key.id, NO_SALT, key.disclose, auditor=True)
    return None
