"""A proven entry as an RFC 9942 receipt, and as an RFC 9943 transparent statement."""

from __future__ import annotations

from typing import Any

import cbor2

from comity.adapters.cose.keys import CoseKey
from comity.proof.inclusion import InclusionProof
from comity.proof.verify import ProvenEntry
from comity.terms import canon
from comity.terms.digests import to_base64
from comity.terms.errors import UsageFault

SIGN1 = 18
"""CBOR tag of a COSE_Sign1 (RFC 9052)."""

ALGORITHM, KEY_ID, CLAIMS = 1, 4, 15
ISSUER, SUBJECT = 1, 2
HASH_ALGORITHM, PREIMAGE_TYPE = 258, 259
"""COSE hash envelope (RFC 9995): the payload is a hash, and what of."""

RECEIPTS, STRUCTURE, PROOFS = 394, 395, 396
RFC9162_SHA256, INCLUSION = 1, -1
"""RFC 9942: the tree of RFC 9162 (and 6962) with SHA-256, and the label of its inclusion proofs."""

SHA_256 = -16
PREIMAGE = "application/vnd.comity.leaf"
ENTRY = "comity-entry"
"""Unprotected label of a statement: the shown entry, from which the payload follows (docs/spec/leaf.md)."""


def receipt(key: CoseKey, entry: ProvenEntry, subject: str) -> bytes:
    """The RFC 9942 receipt of inclusion: `key` signs the root, which is detached.

    The caller sees to it that the root is one that the log has signed; `verify` gives no other.

    Raises:
        UsageFault: the tree has one entry alone, whose empty path RFC 9942 has no form for.
    """
    proof = InclusionProof.parse(entry.shown.proof)
    if not proof.path:
        raise UsageFault(
            "a COSE receipt cannot be of a tree with a single entry: get the receipt again when the log has grown"
        )
    protected = {**_claims(key, entry.checkpoint.origin, subject), STRUCTURE: RFC9162_SHA256}
    inclusion = cbor2.dumps([entry.checkpoint.size, entry.index, list(proof.path)], canonical=True)
    return _sign1(key, protected, {PROOFS: {INCLUSION: [inclusion]}}, entry.checkpoint.root, detached=True)


def statement(key: CoseKey, entry: ProvenEntry, subject: str) -> bytes:
    """The entry as a transparent statement: its leaf value signed by the log's owner, with the receipt beside it.

    Raises:
        UsageFault: as `receipt`.
    """
    issuer = entry.checkpoint.origin.rpartition("/")[0] or entry.checkpoint.origin
    protected = {**_claims(key, issuer, subject), HASH_ALGORITHM: SHA_256, PREIMAGE_TYPE: PREIMAGE}
    beside = {RECEIPTS: [receipt(key, entry, subject)], ENTRY: shown(entry)}
    return _sign1(key, protected, beside, entry.shown.leaf_value, detached=False)


def shown(entry: ProvenEntry) -> bytes:
    """Canonical JSON of the entry: its kind, its open blocks with their salts, and the hashes of the closed ones."""
    document: dict[str, Any] = {"kind": entry.shown.kind, "blocks": {}, "salts": {}, "closed": {}}
    for name, block in entry.shown.blocks.items():
        value = entry.shown.block(name)
        if value is None:
            document["closed"][name] = to_base64(block.hash)
        else:
            document["blocks"][name] = value
            document["salts"][name] = to_base64(block.salt)  # type: ignore[union-attr]
    return canon.encode(document)


def _claims(key: CoseKey, issuer: str, subject: str) -> dict[int, Any]:
    return {ALGORITHM: key.algorithm, KEY_ID: key.id, CLAIMS: {ISSUER: issuer, SUBJECT: subject}}


def _sign1(
    key: CoseKey, protected: dict[int, Any], unprotected: dict[Any, Any], payload: bytes, *, detached: bool
) -> bytes:
    head = cbor2.dumps(protected, canonical=True)
    signature = key.sign(cbor2.dumps(["Signature1", head, b"", payload], canonical=True))
    parts = [head, unprotected, None if detached else payload, signature]
    return cbor2.dumps(cbor2.CBORTag(SIGN1, parts), canonical=True)
