"""The salts of all erasure refs of an application from one secret, and any of them destroyed for good
(docs/spec/erasure.md).

A ref has its leaf in a binary tree of `DEPTH` levels, and a node's secret gives those of the two below it: so the root
is all there is to keep, however many refs there are, and none costs a file or a sync (Goldreich, Goldwasser, Micali:
How to Construct Random Functions, 1986). To destroy one, the nodes above its leaf are let go: what hangs beside its
path is kept instead, and the leaf drawn anew (a puncturable function: Boneh, Waters 2013). From what is left nobody
can come to what the leaf was, nor is another ref's changed.

What is kept is a list of branches, sorted by path, that together hang every leaf exactly once.
"""

from __future__ import annotations

import hashlib
import struct
from bisect import bisect_right
from collections.abc import Callable
from typing import NamedTuple

from comity.terms.digests import SIZE, hmac_sha256

DEPTH = 80
"""Bits of a ref's name. Two refs of one application share a leaf, and so their end, if these are equal: of a million
refs some do with a chance of 4 in 10^13. Each level costs a new ref some 0.5 microseconds, an erased one 43 bytes."""

_NAME = b"comity/erasure-ref/name/v2\n"
_SALT = b"comity/erasure-ref/salt/v2\n"
_SIDES = b"comity/ref-tree/0\n", b"comity/ref-tree/1\n"
"""With a node's secret they go into one block of SHA-256."""

_RECORD = struct.Struct(f">{DEPTH // 8}sB{SIZE}s")
RECORD_SIZE = _RECORD.size


class Branch(NamedTuple):
    """A node whose secret is known: its path from the root as the first `depth` bits of a leaf's name, the rest 0."""

    path: int
    depth: int
    secret: bytes

    def to_bytes(self) -> bytes:
        """As it lies in the file."""
        return _RECORD.pack(self.path.to_bytes(DEPTH // 8, "big"), self.depth, self.secret)

    @classmethod
    def parse(cls, data: bytes) -> Branch:
        """What `to_bytes` wrote.

        Raises:
            ValueError: it has another length, or is of a depth that there is not.
        """
        if len(data) != RECORD_SIZE:
            raise ValueError("a branch is cut off")
        path, depth, secret = _RECORD.unpack(data)
        if depth > DEPTH:
            raise ValueError("a branch is too deep")
        return cls(int.from_bytes(path, "big"), depth, secret)


class RefTree:
    """A tree as it is kept: `count` branches, each read when it is asked for (`read` raises ValueError where it is
    damaged)."""

    __slots__ = ("_count", "_naming", "_read")

    def __init__(self, naming: bytes, count: int, read: Callable[[int], Branch]) -> None:
        """`naming` is the application's salt, under which refs have names that nobody without it can guess."""
        self._naming = naming
        self._count = count
        self._read = read

    def salt(self, ref: str) -> bytes:
        """The salt of a ref, 32 bytes.

        Raises:
            ValueError: the tree is damaged.
        """
        name = self._name(ref)
        _, branch = self._over(name)
        secret = branch.secret
        for at in range(DEPTH - branch.depth - 1, -1, -1):
            secret = hashlib.sha256(_SIDES[name >> at & 1] + secret).digest()
        return hmac_sha256(secret, _SALT + ref.encode())

    def without(self, ref: str, fresh: bytes) -> tuple[int, list[Branch]]:
        """Where a branch stands that is to go, and those that take its place: from then on the ref's salt is another,
        of the secret `fresh`, and what it was is not to be had.

        Raises:
            ValueError: the tree is damaged.
        """
        name = self._name(ref)
        at, branch = self._over(name)
        secret = branch.secret
        left: list[Branch] = []
        right: list[Branch] = []
        for depth in range(branch.depth + 1, DEPTH + 1):
            rest = DEPTH - depth
            side = name >> rest & 1
            beside = Branch((name >> rest ^ 1) << rest, depth, hashlib.sha256(_SIDES[1 - side] + secret).digest())
            (left if side else right).append(beside)
            secret = hashlib.sha256(_SIDES[side] + secret).digest()
        return at, [*left, Branch(name, DEPTH, fresh), *reversed(right)]

    def _name(self, ref: str) -> int:
        return int.from_bytes(hmac_sha256(self._naming, _NAME + ref.encode())[: DEPTH // 8], "big")

    def _over(self, name: int) -> tuple[int, Branch]:
        """The branch that the leaf of this name hangs from, and where it stands."""
        at = bisect_right(range(self._count), name, key=lambda index: self._read(index).path) - 1
        if at >= 0:
            branch = self._read(at)
            if branch.path >> DEPTH - branch.depth == name >> DEPTH - branch.depth:
                return at, branch
        raise ValueError("a branch is missing")
