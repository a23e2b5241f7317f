"""The disk of the log: full, and read-only, under load."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from comity.adapters.ledger import shards
from comity.testing.gateway import Gateway
from faults import test_kill as killing
from faults.load import Clients, Recorder

STATE_MB = 8
"""The gateway's whole state: keys, realm, a log of a few thousand entries."""

LEFT_KB = 300
"""What a full disk has left when the load begins: some hundred requests."""

QUIET_S = 2.0
PATIENCE_S = 60.0


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A folder whose `.comity` is a small disk of its own."""
    state = tmp_path / ".comity"
    state.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={STATE_MB}m,mode=0700", "tmpfs", str(state)]
    made = subprocess.run(mount, capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"a tmpfs cannot be mounted here: {made.stderr.strip()}")
    try:
        yield tmp_path
    finally:
        subprocess.run(["umount", "-l", str(state)], check=True)


def test_a_full_disk(small: Path, row: Any) -> None:
    """the disk is full, and has room again"""
    ballast = small / ".comity" / "ballast"

    def fill() -> None:
        free = os.statvfs(small / ".comity")
        ballast.write_bytes(bytes(free.f_bavail * free.f_frsize - LEFT_KB * 1024))

    asyncio.run(_stops_and_goes_on(small, fill, ballast.unlink, row))


def test_a_log_folder_that_became_read_only(tmp_path: Path, row: Any) -> None:
    """the log's folders are read-only, and are not"""

    def change(flag: str) -> None:
        folders = [str(tmp_path / ".comity" / "log" / shard) for shard in shards(tmp_path / ".comity")]
        made = subprocess.run(["chattr", "-R", flag, *folders], capture_output=True, text=True, check=False)
        if made.returncode:
            pytest.skip(f"files cannot be made immutable here: {made.stderr.strip()}")

    try:
        asyncio.run(_stops_and_goes_on(tmp_path, lambda: change("+i"), lambda: change("-i"), row))
    finally:
        change("-i")


async def _stops_and_goes_on(folder: Path, harm: Callable[[], Any], mend: Callable[[], Any], row: Any) -> None:
    """Under load, after `harm` no request is answered and none goes upstream; after `mend` they are again."""
    upstream = Recorder()
    await upstream.start()
    stack = folder / "comity.yaml"
    stack.write_text(killing.STACK.format(port=upstream.port))
    gateway = Gateway(stack, workers=2)
    key, operator = gateway.new_key("--app", "desk"), gateway.new_key("--role", "operator")
    clients = Clients(key)
    await gateway.start()
    try:
        clients.start(tuple(gateway.first["data"]), 4)
        await _until(lambda: len(clients.whole) > 20)
        await asyncio.to_thread(harm)
        before = -1
        while before < len(upstream.arrived):
            before = len(upstream.arrived)
            await asyncio.sleep(QUIET_S)
        answered = len(clients.whole)
        refused = sum(clients.other.values()) + clients.broken + clients.refused
        assert refused
        await asyncio.to_thread(mend)
        await _until(lambda: len(clients.whole) > answered + 20)
        await clients.stop()
        verified = await killing._all_verify(gateway, key, clients, operator)
    finally:
        await clients.stop()
        await gateway.stop()
        upstream.stop()
    intents = killing._intents(gateway.state)
    unlogged = [length for length in upstream.arrived if length not in intents]
    audit = killing._audit(gateway.state)
    row.tell(
        answers_whole_and_verified=verified,
        refused_or_broken_off=refused,
        requests_upstream=len(upstream.arrived),
        without_an_intent=len(unlogged),
        lost_outcomes=sum(len(shard["lost"]) for shard in audit["shards"]),
    )
    assert not unlogged
    assert audit["holds"], audit


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - what is waited for happens in other processes
            await asyncio.sleep(0.05)
