"""A gateway of two workers as an operator runs it, and the openai client as an application uses it."""

import asyncio
import json
from pathlib import Path

import openai
import pytest

from comity.cli.main import main
from comity.testing.gateway import Gateway
from comity.testing.upstream import Upstream, chat
from tests.runtime.stacks import two_upstreams

ASK = {"model": "small", "messages": [{"role": "user", "content": "When does the library open?"}]}


def client(gateway: Gateway, key: str) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=gateway.url, api_key=key, max_retries=0)


def test_an_application_is_served_and_proven(tmp_path, until, monkeypatch):
    monkeypatch.setenv("UPSTREAM_KEY", "sk-of-an-upstream")

    async def walk():
        async with Upstream(chat("At nine.")) as first, Upstream(chat("At ten.")) as second:
            gateway = Gateway(two_upstreams(tmp_path / "gw", first.url, second.url), workers=2)
            desk, front = gateway.new_key("--app", "desk"), gateway.new_key("--app", "front")
            auditor = gateway.new_key("--role", "auditor")
            async with gateway:
                await answers_and_streams(gateway, desk, first)
                await receipts_go_to_their_application_and_auditors(gateway, desk, front, auditor)
                await falls_over_to_the_permitted_runner_up(gateway, desk, first)
                await the_control_port_needs_a_role(gateway, desk, auditor)
                await workers_do_not_inherit_the_environment(gateway, auditor)
                await the_log_is_public_and_nothing_else_there_is(gateway)
                await a_revoked_key_is_dead_on_every_worker(gateway, front, auditor, until)
                await a_new_key_works_at_once(gateway, until)
            assert (await gateway.end(15)) == 0

    asyncio.run(walk())


async def answers_and_streams(gateway, key, upstream):
    async with client(gateway, key) as ours:
        assert [model.id for model in (await ours.models.list()).data] == ["small"]
        answer = await ours.chat.completions.create(**ASK)
        assert answer.choices[0].message.content == "At nine."
        assert "sk-" not in upstream.requests[-1].headers.get("authorization", "")
        chunks = await ours.chat.completions.create(**ASK, stream=True)
        words = [chunk.choices[0].delta.content or "" async for chunk in chunks]
        assert "".join(words).split() == ["At", "nine."]


async def receipts_go_to_their_application_and_auditors(gateway, desk, front, auditor):
    async with client(gateway, desk) as ours, client(gateway, front) as theirs, client(gateway, auditor) as audits:
        raw = await ours.chat.completions.with_raw_response.create(**ASK)
        path = f"/receipts/{raw.headers['comity-receipt']}"
        own = await ours.get(path, cast_to=object)
        assert own["intent"]["blocks"]["party"]["application"] == "desk"
        seen = await audits.get(path, cast_to=object)
        assert seen["intent"]["blocks"] == own["intent"]["blocks"]
        assert "openings" in json.dumps(own) and "openings" not in json.dumps(seen)
        with pytest.raises(openai.NotFoundError):
            await theirs.get(path, cast_to=object)
        with pytest.raises(openai.APIStatusError) as refused:
            await audits.chat.completions.create(**ASK)
        assert refused.value.status_code in (401, 403)


async def workers_do_not_inherit_the_environment(gateway, auditor):
    for worker in (await gateway.status(auditor))["workers"]:
        assert b"UPSTREAM_KEY" not in environment_of(worker["pid"])


def environment_of(pid):
    environment = Path(f"/proc/{pid}/environ")
    return environment.read_bytes() if environment.exists() else b""  # Linux alone has it


async def falls_over_to_the_permitted_runner_up(gateway, key, first):
    await first.stop()
    async with client(gateway, key) as ours:
        answer = await ours.chat.completions.create(**ASK)
    assert answer.choices[0].message.content == "At ten."


async def the_control_port_needs_a_role(gateway, desk, auditor):
    for path in ("/admin/status", "/admin/keys", "/no/such/page"):
        assert (await gateway.get(path))[0] == 401
        assert (await gateway.get(path, "sk-" + "0" * 43))[0] == 401
        assert (await gateway.get(path, desk))[0] == 403
    assert (await gateway.get("/no/such/page", auditor))[0] == 404
    status = await gateway.status(auditor)
    assert len({worker["shard"] for worker in status["workers"]}) == 2
    listed = json.loads((await gateway.get("/admin/keys", auditor))[2])
    assert len(listed["keys"]) == 3 and "digest" not in json.dumps(listed)
    code, headers, text = await gateway.get("/metrics")
    assert code == 200 and headers["content-type"].startswith("text/plain; version=0.0.4")
    assert b'comity_workers{state="ready"} 2' in text and b"sk-" not in text


async def the_log_is_public_and_nothing_else_there_is(gateway):
    url = "http://{}:{}/log/".format(*gateway.first["control"])
    assert (
        await asyncio.to_thread(main, ["log", "audit", url, "--key", (gateway.state / "log.vkey").read_text().strip()])
        == 0
    )
    code, _, listing = await gateway.get("/log/")
    shards = listing.decode().split()
    assert code == 200 and len(shards) == 2
    for shard in shards:
        code, headers, checkpoint = await gateway.get(f"/log/{shard}/checkpoint")
        while checkpoint.splitlines()[1] == b"0":  # its first entry, the realm's, is about to be signed
            await asyncio.sleep(0.05)
            code, headers, checkpoint = await gateway.get(f"/log/{shard}/checkpoint")
        assert (code, headers["content-type"], headers["cache-control"]) == (
            200,
            "text/plain; charset=utf-8",
            "no-cache",
        )
        origin, size, *_ = checkpoint.decode().splitlines()
        assert origin == f"test.example/gateway/{shard}"
        code, headers, tile = await gateway.get(f"/log/{shard}/tile/0/000.p/{size}")
        assert (code, len(tile)) == (200, 32 * int(size))
        assert headers["content-type"] == "application/octet-stream" and "immutable" in headers["cache-control"]
        assert (await gateway.get(f"/log/{shard}/vkey"))[2].startswith(origin.encode())
        for path in (
            "lock",
            "ledger/places",
            "ledger/00000000000000000000.segment",
            "../../keys.db",
            "%2e%2e/%2e%2e/keys.db",
            "tile/0/0",
            "tile/00/000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/x000/000",
            "tile/../vkey",
            "",
        ):
            assert (await gateway.get(f"/log/{shard}/{path}"))[0] in (401, 404), path


async def a_revoked_key_is_dead_on_every_worker(gateway, key, auditor, until):
    async with client(gateway, key) as ours:
        assert (await ours.models.list()).data
    listed = json.loads(gateway.comity("keys", "list", "--json"))
    revoked = next(each["id"] for each in listed if each["application"] == "front")
    gateway.comity("keys", "revoke", revoked)

    async def dead() -> bool:
        outcomes = []
        for _ in range(8):  # each on a connection of its own, so that both workers are asked
            try:
                async with client(gateway, key) as ours:
                    await ours.models.list()
                outcomes.append("open")
            except openai.AuthenticationError:
                outcomes.append("dead")
        return set(outcomes) == {"dead"}

    await until(dead)


async def a_new_key_works_at_once(gateway, until):
    key = gateway.new_key("--app", "front")

    async def opens() -> bool:
        try:
            async with client(gateway, key) as ours:
                return bool((await ours.models.list()).data)
        except openai.AuthenticationError:
            return False

    await until(opens)
