"""An issuer whose tokens are taken, with its public keys."""

from __future__ import annotations

from msgspec import Struct


class TrustedIssuer(Struct, frozen=True):
    """What is needed to check a token without asking anyone.

    Attributes:
        name: its key in the stack file; shown in lists and entries.
        issuer, audience: what `iss` must be, and `aud` must have.
        claim: the claim whose value, or one value of its list, says whom a token speaks for.
        applications, roles: that value to an application or a role.
        keys: JWKs (RFC 7517), each a JSON object.
    """

    name: str
    issuer: str
    audience: str
    claim: str
    applications: dict[str, str]
    roles: dict[str, str]
    keys: tuple[dict[str, str | list[str] | bool | int], ...] = ()
