"""A group of entries that begins exactly where the tiles were last synced: the next start reads past it."""

from __future__ import annotations

from pathlib import Path

from comity.adapters.ledger import Ledger, shards
from comity.adapters.ledger.segment import values_of
from tests.adapters.ledger.writing import ask, audited, run


def test_a_log_of_groups_of_one_starts_again(tmp_path: Path) -> None:
    async def one_by_one(ledger: Ledger) -> None:
        for _ in range(140):  # 280 entries, each durable before the next, so that a group begins at entry 256
            await ask(ledger)

    async def once_more(ledger: Ledger) -> None:
        await ask(ledger)

    run(tmp_path, one_by_one)
    run(tmp_path, once_more)
    (shard,) = shards(tmp_path)
    audit = audited(tmp_path, shard)
    assert audit.findings == [] and audit.entries == 282


def test_no_entries_have_no_values() -> None:
    assert values_of([]) == []
