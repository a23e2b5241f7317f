"""What gateway and signer say to each other (docs/spec/signer.md)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

from comity.proof.checkpoint import Checkpoint, CheckpointError
from comity.proof.tree import HASH_SIZE
from comity.terms.digests import from_base64, to_base64

MAX_MESSAGE = 8192
"""A checkpoint has 400 bytes at most and a proof 63 hashes of 45."""

MAX_PROOF = 63
"""Hashes in a proof: a tree of 2^63 entries has no longer one (C2SP tlog-witness)."""

LENGTH = struct.Struct(">I")
KEY = "key\n"


class Request(NamedTuple):
    """A wish for a signature: the size that the signer is believed to have signed last, and the proof from there."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: Checkpoint


def framed(text: str) -> bytes:
    """A message as it goes over the socket: its length before it."""
    data = text.encode()
    return LENGTH.pack(len(data)) + data


def encode_request(old: int, proof: Sequence[bytes], checkpoint: Checkpoint) -> str:
    """The body of C2SP tlog-witness `add-checkpoint`, without signatures."""
    return "".join((f"old {old}\n", *(f"{to_base64(node)}\n" for node in proof), "\n", checkpoint.text))


def decode_request(text: str) -> Request:
    """Read a request for a signature.

    Raises:
        ValueError: it is none; the message is for the one who asked.
    """
    head, blank, body = text.partition("\n\n")
    first, *lines = head.split("\n")
    word, _, number = first.partition(" ")
    if not blank or word != "old" or not number.isdecimal() or len(number) > 19 or len(lines) > MAX_PROOF:
        raise ValueError("a request is a line 'old SIZE', the lines of a proof, an empty line, and a checkpoint")
    proof = tuple(from_base64(line) for line in lines)
    if any(len(node) != HASH_SIZE for node in proof):
        raise ValueError("a line of the proof has not 32 bytes")
    checkpoint = Checkpoint.parse(body)
    if checkpoint.extensions:
        raise CheckpointError("a checkpoint of this log has no extension lines")
    return Request(int(number), proof, checkpoint)
