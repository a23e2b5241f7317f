"""Everything changes at once: the stack file, keys, upstreams; two workers go on answering."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import signal
import urllib.request
from pathlib import Path
from typing import Any

from comity.adapters.ledger import entries, shards
from comity.adapters.ledger.segment import Entry
from comity.testing.gateway import Gateway
from faults.load import Clients, Recorder

SECONDS = float(os.environ.get("SECONDS", "30"))
CLIENTS = 8
REVOKED_S = 1.0
"""A revoked key opens nothing on any worker after this long (docs/guides/tenancy.md)."""

EXPOSED = "ashburn"
"""The deployment that no ruling permits: its operator's agreement covers no transfer."""

STACK = """
origin: faults.example/changes
law: [eu.gdpr, us.exposure]
gateway: {{site: lyon}}
parties:
  agency: {{seat: FR, public: true}}
  columbia: {{seat: US}}
agreements:
  - {{between: [agency, columbia], kinds: [eu.art28]}}
sites:
  lyon: {{jurisdiction: FR, operator: agency}}
  paris: {{jurisdiction: FR, operator: agency}}
  berlin: {{jurisdiction: DE, operator: agency}}
  ashburn: {{jurisdiction: US, operator: columbia}}
models: {{m: {{developer: FR, license: apache-2.0, open_weights: true}}}}
deployments:
{deployments}
applications:
  desk:
    controller: agency
    purpose: {purpose}
    data: [personal]
    subjects: [FR]
    grounds: [eu.art6.public]
    output_used_in: [FR]
  open: {{controller: agency, purpose: research, data: [], subjects: []}}
routing: {{backoff: 0.05}}
"""


def test_changes(tmp_path: Path, row: Any) -> None:
    """stack edited, keys revoked, upstreams killed, under load"""
    asyncio.run(_changes(random.Random(7), tmp_path, row))  # noqa: S311 - a seeded fault, no secret


async def _changes(dice: random.Random, folder: Path, row: Any) -> None:
    upstreams = {name: Recorder() for name in ("lyon", "paris", "berlin", EXPOSED)}
    for upstream in upstreams.values():
        await upstream.start()
    stack = folder / "comity.yaml"
    stack.write_text(_stack(upstreams, dice))
    gateway = Gateway(stack, workers=2)
    keys = [gateway.new_key("--app", "desk"), gateway.new_key("--app", "open"), gateway.new_key("--app", "desk")]
    operator = gateway.new_key("--role", "operator")
    await gateway.start()
    numbers = itertools.count()
    clients = [Clients(key, numbers=numbers) for key in keys]
    for each in clients:
        each.start(tuple(gateway.first["data"]), CLIENTS)
    changing = [
        asyncio.create_task(_edit(gateway, stack, upstreams, dice, operator, row)),
        asyncio.create_task(_kill(upstreams, dice, row)),
    ]
    await asyncio.sleep(SECONDS / 2)
    await asyncio.to_thread(gateway.comity, "keys", "revoke", _id(gateway, keys[2]))
    revoked = asyncio.get_running_loop().time()
    await asyncio.sleep(SECONDS / 2)
    for task in changing:
        task.cancel()
    await asyncio.gather(*changing, return_exceptions=True)
    for each in clients:
        await each.stop()
    await gateway.stop()
    for upstream in upstreams.values():
        upstream.stop()
    late = [each for each in clients[2].whole if each.asked > revoked + REVOKED_S]
    outside, unlogged, bad_attempts = _against_the_log(gateway.state, upstreams)
    failed = {status: count for each in clients for status, count in each.other.items() if status >= 500}
    row.tell(
        answers_whole=sum(len(each.whole) for each in clients),
        broken_off=sum(each.broken for each in clients),
        of_5xx=sum(failed.values()),
        outside_the_placement=outside + bad_attempts,
        without_an_intent=unlogged,
        after_revocation=len(late),
    )
    assert (outside, unlogged, bad_attempts) == (0, 0, 0)
    assert not late
    assert not failed, failed
    assert clients[0].other.keys() <= {200}, clients[0].other


def _stack(upstreams: dict[str, Recorder], dice: random.Random) -> str:
    """A stack in which two sites or more may always serve `desk`; prices, weights and purposes change."""
    sites = [*dice.sample(["lyon", "paris", "berlin"], dice.choice([2, 3])), EXPOSED]
    deployments = "".join(
        f'  {site}: {{model: m, site: {site}, url: "http://127.0.0.1:{upstreams[site].port}/v1", '
        f"price: {{input: {dice.choice([1, 1, 2])}, output: 1}}, weight: {dice.choice([1, 3])}, latency: 0.1, "
        "stream_usage: false, "  # which is asked for by more bytes: a length names a request on both sides
        f"terms: {{retention: P0D, trains: false}}}}\n"
        for site in sorted(sites)
    )
    return STACK.format(deployments=deployments, purpose=dice.choice(["public-service", "general"]))


async def _edit(
    gateway: Gateway, stack: Path, upstreams: dict[str, Recorder], dice: random.Random, operator: str, row: Any
) -> None:
    edits = bad = 0
    while True:
        await asyncio.sleep(dice.uniform(0.1, 1.0))
        broken = dice.random() < 0.2
        _write(stack, "origin: []" if broken else _stack(upstreams, dice), in_place=dice.random() < 0.5)
        bad += broken
        how = dice.randrange(3)
        if how == 0:
            os.kill(gateway.pid, signal.SIGHUP)
        elif how == 1:
            await asyncio.to_thread(_reload, gateway, operator)
        edits += 1
        row.tell(edits=edits, bad_files=bad)


def _write(stack: Path, text: str, *, in_place: bool) -> None:
    file = stack if in_place else stack.with_suffix(".new")
    file.write_text(text)
    file.rename(stack)


def _reload(gateway: Gateway, operator: str) -> None:
    host, port = gateway.first["control"]
    request = urllib.request.Request(
        f"http://{host}:{port}/admin/reload", method="POST", headers={"authorization": f"Bearer {operator}"}
    )
    try:
        urllib.request.urlopen(request, timeout=30).close()  # noqa: S310 - http, of our own making
    except urllib.error.HTTPError as refusal:
        assert refusal.code == 422, refusal.code


async def _kill(upstreams: dict[str, Recorder], dice: random.Random, row: Any) -> None:
    """One of the permitted upstreams at a time is dead for a while."""
    killed = 0
    while True:
        victim = upstreams[dice.choice(["lyon", "paris", "berlin"])]
        victim.stop()
        killed += 1
        row.tell(upstreams_killed=killed)
        try:
            await asyncio.sleep(dice.uniform(0.1, 1.0))
        finally:
            await victim.start()
        await asyncio.sleep(dice.uniform(0.1, 0.5))


def _id(gateway: Gateway, key: str) -> str:
    """The id of the last key that was made for `desk`."""
    listed = json.loads(gateway.comity("keys", "list", "--json"))
    listed = listed["keys"] if isinstance(listed, dict) else listed
    desk = [each for each in listed if each["application"] == "desk"]
    return str(max(desk, key=lambda each: each["created"])["id"])


def _against_the_log(state: Path, upstreams: dict[str, Recorder]) -> tuple[int, int, int]:
    """Requests that reached a deployment outside their placement, or without an intent; attempts outside it."""
    tiers: dict[int, set[str]] = {}
    bad_attempts = 0
    for shard in shards(state):
        kept: dict[int, Entry] = {}
        for entry in entries(state, shard):
            if entry.kind == "intent":
                kept[entry.index] = entry
                tiers[json.loads(entry.content)["bytes"]] = _permitted(entry)
                bad_attempts += b'"application":"desk"' in entry.party and EXPOSED in _permitted(entry)
            elif entry.kind == "outcome" and entry.intent is not None:
                attempts = {each["deployment"] for each in json.loads(entry.decision)["attempts"]}
                bad_attempts += not attempts <= _permitted(kept[entry.intent])
    outside = unlogged = 0
    for name, upstream in upstreams.items():
        for length in upstream.arrived:
            unlogged += length not in tiers
            outside += name not in tiers.get(length, {name})
    return outside, unlogged, bad_attempts


def _permitted(intent: Entry) -> set[str]:
    return {deployment for tier in json.loads(intent.decision)["tiers"] for deployment in tier}
