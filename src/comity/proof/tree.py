"""Merkle tree hashing, proofs and their verification, as RFC 6962 section 2.1 (SHA-256) has them.

Verification follows RFC 9162 sections 2.1.3.2 and 2.1.4.2, which give the same proofs as loops.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
"""Root of the tree of no entries."""


_LEAF = hashlib.sha256(b"\x00")
_NODE = hashlib.sha256(b"\x01")


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf: SHA-256(0x00 || data)."""
    # the copy of a hash that has begun costs little more than half of a new one
    hashed = _LEAF.copy()
    hashed.update(data)
    return hashed.digest()


def leaf_hashes(values: Iterable[bytes]) -> list[bytes]:
    """`leaf_hash` of each."""
    hashes = []
    for data in values:
        hashed = _LEAF.copy()
        hashed.update(data)
        hashes.append(hashed.digest())
    return hashes


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256(0x01 || left || right)."""
    hashed = _NODE.copy()
    hashed.update(left + right)
    return hashed.digest()


def parents(hashes: Sequence[bytes]) -> list[bytes]:
    """The nodes above these, each over two; a last one that has no sibling is left out."""
    begin = _NODE.copy
    above = []
    for left, right in zip(hashes[::2], hashes[1::2], strict=False):
        hashed = begin()
        hashed.update(left + right)
        above.append(hashed.digest())
    return above


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """Root of a subtree of 1, 2, 4, 8, … leaves, from their hashes."""
    while len(hashes) > 1:
        hashes = parents(hashes)
    return hashes[0]


class CompactRange:
    """The right edge of a growing tree: the roots of its perfect subtrees, largest first.

    It is all that is needed to append and to tell the root: at most 64 hashes for any size.
    """

    __slots__ = ("hashes", "size")

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if len(hashes) != size.bit_count():
            raise ValueError(f"a tree of {size} entries has {size.bit_count()} perfect subtrees")
        self.size = size
        self.hashes = list(hashes)

    def append(self, leaf: bytes) -> list[bytes]:
        """Take in the next leaf hash; returns the hashes of the subtrees that it completes, height 1 first."""
        completed = []
        node = leaf
        rest = self.size
        while rest & 1:
            node = node_hash(self.hashes.pop(), node)
            completed.append(node)
            rest >>= 1
        self.hashes.append(node)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """Root of the tree so far."""
        if not self.hashes:
            return EMPTY_ROOT
        *rest, node = self.hashes
        for left in reversed(rest):
            node = node_hash(left, node)
        return node


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that an inclusion path leads to, or None if the path cannot belong to this index and size.

    As RFC 9162 section 2.1.3.2, by the bits of the index: below the height where the ways of this leaf and of the last
    one part, each node has a sibling; above, it has one only where it is a right child.
    """
    if not 0 <= index < size:
        return None
    inner = (index ^ (size - 1)).bit_length()
    if len(path) != inner + (index >> inner).bit_count():
        return None
    node, begin = leaf, _NODE.copy
    for sibling in path[:inner]:
        hashed = begin()
        hashed.update(sibling + node if index & 1 else node + sibling)
        node = hashed.digest()
        index >>= 1
    for sibling in path[inner:]:
        hashed = begin()
        hashed.update(sibling + node)
        node = hashed.digest()
    return node


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` shows that the leaf hash stands at `index` in the tree of `size` with this root."""
    return root_from_inclusion(leaf, index, size, path) == root


def verify_consistency(old_size: int, new_size: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` shows that the older tree is the beginning of the newer one."""
    if not 0 <= old_size <= new_size:
        return False
    if old_size == new_size:
        return not path and old_root == new_root
    if old_size == 0:
        return not path and old_root == EMPTY_ROOT
    hashes = list(path)
    if old_size & (old_size - 1) == 0:
        hashes.insert(0, old_root)
    if not hashes:
        return False
    first, last = old_size - 1, new_size - 1
    while first & 1:
        first >>= 1
        last >>= 1
    old = new = hashes[0]
    for node in hashes[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            old = node_hash(node, old)
            new = node_hash(node, new)
            while not first & 1 and first:
                first >>= 1
                last >>= 1
        else:
            new = node_hash(new, node)
        first >>= 1
        last >>= 1
    return last == 0 and old == old_root and new == new_root
