"""kill -9 of workers and of the supervisor, at random moments, under load."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from comity.adapters.ledger import entries, shards
from comity.proof.note import VerifierKey
from comity.proof.policy import Policy
from comity.proof.verify import verify_file
from comity.testing.gateway import COMITY, Gateway
from faults.load import Clients, Recorder, Whole

KILLS = int(os.environ.get("KILLS", "200"))
PHASE = 50
"""Kills in one state folder: the lengths that name requests stay short, and so do the audits."""

CLIENTS = 12
RECEIPT_S = 30.0

STACK = """
origin: faults.example/gateway
law: []
parties: {{acme: {{seat: FR}}}}
sites: {{here: {{jurisdiction: FR, operator: acme}}}}
models: {{m: {{developer: FR}}}}
deployments:
  a: {{model: m, site: here, url: "http://127.0.0.1:{port}/v1", stream_usage: false}}
applications:
  desk: {{controller: acme, purpose: general, data: [], subjects: [FR]}}
"""


@pytest.mark.parametrize("phase", range(max(1, KILLS // PHASE)))
def test_kill(phase: int, tmp_path: Path, row: Any) -> None:
    """kill -9 of a worker or the supervisor"""
    asyncio.run(_kills(random.Random(phase), tmp_path, row, min(KILLS, PHASE)))  # noqa: S311 - a seeded fault, no secret


async def _kills(dice: random.Random, folder: Path, row: Any, kills: int) -> None:
    upstream = Recorder()
    await upstream.start()
    stack = folder / "comity.yaml"
    stack.write_text(STACK.format(port=upstream.port))
    gateway = Gateway(stack, workers=2)
    key, operator = gateway.new_key("--app", "desk"), gateway.new_key("--role", "operator")
    clients = Clients(key)
    await gateway.start()
    killed = {"workers": 0, "supervisors": 0}
    verified = 0
    clients.start(tuple(gateway.first["data"]), CLIENTS)
    for _ in range(kills):
        await asyncio.sleep(dice.uniform(0.02, 0.5))
        if dice.random() < 0.75:
            workers = (await gateway.status(operator))["workers"]
            pid = dice.choice([each["pid"] for each in workers if each["pid"] is not None] or [0])
            if pid:
                _kill(pid)
                killed["workers"] += 1
        else:
            await clients.stop()
            verified += await _all_verify(gateway, key, clients, operator)
            clients.start(tuple(gateway.first["data"]), CLIENTS)
            await asyncio.sleep(dice.uniform(0.05, 0.3))
            await gateway.kill()
            killed["supervisors"] += 1
            await clients.stop()
            await gateway.start()
            clients.start(tuple(gateway.first["data"]), CLIENTS)
    await clients.stop()
    verified += await _all_verify(gateway, key, clients, operator)
    await gateway.stop()
    upstream.stop()
    intents = _intents(gateway.state)
    unlogged = [length for length in upstream.arrived if length not in intents]
    audit = _audit(gateway.state)
    row.tell(
        workers=killed["workers"],
        supervisors=killed["supervisors"],
        answers_whole_and_verified=verified,
        requests_upstream=len(upstream.arrived),
        without_an_intent=len(unlogged),
        broken_off=clients.broken,
        lost_outcomes=sum(len(shard["lost"]) for shard in audit["shards"]),
    )
    assert not unlogged
    assert audit["holds"], audit
    assert verified > kills


def _audit(state: Path) -> Any:
    command = (*COMITY, "log", "audit", str(state), "--json")
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _intents(state: Path) -> set[int]:
    return {
        json.loads(entry.content)["bytes"]
        for shard in shards(state)
        for entry in entries(state, shard)
        if entry.kind == "intent"
    }


async def _all_verify(gateway: Gateway, key: str, clients: Clients, operator: str) -> int:
    """Every answer that came whole since the last time has a receipt that verifies, over its very bytes."""
    policy = Policy((VerifierKey.parse((gateway.state / "log.vkey").read_text().strip()),))
    whole, clients.whole = clients.whole, []
    async with asyncio.timeout(RECEIPT_S):
        for at in range(0, len(whole), 16):
            await asyncio.gather(*(_verifies(gateway, key, each, policy) for each in whole[at : at + 16]))
    return len(whole)


async def _verifies(gateway: Gateway, key: str, whole: Whole, policy: Policy) -> None:
    receipt = b""
    while not receipt:
        receipt = await _receipt(gateway, key, whole.receipt)
        if not receipt:
            await asyncio.sleep(0.05)  # its shard is being recovered
    result = verify_file(receipt, policy, request=whole.sent, response=whole.received)
    assert result.valid, (whole.receipt, result.failure)
    assert "outcome" in json.loads(receipt), whole.receipt


async def _receipt(gateway: Gateway, key: str, receipt: str) -> bytes:
    try:
        reader, writer = await asyncio.open_connection(*gateway.first["data"])
        try:
            writer.write(
                f"GET /v1/receipts/{receipt} HTTP/1.1\r\nhost: g\r\nauthorization: Bearer {key}\r\n"
                "connection: close\r\n\r\n".encode()
            )
            answer = await reader.read()
        finally:
            writer.close()
    except OSError:
        return b""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert not head.startswith(b"HTTP/1.1 4"), head
    return body if head.startswith(b"HTTP/1.1 200") else b""
