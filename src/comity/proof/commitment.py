"""Keyed commitments to the bytes that were exchanged (docs/spec/commitment.md)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal, get_args

from comity.terms.digests import INNER, OUTER, SIZE, hmac_sha256, pads

if TYPE_CHECKING:
    from hashlib import _Hash as HASH

Role = Literal["request", "response", "upstream-request", "upstream-response"]

ROLES: tuple[Role, ...] = get_args(Role)

NONCE_SIZE = 16
"""Bytes of the nonce that each request draws."""

HELD = 16 * 1024
"""Bytes that wait to be hashed; a hundred events of a stream."""

INNER_REST, OUTER_REST = (bytes(32).translate(table) for table in (INNER, OUTER))
"""What HMAC pads a key of 32 bytes with."""

_MARK = b"comity/erasure-ref/v1\n"
_DOMAIN = b"comity/commitment/v1/"


def opening(application_salt: bytes, nonce: bytes, role: Role) -> bytes:
    """The 32-byte key `K_r` under which `role` of the request with `nonce` is committed.

    Raises:
        ValueError: the salt is not 32 bytes or the nonce not 16.
    """
    if len(application_salt) != SIZE or len(nonce) != NONCE_SIZE:
        raise ValueError("an erasure salt has 32 bytes and a nonce has 16")
    return hmac_sha256(application_salt, _DOMAIN + role.encode("ascii") + b"\n" + nonce)


class Openings:
    """The openings of one application: `opening` from hashes that have taken in its salt, at half the price.

    Equal to another of the same salt.
    """

    __slots__ = ("_inner", "_outer", "_salt")

    def __init__(self, application_salt: bytes) -> None:
        """Raises ValueError if the salt is not 32 bytes."""
        if len(application_salt) != SIZE:
            raise ValueError("an erasure salt has 32 bytes")
        inner, outer = pads(application_salt)
        self._salt = application_salt
        self._inner = {role: hashlib.sha256(inner + _DOMAIN + role.encode("ascii") + b"\n") for role in ROLES}
        self._outer = hashlib.sha256(outer)

    def __call__(self, nonce: bytes, role: Role) -> bytes:
        """As `opening`."""
        if len(nonce) != NONCE_SIZE:
            raise ValueError("a nonce has 16 bytes")
        inner, outer = self._inner[role].copy(), self._outer.copy()
        inner.update(nonce)
        outer.update(inner.digest())
        return outer.digest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Openings) and other._salt == self._salt

    def __hash__(self) -> int:
        return hash(self._salt)


def marked(salt: bytes, nonce: bytes) -> str:
    """What an entry has of its erasure ref: whoever has the ref's salt can tell that it is one of the ref's, and once
    the salt is destroyed nobody can tell anything of it, not even which entries belong together.
    """
    return hmac_sha256(salt, _MARK + nonce).hex()


class Commitment:
    """HMAC-SHA-256 over bytes as they pass.

    Small pieces are hashed together once there are enough of them: a stream has thousands, and a hash costs more to
    call than to compute over so few bytes.

    Example:
        >>> c = Commitment(bytes(32)); c.update(b"one "); c.update(b"two"); len(c.hexdigest()), c.length
        (64, 7)
    """

    __slots__ = ("_hash", "_held", "_key", "_next", "length")

    def __init__(self, key: bytes) -> None:
        """Begin a commitment under an opening of 32 bytes; another length raises ValueError."""
        if len(key) != SIZE:
            raise ValueError("an opening has 32 bytes")
        self._key = key
        self._hash: HASH | None = None
        self._held: list[bytes] = []
        self._next = HELD
        self.length = 0

    def update(self, data: bytes) -> None:
        """Take in the next bytes."""
        self._held.append(data)
        self.length += len(data)
        if self.length >= self._next:
            self._take()

    def hexdigest(self) -> str:
        """The commitment to the bytes so far, lowercase hex; more may follow."""
        if self._hash is None and len(self._held) <= 1:
            return commit(self._key, self._held[0] if self._held else b"")
        return hashlib.sha256(self._key.translate(OUTER) + OUTER_REST + self._take().digest()).hexdigest()

    def _take(self) -> HASH:
        """Hash what is held."""
        if self._hash is None:
            self._hash = hashlib.sha256(self._key.translate(INNER) + INNER_REST)
        self._hash.update(b"".join(self._held))
        self._held.clear()
        self._next = self.length + HELD
        return self._hash


def commit(key: bytes, data: bytes) -> str:
    """The commitment to `data` under an opening of 32 bytes, lowercase hex; another length raises ValueError."""
    if len(key) != SIZE:
        raise ValueError("an opening has 32 bytes")
    begin = key.translate(INNER) + INNER_REST
    if len(data) <= HELD:
        inside = hashlib.sha256(begin + data)
    else:
        inside = hashlib.sha256(begin)
        inside.update(data)
    return hashlib.sha256(key.translate(OUTER) + OUTER_REST + inside.digest()).hexdigest()
