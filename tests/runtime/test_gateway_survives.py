"""kill -9 of a worker and of the supervisor in the middle of a stream: nothing outlives it, nothing is lost unseen."""

import asyncio
import json
import os
import signal
import socket
import subprocess

import openai

from comity.adapters.ledger import entries, shards
from comity.testing.gateway import COMITY, Gateway
from comity.testing.upstream import Upstream, chat, events, stream
from tests.runtime.stacks import two_upstreams

ASK = {"model": "small", "messages": [{"role": "user", "content": "Tell me a long story."}]}


def finishes(state):
    """How each exchange of a log ended."""
    return [
        json.loads(entry.content)["finish"]
        for shard in shards(state)
        for entry in entries(state, shard)
        if entry.kind == "outcome"
    ]


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def accepts(address):
    """Whether anyone listens there. Who stops listening just then resets what nobody has taken yet."""
    try:
        with socket.create_connection(tuple(address), timeout=5):
            return True
    except (ConnectionRefusedError, ConnectionResetError):
        return False


def audited(gateway):
    """The audit's verdict on the log, and how many lost intents it lists."""
    command = (*COMITY, "log", "audit", str(gateway.state), "--json")
    audit = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    return audit["holds"], sum(len(shard["lost"]) for shard in audit["shards"])


def client(gateway, key):
    return openai.AsyncOpenAI(base_url=gateway.url, api_key=key, max_retries=0)


async def says(gateway, key, **ask):
    async with client(gateway, key) as ours:
        return (await ours.chat.completions.create(**{**ASK, **ask})).choices[0].message.content


async def held_stream(client, upstream, gate):
    """A stream of which one piece has come, and whose upstream waits."""
    upstream.answers.append(stream(events(["Once ", "upon "]), gate=gate, after=1))
    story = await client.chat.completions.create(**ASK, stream=True)
    first = await anext(story)
    assert first.choices[0].delta.content == "Once "
    return story


async def breaks(story):
    """Whether a stream ends otherwise than whole."""
    try:
        async for _ in story:
            pass
    except (openai.APIError, OSError):
        return True
    except Exception as error:  # noqa: BLE001 - the client's HTTP library has its own errors
        return "protocol" in type(error).__name__.lower() or "read" in type(error).__name__.lower()
    return False


def test_an_answer_under_way_is_finished_before_the_gateway_ends(tmp_path, until):
    async def main():
        gate = asyncio.Event()
        async with Upstream(chat("Yes.")) as first, Upstream(chat("Yes.")) as second:
            gateway = Gateway(two_upstreams(tmp_path / "gw", first.url, second.url))
            key = gateway.new_key("--app", "desk")
            await gateway.start()
            async with client(gateway, key) as ours:
                story = await held_stream(ours, first, gate)
                ending = asyncio.create_task(gateway.stop())

                async def closed() -> bool:
                    return not await asyncio.to_thread(accepts, gateway.first["data"])

                await until(closed)
                assert not ending.done()
                gate.set()
                rest = [chunk.choices[0].delta.content or "" async for chunk in story]
                assert "".join(rest) == "upon "
            assert await ending == 0
            assert finishes(gateway.state) == ["stop"]

    asyncio.run(main())


def test_a_killed_worker_is_replaced_and_what_it_had_open_is_lost_in_the_log(tmp_path, until):
    async def main():
        gate = asyncio.Event()
        async with Upstream(chat("Yes.")) as first, Upstream(chat("Yes.")) as second:
            gateway = Gateway(two_upstreams(tmp_path / "gw", first.url, second.url))
            key, operator = gateway.new_key("--app", "desk"), gateway.new_key("--role", "operator")
            async with gateway:
                async with client(gateway, key) as ours:
                    story = await held_stream(ours, first, gate)
                    (worker,) = (await gateway.status(operator))["workers"]
                    os.kill(worker["pid"], signal.SIGKILL)
                    assert await breaks(story)

                async def replaced() -> bool:
                    (now,) = (await gateway.status(operator))["workers"]
                    return now["restarts"] == 1 and now["pid"] is not None and now["shard"] == worker["shard"]

                await until(replaced)
                assert await says(gateway, key) == "Yes."
            assert sorted(finishes(gateway.state)) == ["lost", "stop"]
            assert audited(gateway) == (True, 1)
            gate.set()

    asyncio.run(main())


def test_a_gateway_that_ends_without_a_worker_closes_its_shard(tmp_path, until):
    async def main():
        gate = asyncio.Event()
        async with Upstream(chat("Yes.")) as first:
            gateway = Gateway(two_upstreams(tmp_path / "gw", first.url, first.url))
            key, operator = gateway.new_key("--app", "desk"), gateway.new_key("--role", "operator")
            async with gateway:
                async with client(gateway, key) as ours:
                    story = await held_stream(ours, first, gate)
                    (worker,) = (await gateway.status(operator))["workers"]
                    os.kill(worker["pid"], signal.SIGKILL)
                    assert await breaks(story)
                assert await gateway.stop() == 0  # before another worker is there
            assert finishes(gateway.state) == ["lost"]
            gate.set()

    asyncio.run(main())


def test_workers_and_nodes_do_not_outlive_a_killed_supervisor_and_a_restart_closes_the_log(tmp_path, until):
    node = '  inside: {model: civic-tiny, site: paris, url: "embedded:civic-tiny"}'

    async def main():
        gate = asyncio.Event()
        async with Upstream(chat("Yes.")) as first, Upstream(chat("Yes.")) as second:
            gateway = Gateway(two_upstreams(tmp_path / "gw", first.url, second.url, node), workers=2)
            key, operator = gateway.new_key("--app", "desk"), gateway.new_key("--role", "operator")
            await gateway.start()
            async with client(gateway, key) as ours:
                story = await held_stream(ours, first, gate)
                status = await gateway.status(operator)
                children = [child["pid"] for child in (*status["workers"], *status["nodes"])]
                assert len(children) == 3 and all(map(alive, children))
                await gateway.kill()
                assert await breaks(story)

            async def gone() -> bool:
                return not any(map(alive, children))

            await until(gone)
            assert finishes(gateway.state) == ["aborted"]  # the orphan closed its log before it ended
            async with Gateway(gateway.stack_file) as again:
                assert await says(again, key) == "Yes."
            assert sorted(finishes(gateway.state)) == ["aborted", "stop"]
            assert audited(gateway) == (True, 0)
            gate.set()

    asyncio.run(main())


def test_all_of_it_killed_at_once_leaves_a_log_that_the_next_start_closes(tmp_path, until):
    async def main():
        gate = asyncio.Event()
        async with Upstream(chat("Yes.")) as first, Upstream(chat("Yes.")) as second:
            gateway = Gateway(two_upstreams(tmp_path / "gw", first.url, second.url), workers=3)
            key, operator = gateway.new_key("--app", "desk"), gateway.new_key("--role", "operator")
            await gateway.start()
            async with client(gateway, key) as ours:
                story = await held_stream(ours, first, gate)
                for worker in (await gateway.status(operator))["workers"]:
                    os.kill(worker["pid"], signal.SIGKILL)
                await gateway.kill()
                assert await breaks(story)
            async with Gateway(gateway.stack_file) as fewer:
                assert await says(fewer, key) == "Yes."

                async def closed() -> bool:
                    return finishes(fewer.state).count("lost") == 1

                await until(closed)  # also in a shard that no worker holds now
            assert sorted(finishes(gateway.state)) == ["lost", "stop"]
            assert audited(gateway) == (True, 1)
            gate.set()

    asyncio.run(main())


def test_a_dead_node_comes_back_under_the_same_deployment(tmp_path, until):
    node = '  inside: {model: civic-tiny, site: paris, url: "embedded:civic-tiny"}'

    async def main():
        async with Upstream() as first:
            gateway = Gateway(two_upstreams(tmp_path / "gw", first.url, first.url, node))
            key, operator = gateway.new_key("--app", "desk"), gateway.new_key("--role", "operator")
            async with gateway:
                assert await says(gateway, key, model="civic-tiny", max_tokens=8)
                (before,) = (await gateway.status(operator))["nodes"]
                os.kill(before["pid"], signal.SIGKILL)

                async def back() -> bool:
                    (now,) = (await gateway.status(operator))["nodes"]
                    return now["restarts"] >= 1 and now["pid"] not in (None, before["pid"])

                await until(back)
                assert await says(gateway, key, model="civic-tiny", max_tokens=8)

    asyncio.run(main())
