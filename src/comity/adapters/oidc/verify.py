"""A token against the issuers that are trusted. All cryptography and every check of a claim is PyJWT's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import jwt

from comity.adapters.oidc.issuer import TrustedIssuer
from comity.terms.instants import Instant

ALGORITHMS = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "EC": ("ES256", "ES384", "ES512"),
    "OKP": ("EdDSA",),
}
"""By the kind of key. No `none`, and no HS*: with a public key as its secret anyone could sign."""

LEEWAY_S = 30
"""Clocks of issuers and hosts differ by seconds."""

MIN_RSA_BYTES = 256
"""2,048 bits (NIST SP 800-131A): shorter moduli can be factored, or soon can."""


class Refused(Exception):
    """The token opens nothing; the message says why, and never the token."""


class UnknownKid(Refused):
    """It names a key that its issuer is not known to have. `issuer` is the issuer's name."""

    def __init__(self, issuer: str) -> None:
        super().__init__("signed with a key that is not known")
        self.issuer = issuer


class Verified(NamedTuple):
    """Whom a token speaks for: `issuer` is the name of its issuer; an application, a role, or both; until `ends`."""

    issuer: str
    application: str
    role: str
    ends: Instant


def verify(token: str, issuers: Mapping[str, TrustedIssuer]) -> Verified:
    """Check a token; `issuers` is keyed by what `iss` says.

    Raises:
        Refused: it is none of theirs, is not valid now, or speaks for nobody here.
    """
    try:
        header = jwt.get_unverified_header(token)
        said = jwt.decode(token, options={"verify_signature": False}).get("iss")
        issuer = issuers.get(said) if isinstance(said, str) else None
        if issuer is None:
            raise Refused("its issuer is not trusted here")
        algorithm, key = _key(header, issuer)
        claims = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=issuer.audience,
            issuer=issuer.issuer,
            leeway=LEEWAY_S,
            options={"require": ["exp", "iss", "aud"]},
        )
    except jwt.PyJWTError as error:
        raise Refused(type(error).__name__) from None
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        raise Refused(f"it cannot be read ({type(error).__name__})") from None
    application, role = _one(claims, issuer, issuer.applications), _one(claims, issuer, issuer.roles)
    if not (application or role):
        raise Refused(f"its claim {issuer.claim} speaks for no application and no role here")
    return Verified(issuer.name, application, role, int(claims["exp"]) * 1000)


def _key(header: Mapping[str, Any], issuer: TrustedIssuer) -> tuple[str, jwt.PyJWK]:
    """The key that the token names, for the algorithm that it names, if the two go together."""
    kid, algorithm = header.get("kid"), header.get("alg")
    found = [key for key in issuer.keys if key.get("kid") == kid] if kid is not None else list(issuer.keys)
    if not found:
        raise UnknownKid(issuer.name)
    if len(found) > 1:
        raise Refused("it does not say which key it was signed with")
    key = found[0]
    if algorithm not in ALGORITHMS[str(key["kty"])] or key.get("alg", algorithm) != algorithm:
        raise Refused("its algorithm is not one that its key is for")
    made = jwt.PyJWK(key, algorithm=algorithm)
    if key["kty"] == "RSA" and made.key.key_size < MIN_RSA_BYTES * 8:
        raise Refused("its key is too short")
    return algorithm, made


def _one(claims: Mapping[str, Any], issuer: TrustedIssuer, table: Mapping[str, str]) -> str:
    """What the claim's value stands for. One that stands for several things stands for nobody: it would be a guess."""
    value = claims.get(issuer.claim)
    values: Iterable[Any] = value if isinstance(value, list) else (value,)
    found = {table[each] for each in values if isinstance(each, str) and each in table}
    if len(found) > 1:
        raise Refused(f"its claim {issuer.claim} speaks for several at once")
    return found.pop() if found else ""
