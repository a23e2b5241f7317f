"""Witness cosignatures of checkpoints (C2SP tlog-cosignature v1, Ed25519)."""

from __future__ import annotations

from comity.proof.note import ED25519_SIZE, Signature, VerifierKey, ed25519_verifies

ED25519_COSIGNATURE = 0x04
"""Signature type of a timestamped Ed25519 cosignature."""

MAX_TIME = 2**63 - 1


def cosigned_at(key: VerifierKey, text: str, signature: Signature) -> int | None:
    """When a witness says that it saw the checkpoint `text` (Unix seconds), or None if it is not its cosignature."""
    value = signature.value
    if key.kind != ED25519_COSIGNATURE or len(value) != 8 + ED25519_SIZE:
        return None
    time = int.from_bytes(value[:8], "big")
    message = f"cosignature/v1\ntime {time}\n{text}".encode()
    if time > MAX_TIME or not ed25519_verifies(key.public, message, value[8:]):
        return None
    return time
