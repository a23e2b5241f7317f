"""From an entry to the 32 bytes that stand for it in the log (docs/spec/leaf.md)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal, get_args

from comity.terms.digests import SIZE, pads

if TYPE_CHECKING:
    from hashlib import _Hash as HASH

Block = Literal["party", "decision", "content"]

BLOCKS: tuple[Block, ...] = get_args(Block)
"""The three blocks, in the order in which they are hashed."""

_NEW = hashlib.sha256()
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


def leaf_value(start: HASH, salt: bytes, party: bytes, decision: bytes, content: bytes) -> bytes:
    """The leaf value of an entry, from its salt and canonical blocks; `start` is `beginning(kind)`.

    Same as the functions above, unrolled, because a gateway does this twice for each request: a copy of a hash that
    has begun costs little more than half of a new one.
    """
    inner, outer = pads(salt)
    inside, outside = _NEW.copy(), _NEW.copy()
    inside.update(inner)
    outside.update(outer)
    value = start.copy()
    for name, block in ((_PARTY, party), (_DECISION, decision), (_CONTENT, content)):
        key = inside.copy()
        key.update(name)
        salted = outside.copy()
        salted.update(key.digest())
        hashed = _NEW.copy()
        hashed.update(salted.digest() + block)
        value.update(hashed.digest())
    return value.digest()


def beginning(kind: str) -> HASH:
    """A hash that has taken in the domain of a kind: what `leaf_value` starts from. It may be used again."""
    return hashlib.sha256(domain(kind))
