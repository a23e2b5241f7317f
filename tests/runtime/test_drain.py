"""Leaving in order: unready first, then closed, then ended; and a worker that hangs is replaced."""

import asyncio
import os
import signal
import socket

import openai

from comity.api.control import control
from comity.runtime.settings import Settings
from comity.runtime.supervisor import Supervisor
from comity.testing.gateway import Gateway
from comity.testing.upstream import Upstream, chat, events, stream
from tests.runtime.stacks import two_upstreams

ASK = {"model": "small", "messages": [{"role": "user", "content": "Tell me a long story."}]}


def client(gateway, key):
    return openai.AsyncOpenAI(base_url=gateway.url, api_key=key, max_retries=0)


async def readiness(gateway) -> int:
    reader, writer = await asyncio.open_connection(*gateway.first["data"])
    writer.write(b"GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    head = await reader.readline()
    writer.close()
    return int(head.split()[1])


def test_readiness_goes_first_and_requests_are_served_on(tmp_path, until):
    async def main():
        async with Upstream(chat("Yes.")) as first:
            gateway = Gateway(two_upstreams(tmp_path / "gw", first.url, first.url), options=("--drain-delay", "600"))
            key = gateway.new_key("--app", "desk")
            await gateway.start()
            assert await readiness(gateway) == 200
            gateway.signal(signal.SIGTERM)

            async def unready() -> bool:
                return await readiness(gateway) == 503

            await until(unready)
            async with client(gateway, key) as ours:
                answer = await ours.chat.completions.create(**ASK)
            assert answer.choices[0].message.content == "Yes."
            assert await gateway.stop() == 0  # a second signal ends the wait

    asyncio.run(main())


def test_a_worker_told_to_end_finishes_its_answers_and_is_replaced(tmp_path, until):
    async def main():
        gate = asyncio.Event()
        async with Upstream(chat("Yes.")) as first:
            gateway = Gateway(two_upstreams(tmp_path / "gw", first.url, first.url), workers=2)
            key, operator = gateway.new_key("--app", "desk"), gateway.new_key("--role", "operator")
            async with gateway, client(gateway, key) as ours:
                first.answers.append(stream(events(["Once ", "upon "]), gate=gate, after=1))
                story = await ours.chat.completions.create(**ASK, stream=True)
                assert (await anext(story)).choices[0].delta.content == "Once "

                async def seen() -> bool:
                    return any(worker["underway"] for worker in (await gateway.status(operator))["workers"])

                await until(seen)
                (busy,) = [worker for worker in (await gateway.status(operator))["workers"] if worker["underway"]]
                os.kill(busy["pid"], signal.SIGTERM)
                async with client(gateway, key) as others:
                    for _ in range(10):  # whoever comes now is served by the other worker
                        answer = await others.chat.completions.create(**ASK)
                        assert answer.choices[0].message.content == "Yes."
                gate.set()
                assert await anext(chunk.choices[0].delta.content async for chunk in story) == "upon "
                await story.close()

                async def replaced() -> bool:
                    worker = (await gateway.status(operator))["workers"][busy["worker"] - 1]
                    return worker["restarts"] == 1 and worker["pid"] not in (None, busy["pid"])

                await until(replaced)

    asyncio.run(main())


def test_a_worker_that_hangs_is_replaced(tmp_path, until):
    said: list[str] = []

    async def main():
        async with Upstream(chat("Yes.")) as first:
            file = two_upstreams(tmp_path / "gw", first.url, first.url)
            settings = Settings(file, tmp_path / "gw" / ".comity", port=0, control_port=0, silence_s=1.0)
            supervisor = Supervisor(settings, control=control, say=said.append)
            ready = asyncio.Event()
            running = asyncio.create_task(supervisor.run(lambda _: ready.set()))
            await ready.wait()
            (slot,) = supervisor.fleet.slots
            hung = slot.process.pid
            os.kill(hung, signal.SIGSTOP)

            async def replaced() -> bool:
                return slot.restarts >= 1 and bool(slot.shard) and slot.process.pid != hung

            await until(replaced)
            supervisor.stop()
            await running

    asyncio.run(main())
    assert any("said nothing for 3 s" in line for line in said)


def test_the_service_manager_hears_of_start_reload_and_end(tmp_path, until, monkeypatch):
    heard: list[str] = []
    address = str(tmp_path / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", address)

    async def main():
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ours:
            ours.bind(address)
            ours.setblocking(False)

            def read():
                heard.append(ours.recv(4096).decode().split("\n")[0])

            asyncio.get_running_loop().add_reader(ours, read)
            file = two_upstreams(tmp_path / "gw", "http://127.0.0.1:9/v1", "http://127.0.0.1:9/v1")
            async with Gateway(file) as gateway:
                gateway.signal(signal.SIGHUP)

                async def reloaded() -> bool:
                    return heard == ["READY=1", "RELOADING=1", "READY=1"]

                await until(reloaded)
                file.write_text("bad")
                gateway.signal(signal.SIGHUP)

                async def refused() -> bool:  # who waits for a reload must hear its end, however it went
                    return heard[3:5] == ["RELOADING=1", "READY=1"]

                await until(refused)
            while heard[-1] != "STOPPING=1":  # noqa: ASYNC110 - it was sent before the gateway ended
                await asyncio.sleep(0.01)
            asyncio.get_running_loop().remove_reader(ours)

    asyncio.run(main())
