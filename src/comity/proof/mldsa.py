"""ML-DSA-44 (FIPS 204), where the installed `cryptography` has it."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

try:
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
except ImportError:  # older than 47, which the base install allows
    _THERE = False
else:
    _THERE = True

SEED_SIZE = 32
PUBLIC_SIZE = 1312

NEEDED = "ML-DSA-44 needs cryptography 47 or newer, built with it: pip install --upgrade cryptography"
"""What is missing where `available()` is false, and the way out."""


def available() -> bool:
    """Whether this Python can make and verify ML-DSA-44 signatures."""
    if not _THERE:
        return False
    try:
        MLDSA44PrivateKey.from_seed_bytes(bytes(SEED_SIZE))
    except UnsupportedAlgorithm:
        return False
    return True


def public_of(seed: bytes) -> bytes:
    """The public key (1,312 bytes) of a seed (32 bytes). Call only where `available()`."""
    return MLDSA44PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw()


def sign(seed: bytes, message: bytes) -> bytes:
    """A signature (2,420 bytes) with an empty context. It is hedged: twice the same message, two signatures."""
    return MLDSA44PrivateKey.from_seed_bytes(seed).sign(message)


def verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature is valid; False for anything that is no key or signature, or cannot be checked here."""
    if not _THERE:
        return False
    try:
        MLDSA44PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True
