"""SHA-256 and HMAC-SHA-256, in the spellings that the formats use."""

from __future__ import annotations

import base64
import binascii
import hashlib

SIZE = 32
"""Bytes of a SHA-256 value."""

INNER = bytes(byte ^ 0x36 for byte in range(256))
OUTER = bytes(byte ^ 0x5C for byte in range(256))
"""Tables that turn a key into the two blocks of HMAC (RFC 2104)."""

_BLOCK = 64


def sha256(data: bytes) -> bytes:
    """SHA-256 of `data`, 32 bytes."""
    return hashlib.sha256(data).digest()


def sha256_hex(data: bytes) -> str:
    """SHA-256 of `data` in lowercase hex: how documents (realm, ruling, placement) are named."""
    return hashlib.sha256(data).hexdigest()


def pads(key: bytes) -> tuple[bytes, bytes]:
    """The inner and outer key blocks of HMAC-SHA-256 (RFC 2104) for a key of at most 64 bytes.

    Spelled out because `hmac.digest` takes twice as long under OpenSSL 3 and several messages share a key.

    Raises:
        ValueError: the key is longer than a block.
    """
    if len(key) > _BLOCK:
        raise ValueError("key is longer than 64 bytes")
    block = key.ljust(_BLOCK, b"\0")
    return block.translate(INNER), block.translate(OUTER)


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA-256 (RFC 2104), 32 bytes; `key` has at most 64 bytes."""
    inner, outer = pads(key)
    return hashlib.sha256(outer + hashlib.sha256(inner + message).digest()).digest()


def to_base64(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648 section 4)."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes:
    """Decode standard base64 that is exactly what `to_base64` would have written.

    Raises:
        ValueError: stray characters, missing padding, or bits set in the padding.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("not base64") from error
    if to_base64(data) != text:
        raise ValueError("base64 with stray bits")
    return data
