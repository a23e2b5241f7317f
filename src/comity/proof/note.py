"""Signed notes and verifier keys (C2SP signed-note v1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from comity.proof import mldsa
from comity.terms.digests import from_base64, sha256, to_base64

ED25519 = 0x01
"""Signature type of a plain Ed25519 note signature."""

ED25519_COSIGNATURE = 0x04
"""Signature type of a timestamped Ed25519 cosignature (tlog-cosignature)."""

ML_DSA_44_COSIGNATURE = 0x06
"""Signature type of a timestamped ML-DSA-44 cosignature (tlog-cosignature)."""

MAX_NOTE_BYTES = 131_072
"""Room for 16 signatures of nearly 5 kB, 6.7 kB each in base64, which a verifier must accept; and the text."""

MAX_SIGNATURES = 32
"""Twice what a verifier must accept; each known one costs a verification."""

_PUBLIC_SIZES = {ED25519: 32, ED25519_COSIGNATURE: 32, ML_DSA_44_COSIGNATURE: mldsa.PUBLIC_SIZE}

_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)")
_KEY_ID = re.compile(r"[0-9a-f]{8}")


class NoteError(ValueError):
    """Text that is no signed note, or no verifier key; the message says what is wrong."""


def check_name(name: str) -> str:
    """The name itself, if it may name a key: UTF-8, not empty, no Unicode space, no plus, no control character."""
    if not name or any(character.isspace() or character == "+" or character < " " for character in name):
        raise NoteError(f"key name {name[:80]!r} is empty or has a space, a plus or a control character")
    if not _is_utf8(name):
        raise NoteError(f"key name {name[:80]!r} is not UTF-8")
    return name


def _is_utf8(text: str) -> bool:
    """False for a text that holds half of a character: it has no bytes that could be signed."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """The four bytes that stand for a key in a signature line."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public)[:4]


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under a name. Keys of an unknown `kind` can be held and named, but verify nothing."""

    name: str
    kind: int
    public: bytes

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read a vkey, `<name>+<key id>+<base64>`.

        Raises:
            NoteError: not of this form, or the id is not that of the key.
        """
        parts = text.strip().split("+", 2)
        if len(parts) != 3 or not _KEY_ID.fullmatch(parts[1]):
            raise NoteError("a vkey has the form <name>+<8 hex digits>+<base64>")
        name = check_name(parts[0])
        try:
            material = from_base64(parts[2])
        except ValueError as error:
            raise NoteError(f"the vkey of {name}: {error}") from error
        if len(material) < 2:
            raise NoteError(f"the vkey of {name} holds no key")
        key = cls(name, material[0], material[1:])
        if key.id.hex() != parts[1]:
            raise NoteError(f"the vkey of {name} has another key id than its key: it was cut or altered")
        size = _PUBLIC_SIZES.get(key.kind, len(key.public))
        if len(key.public) != size:
            raise NoteError(f"the vkey of {name}: a key of type 0x{key.kind:02x} has {size} bytes")
        if key.kind == ML_DSA_44_COSIGNATURE and not mldsa.available():
            raise NoteError(f"the vkey of {name} is of a type that cannot be checked here: {mldsa.NEEDED}")
        return key

    @property
    def id(self) -> bytes:
        """Key id, four bytes."""
        return key_id(self.name, self.kind, self.public)

    @property
    def text(self) -> str:
        """The vkey."""
        return f"{self.name}+{self.id.hex()}+{to_base64(bytes([self.kind]) + self.public)}"

    def named(self, name: str) -> VerifierKey:
        """The same public key under another name (it has another key id then)."""
        return VerifierKey(check_name(name), self.kind, self.public)

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Whether `signature` is this key's Ed25519 signature of `message`."""
        return self.kind == ED25519 and ed25519_verifies(self.public, message, signature)


def ed25519_verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature (RFC 8032) is valid; False for anything that is no key or signature."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who signed, with which key, and the signature's bytes."""

    name: str
    key_id: bytes
    value: bytes

    @property
    def line(self) -> str:
        """The line with its newline."""
        return f"— {self.name} {to_base64(self.key_id + self.value)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text, with its final newline, and its signature lines, none of them verified yet."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, data: str) -> Note:
        """Read a signed note.

        Raises:
            NoteError: not of the form of signed-note, or over a limit.
        """
        if len(data) > MAX_NOTE_BYTES:
            raise NoteError(f"the note is longer than {MAX_NOTE_BYTES} characters")
        if any(character < " " and character != "\n" for character in data) or not _is_utf8(data):
            raise NoteError("the note has a control character, or half of one that UTF-8 cannot hold")
        text, blank, lines = data.rpartition("\n\n")
        if not blank or not lines.endswith("\n"):
            raise NoteError("the note does not end in a blank line and signature lines")
        signatures = tuple(_signature(line) for line in lines[:-1].split("\n"))
        if len(signatures) > MAX_SIGNATURES:
            raise NoteError(f"the note has more than {MAX_SIGNATURES} signatures")
        return cls(text + "\n", signatures)

    def by(self, key: VerifierKey) -> list[Signature]:
        """The signature lines that claim to be by this key: same name and key id."""
        return [line for line in self.signatures if line.name == key.name and line.key_id == key.id]


def _signature(line: str) -> Signature:
    match = _LINE.fullmatch(line)
    if match is None:
        raise NoteError("a line after the text is no signature line")
    try:
        value = from_base64(match[2])
    except ValueError as error:
        raise NoteError(f"the signature of {match[1][:80]}: {error}") from error
    if len(value) < 5:
        raise NoteError(f"the signature of {match[1][:80]} is too short")
    return Signature(check_name(match[1]), value[:4], value[4:])


def private_parts(text: str) -> tuple[str, str, bytes]:
    """Name, key id in hex and material (type and seed) of `PRIVATE+KEY+<name>+<key id>+<base64>`, as they stand.

    Raises:
        NoteError: not of this form; the message shows nothing of the text.
    """
    parts = text.strip().split("+", 4)
    if len(parts) != 5 or parts[:2] != ["PRIVATE", "KEY"]:
        raise NoteError("a signing key has the form PRIVATE+KEY+<name>+<key id>+<base64>")
    try:
        return parts[2], parts[3], from_base64(parts[4])
    except ValueError:
        raise NoteError("the signing key is not base64") from None


class Signer:
    """An Ed25519 key that signs notes under one name. The seed never leaves it but through `private_text`."""

    __slots__ = ("_key", "_seed", "key")

    def __init__(self, name: str, seed: bytes) -> None:
        self._seed = seed
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = VerifierKey(
            check_name(name), ED25519, self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        )

    @classmethod
    def parse(cls, text: str) -> Signer:
        """Read `PRIVATE+KEY+<name>+<key id>+<base64(0x01 || seed)>`, the form of Go's sumdb/note.

        Raises:
            NoteError: not of this form; the message shows nothing of the text.
        """
        name, key_id, material = private_parts(text)
        if len(material) != 33 or material[0] != ED25519:
            raise NoteError("the signing key is no Ed25519 key")
        signer = cls(name, material[1:])
        if signer.key.id.hex() != key_id:
            raise NoteError("the signing key has another key id than its key: it was cut or altered")
        return signer

    @property
    def private_text(self) -> str:
        """The signing key in the form that `parse` reads."""
        return f"PRIVATE+KEY+{self.key.name}+{self.key.id.hex()}+{to_base64(bytes([ED25519]) + self._seed)}"

    def named(self, name: str) -> Signer:
        """The same key under another name."""
        return Signer(name, self._seed)

    def sign(self, text: str) -> str:
        """The signed note of a text that ends in a newline."""
        if not text.endswith("\n"):
            raise NoteError("a note's text ends in a newline")
        signature = Signature(self.key.name, self.key.id, self._key.sign(text.encode()))
        return f"{text}\n{signature.line}"

    def sign_binary(self, data: bytes) -> bytes:
        """An Ed25519 signature of what can be no note's text, for formats that are not ours (docs/spec/cose.md).

        Raises:
            NoteError: the data is UTF-8, and so might be a checkpoint that this log never had.
        """
        try:
            data.decode()
        except UnicodeDecodeError:
            return self._key.sign(data)
        raise NoteError("what is signed beside notes must not be UTF-8")
