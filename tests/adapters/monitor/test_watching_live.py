"""`comity log audit URL --follow` beside a gateway under load, while another process alters its files, a byte each."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from comity.adapters.clock import unix_ms
from comity.adapters.ledger import Ledger, entries
from comity.proof.summary import DAY_MS
from comity.terms import canon
from comity.testing.gateway import COMITY, Gateway
from comity.testing.upstream import Upstream, chat
from tests.adapters.ledger.writing import enter
from tests.proof.samples import denial
from tests.runtime.stacks import two_upstreams
from tests.runtime.test_gateway_limits import asked

ALTER = """
import sys
from pathlib import Path
path, at = Path(sys.argv[1]), int(sys.argv[2])
byte = path.read_bytes()[at]
with path.open("r+b", buffering=0) as file:  # never shorter: who reads it meanwhile reads it whole
    file.seek(at)
    file.write(bytes([byte ^ 1]))
"""

PATIENCE_S = 60


async def alter(path: Path, at: int) -> None:
    """One byte of a file, by another process."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", ALTER, str(path), str(at))
    assert await process.wait() == 0


async def end(process: Process) -> None:
    """Kill it, if it still runs: when the test failed."""
    if process.returncode is None:
        process.kill()
        await process.wait()


async def line(watcher: Process) -> dict[str, Any]:
    assert watcher.stdout is not None
    found: dict[str, Any] = json.loads(await asyncio.wait_for(watcher.stdout.readline(), PATIENCE_S))
    return found


def a_past(state: Path) -> None:
    """Yesterday's entries, enough for a tile that is full."""
    state.mkdir(mode=0o700, parents=True)
    yesterday = unix_ms() - DAY_MS
    party, decision, content = denial()
    times = {"received": yesterday, "finished": yesterday}
    blocks = party, decision, canon.encode(canon.parse(content) | {"times": times})

    async def work() -> None:
        await asyncio.gather(*(enter(ledger, "denial", blocks) for _ in range(300)))

    ledger = Ledger.open(state, "test.example/gateway", clock=unix_ms)
    asyncio.run(work())
    ledger.close()


async def summed(state: Path, shard: str) -> None:
    """Wait until yesterday is summed up."""
    async with asyncio.timeout(PATIENCE_S):
        while not any(entry.kind == "summary" for entry in entries(state, shard)):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.2)


async def load(gateway: Gateway, key: str) -> None:
    while True:
        await asyncio.gather(*(asked(gateway, key) for _ in range(8)))


async def invoiced(gateway: Gateway, url: str, folder: Path) -> None:
    """The same log beside an invoice, with the same auditor's key."""
    day = datetime.now(UTC).date().isoformat()
    (folder / "invoice.csv").write_text(f"Tag,Modell,Anfragen\n{day},small,1000000\n{day},other,3\n")
    process = await asyncio.create_subprocess_exec(
        *COMITY, "reconcile", str(folder / "invoice.csv"), "-c", str(gateway.stack_file), "--log", url, "--json",
        "--auditor", str(folder / "auditor"), "--column", "day=Tag", "--column", "name=Modell",
        "--column", "requests=Anfragen", stdout=PIPE,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 1
    document = json.loads(said)
    assert [(each["kind"], each["name"]) for each in document["differences"]] == [
        ("only-invoice", "other"),
        ("differs", "small"),
    ]
    assert 0 < int(document["log"]["requests"]) < 1_000_000


def gateway_audit(state: Path) -> bytes:
    """`comity log audit` of the folder, which the altered checkpoint no longer fits once it was signed anew."""
    return subprocess.run([*COMITY, "log", "audit", str(state), "--json"], capture_output=True, check=False).stdout


def first_letter(checkpoint: Path) -> int:
    """Where in the line of the root a character is that is Base64 with its last bit turned too."""
    root = checkpoint.read_text().split("\n")[2]
    return next(at for at, letter in enumerate(root) if letter in "bcdefghijklmnopqrstuvwxyBCDEFGHIJKLMNOPQRSTUVWXY")


def test_three_bytes_are_three_alarms_each_with_its_place(tmp_path: Path) -> None:
    async def walk() -> None:
        async with Upstream(chat("At nine.")) as upstream:
            gateway = Gateway(two_upstreams(tmp_path / "gw", upstream.url, upstream.url))
            key, auditor = gateway.new_key("--app", "desk"), gateway.new_key("--role", "auditor")
            (tmp_path / "auditor").write_text(auditor + "\n")
            async with gateway, AsyncExitStack() as ended:
                host, port = gateway.first["control"]
                log = gateway.state / "log"
                (shard,) = (path.name for path in log.iterdir() if path.is_dir())
                busy = asyncio.create_task(load(gateway, key))
                await summed(gateway.state, shard)
                watcher = await asyncio.create_subprocess_exec(
                    *COMITY, "log", "audit", f"http://{host}:{port}/log/", "--follow", "--every", "0.1", "--json",
                    "--key", str(gateway.state / "log.vkey"), "--cursor", str(tmp_path / "cursor.json"),
                    "--auditor", str(tmp_path / "auditor"), stdout=PIPE,
                )  # fmt: skip
                ended.push_async_callback(end, watcher)
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
                root = log.joinpath(shard, "checkpoint").read_text().index("\n", len(f"test.example/gateway/{shard}\n"))
                await alter(log / shard / "checkpoint", root + 1 + first_letter(log / shard / "checkpoint"))
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
                await invoiced(gateway, f"http://{host}:{port}/log/", tmp_path)
            audit = json.loads(gateway_audit(gateway.state))
            assert [(each["summaries"], each["unsummed"]) for each in audit["shards"]] == [(1, [])]

    a_past(tmp_path / "gw" / ".comity")
    asyncio.run(walk())
