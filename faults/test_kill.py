"""kill -9 of workers and of the supervisor, at random moments, under load."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from pathlib import Path
from typing import Any

import pytest

from comity.testing.gateway import Gateway
from faults.checks import all_verify, intents_of
from faults.load import Clients, Recorder
from faults.world import audit

KILLS = int(os.environ.get("KILLS", "200"))
PHASE = 50
"""Kills in one state folder: the lengths that name requests stay short, and so do the audits."""

CLIENTS = 12
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
    while sum(killed.values()) < kills:
        await asyncio.sleep(dice.uniform(0.02, 0.5))
        if dice.random() < 0.75:
            workers = (await gateway.status(operator))["workers"]
            pid = dice.choice([each["pid"] for each in workers if each["pid"] is not None] or [0])
            if pid:
                _kill(pid)
                killed["workers"] += 1
        else:
            await clients.stop()
            verified += await all_verify(gateway, key, clients, operator)
            clients.start(tuple(gateway.first["data"]), CLIENTS)
            await asyncio.sleep(dice.uniform(0.05, 0.3))
            await gateway.kill()
            killed["supervisors"] += 1
            await clients.stop()
            await gateway.start()
            clients.start(tuple(gateway.first["data"]), CLIENTS)
    await clients.stop()
    verified += await all_verify(gateway, key, clients, operator)
    await gateway.stop()
    upstream.stop()
    intents = intents_of(gateway.state)
    unlogged = [length for length in upstream.arrived if length not in intents]
    audited = audit(gateway.state)
    row.tell(
        workers=killed["workers"],
        supervisors=killed["supervisors"],
        answers_whole_and_verified=verified,
        requests_upstream=len(upstream.arrived),
        without_an_intent=len(unlogged),
        broken_off=clients.broken,
        lost_outcomes=sum(len(shard["lost"]) for shard in audited["shards"]),
    )
    assert not unlogged
    assert audited["holds"], audited
    assert verified > kills


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
