"""Shards that no worker holds any more."""

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from comity.adapters.ledger import Ledger, entries, shards
from comity.runtime.abandoned import await_the_dying, close_abandoned

KILLED = """
import asyncio, os, sys
from pathlib import Path
from comity.adapters.ledger import Ledger

async def main():
    held = [Ledger.open(Path(sys.argv[1]), "test.example/gw", clock=lambda: 1) for _ in range(3)]
    durable = asyncio.Event()
    left = len(held)
    def done(fault):
        global left
        left -= 1
        if not left:
            durable.set()
    globals()["left"] = left
    for ledger in held:
        ledger.append("intent", b"{}", b"{}", b"{}", done)
    await durable.wait()
    os._exit(9)

asyncio.run(main())
"""


def test_intents_of_killed_workers_are_closed_in_every_shard(tmp_path):
    assert subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False).returncode == 9
    assert len(shards(tmp_path)) == 3
    assert await_the_dying(tmp_path)
    assert close_abandoned(tmp_path, "test.example/gw", "strict") == 3
    for shard in shards(tmp_path):
        outcome = list(entries(tmp_path, shard))[-1]
        assert json.loads(outcome.content)["finish"] == "lost"
    assert len(shards(tmp_path)) == 3


def test_no_shard_is_made_where_there_is_none(tmp_path):
    assert await_the_dying(tmp_path)
    assert close_abandoned(tmp_path, "test.example/gw", "strict") == 0
    assert shards(tmp_path) == []


def test_a_closed_shard_is_left_alone(tmp_path: Path) -> None:
    """Whoever puts a shard back from a copy closes it: it is read, and never gone on with."""
    ledger = Ledger.open(tmp_path, "test.example/gw", clock=lambda: 1)
    ledger.close()
    (tmp_path / "log" / ledger.shard / "closed").touch()
    assert await_the_dying(tmp_path)
    assert close_abandoned(tmp_path, "test.example/gw", "strict") == 0
    other = Ledger.open(tmp_path, "test.example/gw", clock=lambda: 1)
    assert other.shard != ledger.shard
    other.close()


def test_no_shard_is_made_where_another_is_faster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker takes the shard between the look and the taking."""
    Ledger.open(tmp_path, "test.example/gw", clock=lambda: 1).close()
    held = Ledger.open(tmp_path, "test.example/gw", clock=lambda: 1)
    monkeypatch.setattr("comity.runtime.abandoned.is_held", lambda *_: False)
    assert close_abandoned(tmp_path, "test.example/gw", "strict") == 0
    held.close()
    assert shards(tmp_path) == [held.shard]


def test_no_shard_is_made_in_place_of_a_backup(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, "test.example/gw", clock=lambda: 1)
    ledger.close()
    folder = tmp_path / "log" / ledger.shard
    early = (folder / "checkpoint").read_text()
    shutil.copytree(tmp_path, tmp_path / "copy")
    again = Ledger.open(tmp_path, "test.example/gw", clock=lambda: 1)

    async def ask() -> None:
        again.append("denial", b"{}", b"{}", b"{}", lambda _: None)
        await again.publish()

    asyncio.run(ask())
    again.close()
    late = (folder / "checkpoint").read_text()
    assert late != early
    (tmp_path / "copy" / "log" / ledger.shard / "witnessed").write_text(late)
    assert close_abandoned(tmp_path / "copy", "test.example/gw", "strict") == 0
    assert shards(tmp_path / "copy") == [ledger.shard]
    assert "this is a backup" in (tmp_path / "copy" / "log" / ledger.shard / "closed").read_text()
