"""A log that we wrote, read by `tlog-scales`, which is not ours and knows nothing of Comity."""

from __future__ import annotations

from pathlib import Path

import pytest
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tlog import ConsistencyProof, InclusionProof

from comity.adapters.ledger import Ledger, build_receipt, entries
from comity.proof.inclusion import InclusionProof as Text
from comity.proof.leaf import leaf_value
from comity.proof.tree import leaf_hash
from tests.adapters.ledger.writing import ask, deny, run


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, int]:
    """A state folder, its one shard, and the size that it had at an earlier checkpoint."""
    state = tmp_path_factory.mktemp("state")

    async def work(ledger: Ledger) -> tuple[str, int]:
        await ask(ledger)
        await deny(ledger, 300)
        old = await ledger.publish()
        await deny(ledger, 500)
        return ledger.shard, old

    shard, old = run(state, work)
    return state, shard, old


def reader(log: tuple[Path, str, int]) -> TilesReader:
    return TilesReader(LocalBackend(log[0] / "log" / log[1]))


def test_checkpoint_and_root(log: tuple[Path, str, int]) -> None:
    foreign = reader(log)
    checkpoint = foreign.get_checkpoint()
    checkpoint.verify(Vkey.from_string((log[0] / "log" / log[1] / "vkey").read_text().strip()))
    assert checkpoint.size == 802
    assert foreign.calculate_root_hash() == checkpoint.root_hash


def test_entries_and_their_proofs(log: tuple[Path, str, int]) -> None:
    foreign = reader(log)
    checkpoint = foreign.get_checkpoint()
    for entry in entries(log[0], log[1]):
        value = leaf_value(entry.kind, entry.salt, entry.party, entry.decision, entry.content)
        assert foreign.get_entry(entry.index) == value
        if entry.index % 50 == 0:
            proof = foreign.get_inclusion_proof(entry.index, checkpoint.size)
            proof.check(leaf_hash(value), checkpoint.root_hash)


def test_our_proofs(log: tuple[Path, str, int]) -> None:
    state, shard, _ = log
    foreign = reader(log)
    checkpoint = foreign.get_checkpoint()
    receipt = build_receipt(state, shard, 0)
    for kind, index in (("intent", 0), ("outcome", 1)):
        proof = Text.parse(receipt[kind]["proof"])
        value = foreign.get_entry(index)
        InclusionProof(index, checkpoint.size, list(proof.path)).check(leaf_hash(value), checkpoint.root_hash)


def test_consistency(log: tuple[Path, str, int]) -> None:
    foreign = reader(log)
    checkpoint = foreign.get_checkpoint()
    proof = foreign.get_consistency_proof(log[2], checkpoint.size)
    assert isinstance(proof, ConsistencyProof)
    foreign.set_size(log[2])
    proof.check(foreign.mth(0, log[2]), checkpoint.root_hash)


def test_partial_tiles_of_each_signed_size_are_there_until_the_full_one_is(tmp_path: Path) -> None:
    """tlog-tiles: a log must serve those that a checkpoint implies, and may drop them for the full tile."""

    async def work(ledger: Ledger) -> None:
        tiles = tmp_path / "log" / ledger.shard / "tile"
        signed = []
        for count in (5, 20, 100):
            await deny(ledger, count)
            signed.append(await ledger.publish())
            for size in signed:
                assert (tiles / "0" / "000.p" / str(size)).stat().st_size == 32 * size
                assert (tiles / "entries" / "000.p" / str(size)).stat().st_size == 34 * size
        await deny(ledger, 256)
        assert await ledger.publish() == 381
        assert (tiles / "0" / "000").stat().st_size == 8192
        assert (tiles / "entries" / "000").stat().st_size == 256 * 34
        assert (tiles / "1" / "000.p" / "1").stat().st_size == 32
        assert not (tiles / "0" / "001.p" / "0").exists()

    run(tmp_path, work)
