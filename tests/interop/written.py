"""The log that foreign verifiers are held against: written by Comity's own ledger, witnessed, with proofs from it."""

from __future__ import annotations

import asyncio
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from comity.adapters.ledger import Ledger, build_receipt
from comity.adapters.ledger.tile_files import read_checkpoint, read_tile
from comity.adapters.signer.second import PUBLIC_FILE, create_second
from comity.proof.checkpoint import Checkpoint
from comity.proof.cosignature import ED25519_COSIGNATURE, ML_DSA_44_COSIGNATURE, Cosigner
from comity.proof.inclusion import InclusionProof
from comity.proof.note import Note, VerifierKey, key_id
from comity.proof.reader import TreeReader
from comity.proof.receipt import read_receipt
from comity.proof.tiles import ENTRIES, WIDTH, Tile, unpack_bundle, width_in
from comity.proof.tree import CompactRange, leaf_hash
from comity.terms import canon
from comity.terms.digests import to_base64
from tests.adapters.ledger.writing import ask, deny, opened
from tests.proof.samples import ORIGIN

SHARDS = ((3_000, 2_041), (700, 612), (150, 107))
"""Denials in each shard before and after an earlier checkpoint; the requests come on top."""

ASKED = 6
EVERY = 37
"""Which entries get a proof of their own."""

TIME = 1_795_406_400
WITNESS = Cosigner("witness.example/ed25519", ED25519_COSIGNATURE, b"\x07" * 32)
WITNESS_ML_DSA = Cosigner("witness.example/ml-dsa-44", ML_DSA_44_COSIGNATURE, b"\x08" * 32)
UNKNOWN = ("grease.example", key_id("grease.example", 0xFA, b"a type of the future") + bytes(80))


@dataclass(frozen=True)
class Shard:
    """One shard's public files under `folder`, and what is needed to speak of it."""

    name: str
    folder: Path
    vkey: str
    second: str
    """The vkey of the log's ML-DSA-44 key, under the shard's name."""
    earlier: str
    """An earlier checkpoint, as it was signed."""

    @property
    def note(self) -> str:
        """Its checkpoint with the cosignatures."""
        return (self.folder / "checkpoint").read_text("utf-8")

    @property
    def checkpoint(self) -> Checkpoint:
        """The same, read."""
        return Checkpoint.parse(Note.parse(self.note).text)

    def reader(self) -> TreeReader:
        """Its tree, by our own reader."""
        return TreeReader(self.checkpoint.size, lambda tile: read_tile(self.folder, tile))

    def values(self) -> list[bytes]:
        """Its leaf values, from the bundles."""
        size, found = self.checkpoint.size, []
        for number in range(-(-size // WIDTH)):
            found += unpack_bundle(read_tile(self.folder, Tile(ENTRIES, number, width_in(ENTRIES, number, size))))
        return found


@dataclass(frozen=True)
class Written:
    """A log, its folder and its shards; `receipts` by shard are files of canonical JSON."""

    folder: Path
    state: Path
    shards: list[Shard]
    receipts: dict[str, list[bytes]] = field(default_factory=dict)

    @property
    def entries(self) -> int:
        """Of all shards."""
        return sum(shard.checkpoint.size for shard in self.shards)

    @property
    def proofs(self) -> Path:
        """Our proofs, for verifiers that read JSON."""
        return self.folder / "proofs.json"


def write(folder: Path) -> Written:
    """Write the log below an empty folder."""
    state = folder / "state"
    state.mkdir()
    create_second(state, ORIGIN, lambda size: b"\x09" * size)
    ledgers = [opened(state) for _ in SHARDS]
    try:
        names = asyncio.run(_fill(ledgers))
    finally:
        for ledger in ledgers:
            ledger.close()
    shards = [_publish(folder, state, name, earlier) for name, earlier in names]
    receipts = {
        shard.name: [canon.encode(build_receipt(state, shard.name, index)) for index in range(0, 2 * ASKED, 2)]
        for shard in shards
    }
    written = Written(folder, state, shards, receipts)
    written.proofs.write_text(json.dumps(_proofs(written)), "utf-8")
    return written


async def _fill(ledgers: list[Ledger]) -> list[tuple[str, str]]:
    names = []
    for ledger, (before, after) in zip(ledgers, SHARDS, strict=True):
        for number in range(ASKED):
            await ask(ledger, b"question %d" % number)
        await deny(ledger, before)
        await ledger.publish()
        earlier = read_checkpoint(ledger._state / "log" / ledger.shard) or ""
        await deny(ledger, after)
        await ledger.publish()
        names.append((ledger.shard, earlier))
    return names


def _publish(folder: Path, state: Path, name: str, earlier: str) -> Shard:
    """A copy of the public files, its checkpoint cosigned, with a line by a key of a type that nobody knows."""
    public = folder / "log" / name
    shutil.copytree(state / "log" / name, public, ignore=shutil.ignore_patterns("ledger", "lock"))
    note = (public / "checkpoint").read_text("utf-8")
    text = Note.parse(note).text
    lines = f"— {UNKNOWN[0]} {to_base64(UNKNOWN[1])}\n"
    lines += "".join(each.cosign(text, TIME).line for each in (WITNESS, WITNESS_ML_DSA))
    (public / "checkpoint").write_text(note + lines, "utf-8")
    vkey = (public / "vkey").read_text("utf-8").splitlines()[0]
    second = VerifierKey.parse((state / PUBLIC_FILE).read_text("utf-8")).named(f"{ORIGIN}/{name}")
    return Shard(name, public, vkey, second.text, earlier)


def _proofs(written: Written) -> dict[str, Any]:
    """Inclusion proofs out of receipts and out of tiles, consistency proofs between many sizes."""
    inclusion, consistency = [], []
    for shard in written.shards:
        checkpoint, reader, values = shard.checkpoint, shard.reader(), shard.values()
        for data in written.receipts[shard.name]:
            for entry in read_receipt(data).entries.values():
                proof = InclusionProof.parse(entry.proof)
                inclusion.append(_included(shard, proof.index, entry.leaf_value, proof.path))
        for index in range(0, checkpoint.size, EVERY):
            inclusion.append(_included(shard, index, values[index], reader.inclusion(index)))
        for old in sorted({1, 2, 255, 256, 257, Checkpoint.parse(Note.parse(shard.earlier).text).size}):
            if old < checkpoint.size:
                consistency.append(
                    {
                        "shard": shard.name,
                        "old": old,
                        "root": to_base64(_root(values[:old])),
                        "path": [to_base64(node) for node in reader.consistency(old)],
                    }
                )
    return {"inclusion": inclusion, "consistency": consistency}


def _root(values: list[bytes]) -> bytes:
    edge = CompactRange()
    for value in values:
        edge.append(leaf_hash(value))
    return edge.root()


def _included(shard: Shard, index: int, value: bytes, path: Any) -> dict[str, Any]:
    return {
        "shard": shard.name,
        "index": index,
        "value": to_base64(value),
        "path": [to_base64(node) for node in path],
    }


def altered(shard: Shard, folder: Path, path: str) -> Path:
    """A copy of the shard's public files under `folder`, with one bit of the file at `path` turned: in the middle of a
    tile or bundle, in the root of a checkpoint."""
    copy = folder / f"altered-{path.replace('/', '-')}"
    shutil.copytree(shard.folder, copy)
    data = bytearray((copy / path).read_bytes())
    at = data.index(to_base64(shard.checkpoint.root).encode()) if path == "checkpoint" else len(data) // 2 + 5
    data[at] ^= 1
    (copy / path).write_bytes(bytes(data))
    return copy


def trusted(shard: Shard) -> VerifierKey:
    """The shard's key."""
    return VerifierKey.parse(shard.vkey)


__all__ = ["Shard", "Written", "altered", "trusted", "write"]
