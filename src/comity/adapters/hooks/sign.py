"""What proves that a message came from this gateway: the signature of Standard Webhooks, version 1."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

PREFIX = "whsec_"
"""A secret that begins so is base64 behind it; any other is its own bytes."""


def signature(secret: str, identity: str, seconds: int, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA-256 over `identity.seconds.body`; `seconds` are of the Unix epoch."""
    signed = b"%b.%d.%b" % (identity.encode(), seconds, body)
    return "v1," + base64.b64encode(hmac.digest(_key(secret), signed, hashlib.sha256)).decode()


def _key(secret: str) -> bytes:
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret[len(PREFIX) :], validate=True)
        except binascii.Error:
            return secret.encode()
    return secret.encode()
