"""Counsel's signature over a register: a signed note beside it, `register.yaml.note` (docs/guides/evidence.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from comity.proof.note import Note, NoteError, VerifierKey
from comity.stack.sworn import CounselKey
from comity.terms.digests import sha256_hex

DOMAIN = "comity/register/v1"
SUFFIX = ".note"

MAX_BYTES = 4_096
"""Of the note: four lines and a few signatures."""


def signed_text(origin: str, register: bytes, until: date) -> str:
    """What is signed: the domain, whose gateway it is of, the SHA-256 of the file, and the last day that it counts."""
    return f"{DOMAIN}\n{origin}\n{sha256_hex(register)}\n{until}\n"


def signers(note: bytes, origin: str, register: bytes, keys: Mapping[str, CounselKey], today: date) -> tuple[str, ...]:
    """The names of counsel's keys in force whose signature over this very register counts today; none for any other.

    Raises:
        ValueError: the note is none, or is about another register, another gateway or a time that is over.
    """
    try:
        read = Note.parse(note.decode())
        parts = read.text.split("\n")
        until = date.fromisoformat(parts[3])
    except (NoteError, ValueError, IndexError) as error:
        raise ValueError(f"is no signature of a register: {error}") from error
    if read.text != signed_text(origin, register, until):
        raise ValueError("was signed over another register, or for another gateway")
    if today > until:
        raise ValueError(f"counted until {until}")
    found = []
    for name, key in sorted(keys.items()):
        verifier = VerifierKey.parse(key.key)
        in_force = (key.since is None or key.since <= today) and (key.until is None or today <= key.until)
        if in_force and any(verifier.verifies(read.text.encode(), line.value) for line in read.by(verifier)):
            found.append(name)
    return tuple(found)
