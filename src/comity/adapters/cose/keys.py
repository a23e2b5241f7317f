"""Keys that sign COSE: the log's own Ed25519 key, or one of the operator's in a PEM file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cbor2
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from comity.proof.note import Signer
from comity.terms.digests import sha256
from comity.terms.errors import UsageFault

ED25519 = -19
"""COSE algorithm Ed25519 (RFC 9864), which takes the place of the less exact EdDSA (-8)."""

ES256 = -7
"""ECDSA on P-256 with SHA-256 (RFC 9053); exactly which curve is in the key."""


@dataclass(frozen=True, slots=True)
class CoseKey:
    """A key and how it signs.

    Attributes:
        algorithm: `ED25519` or `ES256`.
        public: the COSE_Key with its required members alone (RFC 9052 section 7, RFC 9053 section 7).
        sign: gives the signature of bytes, in COSE's form.
    """

    algorithm: int
    public: dict[int, Any]
    sign: Callable[[bytes], bytes]

    @property
    def id(self) -> bytes:
        """`kid`: the key's thumbprint by SHA-256 (RFC 9679), 32 bytes."""
        return sha256(self.encoded)

    @property
    def encoded(self) -> bytes:
        """The COSE_Key in deterministic CBOR."""
        return cbor2.dumps(self.public, canonical=True)


def of_log(signer: Signer) -> CoseKey:
    """The log's key. A COSE signature's input can be no note: it is not UTF-8, which `sign_binary` sees to."""
    return _ed25519(signer.key.public, signer.sign_binary)


def of_pem(data: bytes, place: str) -> CoseKey:
    """An Ed25519 or P-256 key in an unencrypted PEM file.

    Raises:
        UsageFault: it is neither.
    """
    try:
        private = load_pem_private_key(data, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UsageFault(f"{place} holds no private key in unencrypted PEM") from None
    if isinstance(private, Ed25519PrivateKey):
        public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return _ed25519(public, private.sign)
    if isinstance(private, EllipticCurvePrivateKey) and isinstance(private.curve, SECP256R1):
        return _p256(private)
    raise UsageFault(f"{place}: COSE receipts are signed with an Ed25519 or a P-256 key")


def _ed25519(public: bytes, sign: Callable[[bytes], bytes]) -> CoseKey:
    return CoseKey(ED25519, {1: 1, -1: 6, -2: public}, sign)


def _p256(private: EllipticCurvePrivateKey) -> CoseKey:
    def sign(data: bytes) -> bytes:
        r, s = decode_dss_signature(private.sign(data, ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    public: EllipticCurvePublicKey = private.public_key()
    numbers = public.public_numbers()
    return CoseKey(ES256, {1: 2, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}, sign)
