"""From an entry to the 32 bytes that stand for it in the log (docs/spec/leaf.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Literal, get_args

from comity.proof.entry import KINDS
from comity.terms.digests import SIZE, pads

Block = Literal["party", "decision", "content"]

BLOCKS: tuple[Block, ...] = get_args(Block)
"""The three blocks, in the order in which they are hashed."""

_NEW = hashlib.sha256()


def domain(kind: str) -> bytes:
    """The domain string of a kind of entry: it keeps an intent from being shown as an outcome."""
    return b"comity/leaf/v1/" + kind.encode("ascii") + b"\n"


_BEGUN = {str(kind): hashlib.sha256(domain(kind)) for kind in KINDS}
"""For each kind that there is, a hash that has taken in its domain."""


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


def leaf_value(kind: str, salt: bytes, party: bytes, decision: bytes, content: bytes) -> bytes:
    """The leaf value of an entry, from its salt and canonical blocks."""
    return leaf_values((kind,), (salt,), (party,), (decision,), (content,))[0]


def leaf_values(
    kinds: Iterable[str],
    salts: Iterable[bytes],
    parties: Iterable[bytes],
    decisions: Iterable[bytes],
    contents: Iterable[bytes],
) -> list[bytes]:
    """The leaf values of many entries, given by columns.

    Same as the functions above, unrolled, because a gateway does this twice for each request: the copy of a hash that
    has begun costs little more than half of a new one.
    """
    values = []
    new, begun = _NEW.copy, _BEGUN
    for kind, salt, party, decision, content in zip(kinds, salts, parties, decisions, contents, strict=True):
        inner, outer = pads(salt)
        inside, outside = new(), new()
        inside.update(inner)
        outside.update(outer)
        key, salted, party_hash = inside.copy(), outside.copy(), new()
        key.update(b"party")
        salted.update(key.digest())
        party_hash.update(salted.digest() + party)
        key, salted, decision_hash = inside.copy(), outside.copy(), new()
        key.update(b"decision")
        salted.update(key.digest())
        decision_hash.update(salted.digest() + decision)
        content_hash = new()
        inside.update(b"content")
        outside.update(inside.digest())
        content_hash.update(outside.digest() + content)
        value = begun[kind].copy() if kind in begun else hashlib.sha256(domain(kind))
        value.update(party_hash.digest() + decision_hash.digest() + content_hash.digest())
        values.append(value.digest())
    return values
