"""One exchange, sealed: AES-256-GCM under a key of its own, bound to the id of its receipt (docs/spec/vault.md)."""

from __future__ import annotations

import struct
from datetime import date

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from comity.terms import canon
from comity.terms.digests import SIZE, hmac_sha256

TAG = b"CMTV"
NONCE_SIZE = 12
REF_SIZE = 16
MARK_SIZE = 8

MAX_ITEM_BYTES = 4 << 20
"""Of request and answer together: a long conversation with a long answer is a tenth of this, pictures are more."""

_DOMAIN = b"comity/vault/v1\n"
_MARK = b"comity/vault/mark/v1\n"
_HEAD = struct.Struct(">4sIB")
HEAD_SIZE = _HEAD.size

NO_REF = bytes(REF_SIZE)


class Kept(Struct, frozen=True):
    """One exchange as its deployment saw it: the bytes that it was sent, and those that it answered.

    `due` is the last day on which it is kept, `ref` the request's erasure ref or empty; `surface` is what the
    deployment was asked at; `openings` are those of the commitments to its two sides, 32 bytes each: with them the
    exchange can be held against the log, and nothing else of its application.
    """

    application: str
    receipt: str
    due: date
    deployment: str
    surface: str
    request: bytes
    response: bytes
    openings: tuple[bytes, bytes]
    ref: str = ""

    @property
    def size(self) -> int:
        """Bytes of content."""
        return len(self.request) + len(self.response)


class Torn(ValueError):
    """Bytes that are no record, or the beginning of one."""


class Unsealable(ValueError):
    """A record that this key does not open: altered, moved to another receipt, or sealed under another key."""


class Record(Struct, frozen=True):
    """A record of a shelf as it lies there. `mark` tells its key from one that came after it was destroyed."""

    receipt: str
    ref: bytes
    mark: bytes
    sealed: bytes


def sealed(kept: Kept, key: bytes, ref: bytes, nonce: bytes) -> bytes:
    """The record of an exchange, under `key` of its application, day and ref; `nonce` is random."""
    head = canon.encode({"deployment": kept.deployment, "request": len(kept.request), "surface": kept.surface})
    plain = len(head).to_bytes(2, "big") + head + b"".join(kept.openings) + kept.request + kept.response
    receipt = kept.receipt.encode("ascii")
    cipher = nonce + AESGCM(_item_key(key, receipt)).encrypt(nonce, plain, receipt)
    return _HEAD.pack(TAG, len(cipher), len(receipt)) + receipt + ref + key_mark(key) + cipher


def read_head(data: bytes) -> tuple[int, int]:
    """Lengths of the receipt's id and of the ciphertext, from a record's first `HEAD_SIZE` bytes.

    Raises:
        Torn: no record begins here.
    """
    if len(data) < HEAD_SIZE:
        raise Torn("the end")
    tag, cipher, receipt = _HEAD.unpack_from(data)
    if tag != TAG or cipher > MAX_ITEM_BYTES + 65_536:
        raise Torn("no record begins here")
    return receipt, cipher


def opened(record: Record, key: bytes, application: str, due: date, ref: str = "") -> Kept:
    """The exchange in a record.

    Raises:
        Unsealable: this key does not open it.
    """
    receipt = record.receipt.encode("ascii")
    nonce, cipher = record.sealed[:NONCE_SIZE], record.sealed[NONCE_SIZE:]
    try:
        plain = AESGCM(_item_key(key, receipt)).decrypt(nonce, cipher, receipt)
    except (InvalidTag, ValueError) as error:
        raise Unsealable(f"what is kept of {record.receipt} cannot be opened: it was altered") from error
    at = 2 + int.from_bytes(plain[:2], "big")
    head = canon.parse(plain[2:at])
    begin = at + 2 * SIZE
    end = begin + head["request"]
    openings = plain[at : at + SIZE], plain[at + SIZE : begin]
    where = head["deployment"], head["surface"]
    return Kept(application, record.receipt, due, *where, plain[begin:end], plain[end:], openings, ref)


def key_mark(key: bytes) -> bytes:
    """Eight bytes by which a key is known, which tell nothing of it."""
    return hmac_sha256(key, _MARK)[:MARK_SIZE]


def _item_key(key: bytes, receipt: bytes) -> bytes:
    return hmac_sha256(key, _DOMAIN + receipt)
