"""kill -9 in the middle of writing, again and again: what was acknowledged is there, and the log holds."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from comity.adapters.ledger import build_receipt, entries, shards
from tests.adapters.ledger.writing import audited, opened, verified

ROOT = Path(__file__).parents[3]


def test_nothing_that_was_acknowledged_is_lost(tmp_path: Path) -> None:
    acknowledged: set[str] = set()
    for lines in (1, 40, 150, 400, 3):
        command = [sys.executable, "-m", "tests.adapters.ledger.crashing", str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as writer:
            assert writer.stdout is not None
            for _ in range(lines):
                acknowledged.add(writer.stdout.readline().strip())
            writer.send_signal(signal.SIGKILL)
            rest = writer.stdout.read()
        # a line that the kill cut in two was not read by anyone
        acknowledged.update(rest.splitlines()[: rest.count("\n")])
    opened(tmp_path).close()
    (shard,) = shards(tmp_path)
    audit = audited(tmp_path, shard)
    assert audit.findings == []
    assert audit.open == []
    answered = {f"{shard}.{entry.intent}" for entry in entries(tmp_path, shard) if entry.kind == "outcome"}
    lost = {f"{shard}.{intent}" for intent in audit.lost}
    assert "" not in acknowledged
    assert acknowledged <= answered - lost
    assert audit.entries == 2 * len(answered)
    for receipt_id in [sorted(acknowledged)[0], *sorted(lost)[:1]]:
        index = int(receipt_id.partition(".")[2])
        assert verified(tmp_path, build_receipt(tmp_path, shard, index)).valid
