"""Which entries are audited: drawn so that neither the log nor the auditor can choose them (docs/spec/sampling.md).

The auditor enters a commitment to a nonce; the log signs a checkpoint; the auditor reveals the nonce. The seed is made
of both. Pure: whoever has the checkpoint and the nonce draws the same entries.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator

from comity.proof.checkpoint import MAX_SIZE, Checkpoint

NONCE_SIZE = 32
"""Bytes of an auditor's nonce: nobody guesses it from its commitment."""

WHOLE = 1_000_000
"""Rates are integers in millionths, so that every machine draws the same entries."""

_COMMITMENT = b"comity/sampling/commitment/v1\n"
_SEED = b"comity/sampling/seed/v1\n"
_TICKET = hashlib.sha256(b"comity/sampling/ticket/v1\n")


def nonce_commitment(nonce: bytes) -> bytes:
    """What is entered before the checkpoint: 32 bytes that bind the auditor to `nonce` and tell nothing of it.

    Raises:
        ValueError: the nonce has not 32 bytes.
    """
    if len(nonce) != NONCE_SIZE:
        raise ValueError(f"an auditor's nonce has {NONCE_SIZE} bytes")
    return hashlib.sha256(_COMMITMENT + nonce).digest()


def seed(checkpoint: Checkpoint, nonce: bytes) -> bytes:
    """The 32 bytes from which the sample of one shard is drawn: of what its checkpoint says, and of the nonce.

    Signatures, cosignatures and extension lines have no part in it: a log may ask for others at will.

    Raises:
        ValueError: the nonce has not 32 bytes.
    """
    if len(nonce) != NONCE_SIZE:
        raise ValueError(f"an auditor's nonce has {NONCE_SIZE} bytes")
    said = Checkpoint(checkpoint.origin, checkpoint.size, checkpoint.root).text
    return hashlib.sha256(_SEED + said.encode("utf-8") + nonce).digest()


def selected(drawn: bytes, rate: int, first: int, size: int) -> Iterator[int]:
    """The entries from `first` on and below `size` that are in the sample, in order.

    Each is in it with probability `rate` / 10^6, whatever becomes of the others; a higher rate adds entries and takes
    none away. `drawn` is a `seed`.

    Raises:
        ValueError: the rate is none of 1 to 10^6, or the range is none.
    """
    if not 1 <= rate <= WHOLE:
        raise ValueError(f"a rate is an integer from 1 to {WHOLE}, in millionths")
    if not 0 <= first <= size <= MAX_SIZE:
        raise ValueError("a sample is drawn from the entries from `first` on and below `size`")
    threshold = (rate << 256) // WHOLE
    begun = _TICKET.copy()
    begun.update(drawn)
    for index in range(first, size):
        ticket = begun.copy()
        ticket.update(index.to_bytes(8, "big"))
        if int.from_bytes(ticket.digest(), "big") < threshold:
            yield index


def detection(rate: int, lies: int) -> float:
    """The probability that a sample at `rate` (millionths) has at least one of `lies` entries that would not hold."""
    if rate >= WHOLE:
        return 1.0 if lies else 0.0
    return -math.expm1(lies * math.log1p(-rate / WHOLE))
