"""From an entry to the 32 bytes that stand for it in the log (docs/spec/leaf.md)."""

from __future__ import annotations

import hashlib
from typing import Literal, get_args

from comity.terms.digests import SIZE, pads

Block = Literal["party", "decision", "content"]

BLOCKS: tuple[Block, ...] = get_args(Block)
"""The three blocks, in the order in which they are hashed."""

_PARTY, _DECISION, _CONTENT = (name.encode("ascii") for name in BLOCKS)


def domain(kind: str) -> bytes:
    """The domain string of a kind of entry: it keeps an intent from being shown as an outcome."""
    return b"comity/leaf/v1/" + kind.encode("ascii") + b"\n"


def block_salt(salt: bytes, block: Block) -> bytes:
    """`k_b`: what is shown with an open block, so that the entry's salt stays closed."""
    inner, outer = pads(salt)
    return hashlib.sha256(outer + hashlib.sha256(inner + block.encode("ascii")).digest()).digest()


def block_hash(key: bytes, block: bytes) -> bytes:
    """`h_b`, from a block salt and the block's canonical bytes."""
    return hashlib.sha256(key + block).digest()


def value_of_hashes(kind: str, party: bytes, decision: bytes, content: bytes) -> bytes:
    """The leaf value, from the three `h_b`.

    Raises:
        ValueError: a hash is not 32 bytes.
    """
    if not len(party) == len(decision) == len(content) == SIZE:
        raise ValueError("a block hash has 32 bytes")
    return hashlib.sha256(domain(kind) + party + decision + content).digest()


def leaf_value(prefix: bytes, salt: bytes, party: bytes, decision: bytes, content: bytes) -> bytes:
    """The leaf value of an entry, from its salt and canonical blocks; `prefix` is `domain(kind)`.

    Same as the functions above, unrolled: a gateway does this twice for each request.
    """
    sha256 = hashlib.sha256
    inner, outer = pads(salt)
    return sha256(
        prefix
        + sha256(sha256(outer + sha256(inner + _PARTY).digest()).digest() + party).digest()
        + sha256(sha256(outer + sha256(inner + _DECISION).digest()).digest() + decision).digest()
        + sha256(sha256(outer + sha256(inner + _CONTENT).digest()).digest() + content).digest()
    ).digest()
