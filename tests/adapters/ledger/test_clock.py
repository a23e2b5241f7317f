"""A clock that jumps: entries keep their order, checkpoints grow, receipts verify."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from comity.adapters.ledger import Ledger, shards
from tests.adapters.ledger.writing import ask, audited, enter, verified
from tests.proof.samples import ORIGIN, intent

YEAR_MS = 31_556_952_000


@pytest.mark.parametrize("seed", range(3))
def test_a_clock_that_jumps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Years forwards and backwards, within a run and between runs, over rotations and lost outcomes."""
    monkeypatch.setattr("comity.adapters.ledger.committer.SEGMENT_BYTES", 4096)
    dice = random.Random(seed)

    def clock() -> int:
        return dice.choice((0, 1, 1795406400000, 1795406400000 + dice.randrange(-50, 50) * YEAR_MS, 2**53 - 1))

    entries = 0
    for start in range(4):
        ledger = Ledger.open(tmp_path, ORIGIN, clock=clock)

        async def work(ledger: Ledger = ledger) -> int:
            indices = [await ask(ledger) for _ in range(20)]
            await enter(ledger, "intent", intent())
            assert indices == sorted(indices)
            assert verified(tmp_path, await ledger.receipt(ledger.receipt_id(indices[-1]))).valid
            return ledger.durable

        entries = asyncio.run(work())
        ledger.close()
        assert ledger.published == entries == 41 * (start + 1) + start
    (shard,) = shards(tmp_path)
    audit = audited(tmp_path, shard)
    assert (audit.findings, len(audit.lost), audit.entries) == ([], 3, entries)
