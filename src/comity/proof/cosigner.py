"""A witness's key: it signs checkpoints with the time at which it saw them (C2SP tlog-cosignature v1, Ed25519)."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from comity.proof.cosignature import ED25519_COSIGNATURE, MAX_TIME
from comity.proof.note import NoteError, Signature, VerifierKey, check_name
from comity.terms.digests import from_base64, to_base64


class Cosigner:
    """An Ed25519 key that cosigns under one name. It must never sign anything else: its message does not say its name.

    The seed never leaves it but through `private_text`.
    """

    __slots__ = ("_key", "_seed", "key")

    def __init__(self, name: str, seed: bytes) -> None:
        self._seed = seed
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.key = VerifierKey(check_name(name), ED25519_COSIGNATURE, public)

    @classmethod
    def parse(cls, text: str) -> Cosigner:
        """Read `PRIVATE+KEY+<name>+<key id>+<base64(0x04 || seed)>`, a note's signing key with a cosignature's type.

        Raises:
            NoteError: not of this form; the message shows nothing of the text.
        """
        parts = text.strip().split("+", 4)
        if len(parts) != 5 or parts[:2] != ["PRIVATE", "KEY"]:
            raise NoteError("a signing key has the form PRIVATE+KEY+<name>+<key id>+<base64>")
        try:
            material = from_base64(parts[4])
        except ValueError:
            raise NoteError("the signing key is not base64") from None
        if len(material) != 33 or material[0] != ED25519_COSIGNATURE:
            raise NoteError("the signing key is no Ed25519 key of a witness")
        cosigner = cls(parts[2], material[1:])
        if cosigner.key.id.hex() != parts[3]:
            raise NoteError("the signing key has another key id than its key: it was cut or altered")
        return cosigner

    @property
    def private_text(self) -> str:
        """The signing key in the form that `parse` reads."""
        material = to_base64(bytes([ED25519_COSIGNATURE]) + self._seed)
        return f"PRIVATE+KEY+{self.key.name}+{self.key.id.hex()}+{material}"

    def cosign(self, text: str, time: int) -> Signature:
        """The cosignature of the checkpoint `text`, seen at `time` (Unix seconds).

        Raises:
            ValueError: a time that a cosignature cannot bear; 0 says nothing of when, so a witness never gives it.
        """
        if not 0 < time <= MAX_TIME:
            raise ValueError(f"a witness cannot sign at {time}")
        message = f"cosignature/v1\ntime {time}\n{text}".encode()
        return Signature(self.key.name, self.key.id, time.to_bytes(8, "big") + self._key.sign(message))
