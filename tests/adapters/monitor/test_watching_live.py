"""`comity log audit URL --follow` beside a gateway under load, while another process alters its files, a byte each."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any

from comity.adapters.ledger import Ledger
from comity.testing.gateway import COMITY, Gateway
from comity.testing.upstream import Upstream, chat
from tests.adapters.ledger.writing import clock, deny
from tests.runtime.stacks import two_upstreams
from tests.runtime.test_gateway_limits import asked

ALTER = """
import sys
from pathlib import Path
path, at = Path(sys.argv[1]), int(sys.argv[2])
data = bytearray(path.read_bytes())
data[at] ^= 1
path.write_bytes(data)
"""

PATIENCE_S = 60


async def alter(path: Path, at: int) -> None:
    """One byte of a file, by another process."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", ALTER, str(path), str(at))
    assert await process.wait() == 0


async def line(watcher: Process) -> dict[str, Any]:
    assert watcher.stdout is not None
    found: dict[str, Any] = json.loads(await asyncio.wait_for(watcher.stdout.readline(), PATIENCE_S))
    return found


def a_past(state: Path) -> None:
    """Enough entries for a tile that is full."""
    state.mkdir(mode=0o700, parents=True)
    ledger = Ledger.open(state, "test.example/gateway", clock=clock)
    asyncio.run(deny(ledger, 300))
    ledger.close()


async def load(gateway: Gateway, key: str) -> None:
    while True:
        await asyncio.gather(*(asked(gateway, key) for _ in range(8)))


def test_three_bytes_are_three_alarms_each_with_its_place(tmp_path: Path) -> None:
    async def walk() -> None:
        async with Upstream(chat("At nine.")) as upstream:
            gateway = Gateway(two_upstreams(tmp_path / "gw", upstream.url, upstream.url))
            key, auditor = gateway.new_key("--app", "desk"), gateway.new_key("--role", "auditor")
            (tmp_path / "auditor").write_text(auditor + "\n")
            async with gateway:
                host, port = gateway.first["control"]
                log = gateway.state / "log"
                (shard,) = (path.name for path in log.iterdir() if path.is_dir())
                busy = asyncio.create_task(load(gateway, key))
                watcher = await asyncio.create_subprocess_exec(
                    *COMITY, "log", "audit", f"http://{host}:{port}/log/", "--follow", "--every", "0.1", "--json",
                    "--key", str(gateway.state / "log.vkey"), "--cursor", str(tmp_path / "cursor.json"),
                    "--auditor", str(tmp_path / "auditor"), stdout=PIPE,
                )  # fmt: skip
                assert (await line(watcher))["event"] == "watching"

                alarms = []
                for path, at in ((log / shard / "tile/0/000", 3200), (log / shard / "tile/entries/000", 700)):
                    await alter(path, at)
                    alarms.append(await line(watcher))
                    await alter(path, at)
                    assert (await line(watcher))["event"] == "over"
                busy.cancel()  # or the next checkpoint would take the place of the altered one
                await asyncio.gather(busy, return_exceptions=True)
                await asyncio.sleep(1.5)
                await alter(log / shard / "checkpoint", len(f"test.example/gateway/{shard}\n") + 8)
                alarms.append(await line(watcher))

                prefix = f"http://{host}:{port}/log/{shard}"
                assert [(each["event"], each["name"], each["shard"], each["place"]) for each in alarms] == [
                    ("alarm", "altered-tile", shard, f"{prefix}/tile/0/000"),
                    ("alarm", "altered-bundle", shard, f"{prefix}/tile/entries/000"),
                    ("alarm", "bad-signature", shard, f"{prefix}/checkpoint"),
                ]
                assert [each.get("index") for each in alarms] == [100, 20, None]
                watcher.send_signal(signal.SIGINT)
                assert await watcher.wait() == 1

    a_past(tmp_path / "gw" / ".comity")
    asyncio.run(walk())
