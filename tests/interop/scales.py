"""`tlog-scales`: an independent reader of tlog-tiles, in Python."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tlog import Checkpoint as ForeignCheckpoint
from tlog_scales.tlog import InclusionProof

from comity.proof.checkpoint import Checkpoint
from comity.proof.note import Note
from comity.proof.tree import leaf_hash
from comity.terms.digests import from_base64
from tests.interop.result import Result, must
from tests.interop.written import WITNESS, WITNESS_ML_DSA, Shard, Written, altered


def verify(result: Result, log: Written) -> None:
    """Signatures of each kind, roots from tiles, entries against leaves, and what was altered."""
    result.version = version("tlog-scales")
    proofs = json.loads(log.proofs.read_text("utf-8"))["inclusion"]
    for shard in log.shards:
        _shard(shard, [proof for proof in proofs if proof["shard"] == shard.name])
    result.saw("signatures of log (0x01, 0x06) and witnesses (0x04, 0x06)")
    result.saw(f"{log.entries} entries under {len(log.shards)} roots, {len(proofs)} proofs")
    _altered(log.shards[0], log.folder / "scales")
    result.saw("refuses an altered bundle, tile and checkpoint")


def _shard(shard: Shard, proofs: list[dict[str, Any]]) -> None:
    reader = TilesReader(LocalBackend(shard.folder))
    checkpoint = reader.get_checkpoint()
    for key in (shard.vkey, shard.second, WITNESS.key.text, WITNESS_ML_DSA.key.text):
        checkpoint.verify(Vkey.from_string(key))
    must(reader.calculate_root_hash() == checkpoint.root_hash, f"another root for {shard.name}")
    must(_entries_hold(shard.folder), f"an entry of {shard.name} is not in its tree")
    old = Checkpoint.parse(Note.parse(shard.earlier).text)
    reader.get_consistency_proof(old.size, checkpoint.size).check(old.root, checkpoint.root_hash)
    for proof in proofs:
        path = [from_base64(node) for node in proof["path"]]
        leaf = leaf_hash(reader.get_entry(proof["index"]))
        InclusionProof(proof["index"], checkpoint.size, path).check(leaf, checkpoint.root_hash)
        reader.get_inclusion_proof(proof["index"], checkpoint.size).check(leaf, checkpoint.root_hash)


def _entries_hold(folder: Path) -> bool:
    """Whether each entry is the one whose hash stands in the tiles."""
    reader = TilesReader(LocalBackend(folder))
    size = reader.get_checkpoint().size
    return all(leaf_hash(reader.get_entry(index)) == reader.mth(index, index + 1) for index in range(size))


def _altered(shard: Shard, folder: Path) -> None:
    for path in ("tile/entries/003", "tile/0/003"):
        must(not _entries_hold(altered(shard, folder, path)), f"an altered {path} passed")
    text = shard.note.replace(f"\n{shard.checkpoint.size}\n", f"\n{shard.checkpoint.size + 1}\n", 1)
    for key in (shard.vkey, shard.second, WITNESS.key.text, WITNESS_ML_DSA.key.text):
        try:
            ForeignCheckpoint.from_text(text).verify(Vkey.from_string(key))
        except InvalidSignature:
            continue
        must(False, "an altered checkpoint passed")
