"""Offline proofs that an entry is in a log (C2SP tlog-proof v1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from comity.proof.note import MAX_NOTE_BYTES
from comity.proof.tree import HASH_SIZE
from comity.terms.digests import from_base64, to_base64

HEADER = "c2sp.org/tlog-proof@v1"
MAX_PATH = 63
"""Hashes of a path in the largest tree that a checkpoint can name."""

MAX_EXTRA_BYTES = 16_384
"""We write no extra data and trust none; others' proofs carry a few kB."""

MAX_PROOF_BYTES = MAX_NOTE_BYTES + MAX_EXTRA_BYTES * 4 // 3 + (MAX_PATH + 8) * 64

_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


class ProofError(ValueError):
    """Text that is no tlog-proof."""


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """An entry's index, its path to the root, and the signed checkpoint as it was issued."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    @classmethod
    def parse(cls, text: str) -> InclusionProof:
        """Read the text form; the checkpoint in it is not looked at.

        Raises:
            ProofError: not of the form of tlog-proof.
        """
        if len(text) > MAX_PROOF_BYTES:
            raise ProofError(f"the proof is longer than {MAX_PROOF_BYTES} characters")
        head, blank, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if not blank or lines.pop(0) != HEADER:
            raise ProofError(f"a proof begins with the line {HEADER} and has a blank line before its checkpoint")
        extra = _base64(lines.pop(0)[6:]) if lines and lines[0].startswith("extra ") else None
        match = _INDEX.fullmatch(lines.pop(0)) if lines else None
        if match is None:
            raise ProofError("the proof has no index line")
        path = tuple(_base64(line) for line in lines)
        if len(path) > MAX_PATH or any(len(node) != HASH_SIZE for node in path):
            raise ProofError(f"the path has more than {MAX_PATH} hashes, or one that is not 32 bytes")
        return cls(int(match[1]), path, checkpoint, extra)

    @property
    def text(self) -> str:
        """The text form."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {to_base64(self.extra)}")
        lines.append(f"index {self.index}")
        lines.extend(to_base64(node) for node in self.path)
        return "\n".join(lines) + "\n\n" + self.checkpoint


def _base64(text: str) -> bytes:
    try:
        return from_base64(text)
    except ValueError as error:
        raise ProofError(f"a line of the proof: {error}") from error
