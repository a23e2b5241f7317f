"""Entries, a small log in memory and receipts from it, all from fixed keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from comity.proof.checkpoint import Checkpoint
from comity.proof.commitment import commit, opening
from comity.proof.entry import outcome_party
from comity.proof.growth import Growth
from comity.proof.inclusion import InclusionProof
from comity.proof.leaf import leaf_value
from comity.proof.note import Signer
from comity.proof.policy import Policy
from comity.proof.reader import TreeReader
from comity.proof.receipt import Receipt, ShownEntry
from comity.proof.tiles import Tile
from comity.terms import canon
from comity.terms.digests import sha256

ORIGIN = "example.org/gw"
SHARD = "sample001"
DIGEST = "ab" * 32
SALT = bytes(range(32))
NONCE = bytes(16)
SIGNER = Signer(ORIGIN, b"\x01" * 32)
TRUST = Policy((SIGNER.key,))

Blocks = tuple[bytes, bytes, bytes]


def opened(role: Any) -> bytes:
    return opening(SALT, NONCE, role)


@cache
def party(application: str = "triage") -> bytes:
    case = {
        "operation": "infer",
        "controller": "chu-lyon",
        "subjects": ["FR"],
        "data": ["health"],
        "purpose": "healthcare",
        "grounds": [],
        "roles": [],
        "output_used_in": [],
    }
    return canon.encode({"application": application, "controller": "chu-lyon", "case": case})


def intent(request: bytes = b"question", **decision: Any) -> Blocks:
    decided = {
        "durability": "strict",
        "realm": DIGEST,
        "conditions": DIGEST,
        "ruling": DIGEST,
        "placement": DIGEST,
        "model": "mistral-small",
        "tiers": [["paris", "lyon"], ["local"]],
        "mode": "enforce",
        **decision,
    }
    content = {
        "nonce": NONCE.hex(),
        "request": commit(opened("request"), request),
        "bytes": len(request),
        "times": {"received": 1795406400000},
    }
    return party(), canon.encode(decided), canon.encode(content)


def outcome(index: int, response: bytes = b"answer", **content: Any) -> Blocks:
    decided = {
        "durability": "strict",
        "deployment": "paris",
        "attempts": [{"deployment": "lyon", "result": "refused"}, {"deployment": "paris", "result": "ok"}],
    }
    ended = {
        "finish": "stop",
        "status": 200,
        "response": commit(opened("response"), response),
        "bytes": len(response),
        "times": {"finished": 1795406401000},
        **content,
    }
    return outcome_party(index), canon.encode(decided), canon.encode(ended)


@cache
def denial() -> Blocks:
    decided = {"durability": "strict", "realm": DIGEST, "model": "m", "mode": "enforce", "rules": ["eu.gdpr/art44"]}
    content = {
        "nonce": NONCE.hex(),
        "request": commit(opened("request"), b"question"),
        "bytes": 8,
        "status": 451,
        "times": {"received": 1795406400000, "finished": 1795406400001},
    }
    return party(), canon.encode(decided), canon.encode(content)


def realm() -> Blocks:
    decided = canon.encode({"durability": "strict", "realm": DIGEST})
    return b"{}", decided, canon.encode({"times": {"started": 1}})


@dataclass
class SampleLog:
    """A log in memory: append entries, then ask for receipts under its present checkpoint."""

    signer: Signer = field(default_factory=lambda: SIGNER.named(f"{ORIGIN}/{SHARD}"))
    entries: list[tuple[str, Blocks]] = field(default_factory=list)
    growth: Growth = field(default_factory=Growth)
    tiles: dict[Tile, bytes] = field(default_factory=dict)

    def append(self, kind: str, blocks: Blocks) -> int:
        self.entries.append((kind, blocks))
        self.growth.push(leaf_value(kind, self.salt(len(self.entries) - 1), *blocks))
        return len(self.entries) - 1

    @staticmethod
    def salt(index: int) -> bytes:
        return sha256(b"salt %d" % index)

    def checkpoint(self) -> str:
        self.tiles.update(self.growth.take())
        return self.signer.sign(Checkpoint(self.signer.key.name, self.growth.size, self.growth.edge.root()).text)

    def shown(self, index: int, checkpoint: str | None = None) -> ShownEntry:
        note = checkpoint or self.checkpoint()
        kind, (asked, decided, content) = self.entries[index]
        path = tuple(TreeReader(self.growth.size, lambda tile: self.tiles[tile]).inclusion(index))
        blocks = {"party": asked, "decision": decided, "content": content}
        return ShownEntry.of(kind, self.salt(index), blocks, InclusionProof(index, path, note).text)

    def receipt(self, *indices: int, openings: bool = True) -> Receipt:
        keys = {"request": opened("request"), "response": opened("response")} if openings else {}
        return Receipt({self.entries[index][0]: self.shown(index) for index in indices}, keys)


def sample() -> SampleLog:
    """A log of a realm, an intent (1), a denial (2), another intent (3), outcomes of both (4 and 5)."""
    log = SampleLog()
    log.append("realm", realm())
    log.append("intent", intent())
    log.append("denial", denial())
    log.append("intent", intent(b"another"))
    log.append("outcome", outcome(1))
    log.append("outcome", outcome(3))
    return log
