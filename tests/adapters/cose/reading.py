"""A reader of docs/spec/cose.md, by its words alone: it imports nothing of what writes."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

BLOCKS = ("party", "decision", "content")


class Refused(Exception):
    """What did not hold."""


def sign1(data: bytes, key: bytes, payload: bytes | None = None) -> tuple[dict[int, Any], dict[Any, Any], bytes]:
    """Headers and payload of a COSE_Sign1 whose signature by the COSE_Key holds; `payload` if it is detached."""
    tag = cbor2.loads(data)
    if not isinstance(tag, cbor2.CBORTag) or tag.tag != 18:
        raise Refused("no COSE_Sign1")
    head, unprotected, attached, signature = tag.value
    signed = payload if attached is None else attached
    if signed is None:
        raise Refused("no payload")
    protected = cbor2.loads(head)
    if protected[4] != hashlib.sha256(key).digest():
        raise Refused("another key's id")
    try:
        _verify(cbor2.loads(key), protected[1], signature, cbor2.dumps(["Signature1", head, b"", signed]))
    except Exception as error:
        raise Refused("the signature") from error
    return protected, unprotected, signed


def _verify(key: dict[int, Any], algorithm: int, signature: bytes, message: bytes) -> None:
    if (key[1], key[-1], algorithm) == (1, 6, -19):
        Ed25519PublicKey.from_public_bytes(key[-2]).verify(signature, message)
    elif (key[1], key[-1], algorithm) == (2, 1, -7) and len(signature) == 64:
        numbers = EllipticCurvePublicNumbers(int.from_bytes(key[-2]), int.from_bytes(key[-3]), SECP256R1())
        der = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
        numbers.public_key().verify(der, message, ECDSA(SHA256()))
    else:
        raise Refused("another algorithm")


def receipt(data: bytes, key: bytes, entry: bytes) -> tuple[dict[int, Any], int, int]:
    """Protected header, size and index of an RFC 9942 receipt that holds for an entry's bytes."""
    unprotected = cbor2.loads(data).value[1]
    ((inclusion,),) = unprotected[396].values()
    size, index, path = cbor2.loads(inclusion)
    protected, _, _ = sign1(data, key, _root(hashlib.sha256(b"\0" + entry).digest(), index, size, path))
    if protected[395] != 1 or list(unprotected[396]) != [-1]:
        raise Refused("another structure")
    return protected, size, index


def _root(node: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.3.2."""
    if index >= size:
        raise Refused("beyond the tree")
    first, last = index, size - 1
    for each in path:
        if last == 0:
            raise Refused("the path")
        if first & 1 or first == last:
            node = hashlib.sha256(b"\1" + each + node).digest()
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\1" + node + each).digest()
        first, last = first >> 1, last >> 1
    if last:
        raise Refused("the path")
    return node


def statement(data: bytes, key: bytes) -> tuple[dict[int, Any], dict[str, Any], dict[int, Any]]:
    """Protected header, shown entry, and the receipt's protected header, of a transparent statement that holds."""
    protected, unprotected, payload = sign1(data, key)
    entry = json.loads(unprotected["comity-entry"])
    if protected[258] != -16 or payload != _leaf_value(entry):
        raise Refused("another entry")
    (inside,) = unprotected[394]
    return protected, entry, receipt(inside, key, payload)[0]


def _leaf_value(entry: dict[str, Any]) -> bytes:
    """docs/spec/leaf.md, from open and closed blocks."""
    hashes = b""
    for name in BLOCKS:
        if name in entry["closed"]:
            hashes += base64.b64decode(entry["closed"][name])
        else:
            block = json.dumps(entry["blocks"][name], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            hashes += hashlib.sha256(base64.b64decode(entry["salts"][name]) + block.encode()).digest()
    return hashlib.sha256(f"comity/leaf/v1/{entry['kind']}\n".encode() + hashes).digest()
