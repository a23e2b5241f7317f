"""A gateway whose log is witnessed, and which refuses where the stack requires that and the link is cut."""

import asyncio
import json
import os
import subprocess
import time
import urllib.request
from contextlib import ExitStack

import openai
import pytest

from comity.adapters.clock import unix_ms
from comity.adapters.ledger.log_key import load_or_create
from comity.adapters.timestamps import available, read_trust
from comity.adapters.witness.logs import KnownLog, Logs
from comity.adapters.witness.memory import WitnessMemory
from comity.adapters.witness.witness import Witness
from comity.proof.cosignature import ED25519_COSIGNATURE, Cosigner
from comity.proof.note import Note
from comity.proof.policy import parse_policy
from comity.proof.verify import open_checkpoint, verify_file
from comity.terms import canon
from comity.terms.problems import Problems
from comity.testing.gateway import COMITY, Gateway
from comity.testing.link import Link
from comity.testing.timestamps import TimestampPort, openssl
from comity.testing.upstream import Upstream, chat
from comity.testing.witness import WitnessPort
from tests.runtime.stacks import two_upstreams

ASK = {"model": "small", "messages": [{"role": "user", "content": "Who saw it?"}]}
ORIGIN = "test.example/gateway"
COSIGNER = Cosigner("witness.example/w1", ED25519_COSIGNATURE, b"\x07" * 32)


class World:
    """A stack file with a witness behind a link."""

    def __init__(self, folder, stack: ExitStack, upstream: str, require: str) -> None:
        self.file = two_upstreams(folder / "gw", upstream, upstream)
        key = load_or_create(folder / "gw" / ".comity", ORIGIN, os.urandom).key
        memory = WitnessMemory(folder / "witness", (COSIGNER.key,))
        stack.callback(memory.close)
        logs = Logs(COSIGNER.key.name, {ORIGIN: KnownLog(ORIGIN, (key,), 8, 60_000)})
        witness = Witness((COSIGNER,), logs, memory, clock=unix_ms, ticks=time.monotonic)
        port = stack.enter_context(WitnessPort(witness.add_checkpoint, witness.checkpoint))
        self.link = stack.enter_context(Link(port.port))
        text = f"log {key.text}\nwitness w1 {COSIGNER.key.text} {self.link.url}\nquorum w1\n"
        (folder / "gw" / "witnesses.policy").write_text(text)
        self.policy = parse_policy(text.encode())
        with self.file.open("a") as file:
            file.write(f"witnesses: {{policy: witnesses.policy{require}}}\n")


def ran(*command: str, status: int = 0) -> str:
    """What a command prints."""
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == status
    return ended.stdout


async def ready(gateway: Gateway) -> tuple[int, dict]:
    url = gateway.url.removesuffix("/v1") + "/health/readiness"

    def get() -> tuple[int, dict]:
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    return await asyncio.to_thread(get)


@pytest.mark.skipif(not openssl(), reason="openssl is not installed")
@pytest.mark.skipif(not available(), reason="rfc3161-client is not installed")
def test_what_is_witnessed_is_stamped(tmp_path, until):
    async def main():
        with ExitStack() as stack:
            async with Upstream(chat("W.")) as upstream:
                world = World(tmp_path, stack, upstream.url, "")
                tsa = stack.enter_context(TimestampPort(tmp_path / "tsa"))
                root = tsa.folder / "ca.pem"
                with world.file.open("a") as file:
                    file.write(f'timestamps: {{url: "{tsa.url}", every: PT1S, ca: {root}}}\n')
                gateway = Gateway(world.file)
                assert "no problem" in gateway.comity("check")
                key = gateway.new_key("--app", "desk")
                async with gateway, openai.AsyncOpenAI(base_url=gateway.url, api_key=key, max_retries=0) as client:
                    answer = await client.chat.completions.with_raw_response.create(**ASK)
                    receipt_id = answer.headers["comity-receipt"]
                    shard = receipt_id.partition(".")[0]

                    async def stamped() -> bool:
                        receipt = await client.get(f"/receipts/{receipt_id}", cast_to=object)
                        (tmp_path / "receipt.json").write_bytes(canon.encode(receipt))
                        return "extra" in receipt

                    await until(stamped)
                    _, _, last = await gateway.get(f"/log/{shard}/timestamped")
                    size = last.decode().split("\n")[1]
                    status, _, note = await gateway.get(f"/log/{shard}/timestamp/{size}")
                    assert (status, note) == (200, last)
                    status, _, response = await gateway.get(f"/log/{shard}/timestamp/{size}.tsr")
                    assert status == 200
                    assert abs(read_trust(root).time_of(response, note) - time.time()) < 60
                    _, _, metrics = await gateway.get("/metrics")
                    assert f'comity_timestamp_trouble{{shard="{shard}"}} 0'.encode() in metrics
                policy = str(world.file.parent / "witnesses.policy")
                command = (*COMITY, "verify", str(tmp_path / "receipt.json"), "--policy", policy, "--tsa")
                assert "The timestamp authority saw its checkpoint at" in ran(*command, str(root))
                export = (*COMITY, "receipt", "export", str(tmp_path / "receipt.json"), "--as", "timestamp")
                ran(*export, "--policy", policy, "--to", str(tmp_path))
                by_openssl = ("-data", tmp_path / "checkpoint", "-in", tmp_path / "checkpoint.tsr", "-CAfile", root)
                ran("openssl", "ts", "-verify", *map(str, by_openssl))
                with TimestampPort(tmp_path / "other") as other:
                    said = ran(*command, str(other.folder / "ca.pem"), status=1)
                assert "Not valid: bad-timestamp (step 13)." in said

    asyncio.run(main())


def test_receipts_and_checkpoints_are_witnessed(tmp_path, until):
    async def main():
        with ExitStack() as stack:
            async with Upstream(chat("W.")) as upstream:
                world = World(tmp_path, stack, upstream.url, "")
                gateway = Gateway(world.file)
                key, role = gateway.new_key("--app", "desk"), gateway.new_key("--role", "operator")
                async with gateway, openai.AsyncOpenAI(base_url=gateway.url, api_key=key, max_retries=0) as client:
                    answer = await client.chat.completions.with_raw_response.create(**ASK)
                    receipt_id = answer.headers["comity-receipt"]
                    receipt = await client.get(f"/receipts/{receipt_id}", cast_to=object)
                    found = verify_file(canon.encode(receipt), world.policy)
                    assert found.valid, found.failure
                    shard = receipt_id.partition(".")[0]

                    async def cosigned() -> bool:
                        status, _, text = await gateway.get(f"/log/{shard}/checkpoint")
                        assert status == 200
                        return bool(Note.parse(text.decode()).by(COSIGNER.key))

                    await until(cosigned)
                    _, _, text = await gateway.get(f"/log/{shard}/witnessed")
                    checkpoint, _, witnesses = open_checkpoint(Note.parse(text.decode()), world.policy)
                    assert checkpoint.size >= 4
                    assert [*witnesses] == ["w1"]
                    status, said = await ready(gateway)
                    assert status == 200
                    assert said["witnesses"][0]["name"] == "w1"
                    _, _, metrics = await gateway.get("/metrics")
                    assert f'comity_witness_behind_entries{{shard="{shard}",witness="w1"}}'.encode() in metrics
                    world.link.cut()
                    # it goes on without: nobody required it

                    async def behind() -> bool:
                        await client.chat.completions.create(**ASK)
                        (worker,) = (await gateway.status(role))["workers"]
                        (witness,) = worker["witnesses"]
                        return witness["entries"] > 0 and "does not answer" in witness["trouble"]

                    await until(behind)
                    assert (await ready(gateway))[0] == 200

    asyncio.run(main())


@pytest.mark.parametrize("applications", ["", ", applications: [desk]"])
def test_what_requires_witnesses_is_refused_without(tmp_path, until, applications):
    async def main():
        with ExitStack() as stack:
            async with Upstream(chat("W.")) as upstream:
                world = World(tmp_path, stack, upstream.url, f", require: {{within: PT3S{applications}}}")
                gateway = Gateway(world.file)
                desk, front = gateway.new_key("--app", "desk"), gateway.new_key("--app", "front")
                async with gateway, openai.AsyncOpenAI(base_url=gateway.url, api_key=desk, max_retries=0) as client:

                    async def answered() -> bool:
                        try:
                            await client.chat.completions.create(**ASK)
                        except openai.APIStatusError as error:
                            assert error.status_code == 503
                            assert error.code == "not_witnessed"
                            assert "enough witnesses have cosigned" in error.message
                            assert int(error.response.headers["retry-after"]) >= 1
                            assert "comity-receipt" not in error.response.headers
                            return False
                        return True

                    async def refused() -> bool:
                        return not await answered()

                    await until(answered)
                    world.link.cut()
                    await until(refused)
                    asked = len(upstream.requests)
                    assert await refused()
                    assert len(upstream.requests) == asked
                    other = client.with_options(api_key=front)
                    if applications:
                        await other.chat.completions.create(**ASK)
                        assert (await ready(gateway))[0] == 200
                    else:
                        with pytest.raises(openai.APIStatusError):
                            await other.chat.completions.create(**ASK)
                        status, said = await ready(gateway)
                        assert status == 503
                        assert "enough witnesses have cosigned" in said["why"]
                    world.link.heal()
                    await until(answered)
                    _, _, metrics = await gateway.get("/metrics")
                    assert b'comity_requests_total{result="unwitnessed"}' in metrics

    asyncio.run(main())


def test_what_requires_witnesses_waits_for_them(tmp_path, until):
    """The link is cut, and requests wait; it is healed, and they are answered."""

    async def main():
        with ExitStack() as stack:
            async with Upstream(chat("W.")) as upstream:
                world = World(tmp_path, stack, upstream.url, ", require: {within: PT3S, wait: PT60S}")
                gateway = Gateway(world.file)
                assert "no problem" in gateway.comity("check")
                desk, role = gateway.new_key("--app", "desk"), gateway.new_key("--role", "operator")
                async with gateway, openai.AsyncOpenAI(base_url=gateway.url, api_key=desk, max_retries=0) as client:
                    # nobody has seen a gateway that has just begun: the first request waits for that, and is served
                    await client.chat.completions.create(**ASK)

                    async def waits(result: str) -> int:
                        _, _, text = await gateway.get("/metrics")
                        name = f'comity_witness_waits_total{{result="{result}"}} '.encode()
                        (line,) = (line for line in text.splitlines() if line.startswith(name))
                        return int(line.removeprefix(name))

                    async def stale() -> bool:
                        return (await ready(gateway))[0] == 503

                    async def waiting(count: int) -> bool:
                        return (await gateway.status(role))["workers"][0]["waiting"] == count

                    world.link.cut()
                    await until(stale)
                    asked = len(upstream.requests)
                    asking = [asyncio.ensure_future(client.chat.completions.create(**ASK)) for _ in range(3)]
                    await until(lambda: waiting(3))
                    impatient = client.with_options(default_headers={"comity-timeout": "0.5"})
                    with pytest.raises(openai.APIStatusError) as left:
                        await impatient.chat.completions.create(**ASK)
                    assert left.value.status_code == 504
                    assert "was over before" in left.value.message
                    assert len(upstream.requests) == asked
                    assert not any(each.done() for each in asking)
                    before = await waits("seen")
                    world.link.heal()
                    for answer in await asyncio.gather(*asking):
                        assert answer.choices[0].message.content == "W."

                    async def counted() -> bool:
                        return (await waits("seen") - before, await waits("left"), await waits("refused")) == (3, 1, 0)

                    await until(counted)
                    assert await waiting(0)

    asyncio.run(main())


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        ("quorum none\n", "no witness of it has a URL"),
        (f"witness w {COSIGNER.key.text}\nquorum w\n", "no witness of it has a URL"),
        (f"witness w {COSIGNER.key.text} http://elsewhere.example/\nquorum w\n", "http to another machine"),
        (f"witness w {COSIGNER.key.text} http://127.0.0.1:1\nquorum none\n", "none, though the stack file requires"),
        ("nonsense\n", "no tlog-policy: line 1"),
    ],
)
def test_a_policy_that_cannot_be_used(tmp_path, policy, says):
    from comity.adapters.stack_files import read_stack_file
    from comity.runtime.witnessing import watch_of

    file = two_upstreams(tmp_path, "http://127.0.0.1:1", "http://127.0.0.1:2")
    (tmp_path / "w.policy").write_text(policy)
    with file.open("a") as stack:
        stack.write("witnesses: {policy: w.policy, require: {within: PT30S}}\n")
    with pytest.raises(Problems, match=says):
        watch_of(read_stack_file(file).stack, file)
