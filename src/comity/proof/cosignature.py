"""Cosignatures of checkpoints (C2SP tlog-cosignature v1.1): timestamped Ed25519, and ML-DSA-44."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from comity.proof import mldsa
from comity.proof.checkpoint import Checkpoint, CheckpointError
from comity.proof.note import (
    ED25519,
    ED25519_COSIGNATURE,
    ML_DSA_44_COSIGNATURE,
    NoteError,
    Signature,
    VerifierKey,
    check_name,
    ed25519_verifies,
    private_parts,
)
from comity.terms.digests import to_base64

__all__ = [
    "COSIGNATURES", "ED25519_COSIGNATURE", "LOG_SIGNATURES", "MAX_TIME", "ML_DSA_44_COSIGNATURE", "Cosigner",
    "cosigned_at", "log_signed",
]  # fmt: skip

MAX_TIME = 2**63 - 1

COSIGNATURES = (ED25519_COSIGNATURE, ML_DSA_44_COSIGNATURE)
"""Types of key with which a witness signs."""

LOG_SIGNATURES = (ED25519, ED25519_COSIGNATURE, ML_DSA_44_COSIGNATURE)
"""Types of key with which a log signs, as far as they are verified here (tlog-checkpoint, "Signatures")."""

_SEED_SIZE = 32


def cosigned_at(key: VerifierKey, text: str, signature: Signature) -> int | None:
    """When a cosigner says that it saw the checkpoint `text` (Unix seconds), or None if it is not its cosignature.

    0 says no time: the cosigner states that the tree is consistent with all that it saw, and nothing of when.
    """
    value = signature.value
    time = int.from_bytes(value[:8], "big")
    if len(value) <= 8 or time > MAX_TIME:
        return None
    if key.kind == ED25519_COSIGNATURE:
        good = ed25519_verifies(key.public, _ed25519_message(text, time), value[8:])
    elif key.kind == ML_DSA_44_COSIGNATURE:
        try:
            message = _ml_dsa_message(key.name, Checkpoint.parse(text), time)
        except (CheckpointError, ValueError):
            return None
        good = mldsa.verifies(key.public, message, value[8:])
    else:
        return None
    return time if good else None


def log_signed(key: VerifierKey, text: str, signature: Signature) -> bool:
    """Whether a log's key signed the checkpoint `text`, with whichever type of signature the key is for."""
    if key.kind == ED25519:
        return key.verifies(text.encode(), signature.value)
    return cosigned_at(key, text, signature) is not None


class Cosigner:
    """A key that cosigns checkpoints under one name, of either type. The seed leaves it through `private_text` only."""

    __slots__ = ("_seed", "key")

    def __init__(self, name: str, kind: int, seed: bytes) -> None:
        """`seed` has 32 bytes.

        Raises:
            NoteError: no such type of cosignature, a bad name, or ML-DSA-44 is not to be had here.
        """
        if kind not in COSIGNATURES or len(seed) != _SEED_SIZE:
            raise NoteError("a cosigner's key is of type 0x04 or 0x06, from a seed of 32 bytes")
        if kind == ED25519_COSIGNATURE:
            public = (
                Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            )
        elif not mldsa.available():
            raise NoteError(mldsa.NEEDED)
        else:
            public = mldsa.public_of(seed)
        self._seed = seed
        self.key = VerifierKey(check_name(name), kind, public)

    @classmethod
    def parse(cls, text: str) -> Cosigner:
        """Read `PRIVATE+KEY+<name>+<key id>+<base64(type || seed)>`.

        Raises:
            NoteError: not of this form; the message shows nothing of the text.
        """
        name, key_id, material = private_parts(text)
        cosigner = cls(name, material[0] if material else 0, material[1:])
        if cosigner.key.id.hex() != key_id:
            raise NoteError("the signing key has another key id than its key: it was cut or altered")
        return cosigner

    @property
    def private_text(self) -> str:
        """The key in the form that `parse` reads."""
        return f"PRIVATE+KEY+{self.key.name}+{self.key.id.hex()}+{to_base64(bytes([self.key.kind]) + self._seed)}"

    def named(self, name: str) -> Cosigner:
        """The same key under another name."""
        return Cosigner(name, self.key.kind, self._seed)

    def cosign(self, text: str, time: int) -> Signature:
        """The cosignature of the checkpoint `text` at `time` (Unix seconds).

        Raises:
            ValueError: the time is out of range; with ML-DSA-44 also if the text is no checkpoint, or it or the
                cosigner has a name of more than 255 bytes.
        """
        if not 0 <= time <= MAX_TIME:
            raise ValueError("a cosignature's time is from 0 to 2^63 - 1")
        if self.key.kind == ED25519_COSIGNATURE:
            value = Ed25519PrivateKey.from_private_bytes(self._seed).sign(_ed25519_message(text, time))
        else:
            value = mldsa.sign(self._seed, _ml_dsa_message(self.key.name, Checkpoint.parse(text), time))
        return Signature(self.key.name, self.key.id, time.to_bytes(8, "big") + value)


def _ed25519_message(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _ml_dsa_message(cosigner: str, checkpoint: Checkpoint, time: int) -> bytes:
    """The `cosigned_message` of a whole tree: `start` is 0, `end` the size. It has no extension lines in it."""
    return b"".join(
        (
            b"subtree/v1\n\0",
            _short(cosigner),
            time.to_bytes(8, "big"),
            _short(checkpoint.origin),
            bytes(8),
            checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        )
    )


def _short(text: str) -> bytes:
    data = text.encode()
    if len(data) > 255:
        raise ValueError("a name has more than the 255 bytes that an ML-DSA-44 cosignature can hold")
    return bytes([len(data)]) + data
