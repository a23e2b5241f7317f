"""What a log asks of a witness: the body of `add-checkpoint` (C2SP tlog-witness v1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from comity.proof.checkpoint import Checkpoint
from comity.proof.note import MAX_NOTE_BYTES, Note
from comity.proof.tree import HASH_SIZE
from comity.terms.digests import from_base64, to_base64

MAX_PROOF = 63
"""Hashes of a consistency proof (tlog-witness): the largest tree that a checkpoint can name has no longer one."""

MAX_BODY_BYTES = MAX_NOTE_BYTES + MAX_PROOF * 45 + 32
"""A note, the lines of the longest proof, and `old` with its number."""

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")


class NotAsked(ValueError):
    """A body that is no `add-checkpoint` request; the message is for whoever sent it."""


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A checkpoint for a witness to cosign, and the proof that it grew from the size that the witness saw last.

    Attributes:
        old: that size, 0 if it never saw this log.
        proof: consistency proof from there (RFC 6962 section 2.1.2).
        text: the signed note, verbatim.
        note: the same, read; no signature is verified.
        checkpoint: what the note's text says.
    """

    old: int
    proof: tuple[bytes, ...]
    text: str
    note: Note
    checkpoint: Checkpoint

    @classmethod
    def parse(cls, body: bytes) -> AddCheckpoint:
        """Read the body of a request.

        Raises:
            NotAsked: it is not of the form of tlog-witness, or over a limit.
        """
        if len(body) > MAX_BODY_BYTES:
            raise NotAsked(f"the body is longer than {MAX_BODY_BYTES} bytes")
        try:
            head, blank, text = body.decode("utf-8").partition("\n\n")
        except UnicodeDecodeError:
            raise NotAsked("the body is not UTF-8") from None
        first, *lines = head.split("\n")
        old = _OLD.fullmatch(first)
        if not blank or old is None:
            raise NotAsked("a request begins with a line 'old SIZE', and has an empty line before its checkpoint")
        if len(lines) > MAX_PROOF:
            raise NotAsked(f"the proof has more than {MAX_PROOF} lines")
        try:
            proof = tuple(from_base64(line) for line in lines)
            note = Note.parse(text)
            checkpoint = Checkpoint.parse(note.text)
        except ValueError as error:
            raise NotAsked(str(error)) from error
        if any(len(node) != HASH_SIZE for node in proof):
            raise NotAsked(f"a line of the proof has not {HASH_SIZE} bytes")
        if int(old[1]) > checkpoint.size:
            raise NotAsked(f"the old size, {old[1]}, is above that of the checkpoint, {checkpoint.size}")
        return cls(int(old[1]), proof, text, note, checkpoint)


def ask(old: int, proof: Sequence[bytes], text: str) -> bytes:
    """The body that asks for a cosignature of the signed note `text`."""
    return "".join((f"old {old}\n", *(f"{to_base64(node)}\n" for node in proof), "\n", text)).encode()
