"""Whatever an upstream does, a permitted runner-up answers or the client is told; the forbidden one hears nothing."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from comity.testing.upstream import Request
from comity.testing.wire import Response
from faults.answers import BROKEN_STREAMS, BROKEN_WHOLE, ENDLESS, NO_ANSWER, REFUSALS, sound
from faults.certificates import LONG_AGO, Signer
from faults.conftest import Row
from faults.world import World

SOUND = sound()
ANSWERS = {**NO_ANSWER, **REFUSALS, **BROKEN_WHOLE, **BROKEN_STREAMS, **ENDLESS, **SOUND}
NAMES = {fault: f"f{number}" for number, fault in enumerate(ANSWERS)}
UNREACHED = (
    "refuses",
    "has a certificate that is out of date",
    "has another's certificate",
    "has a certificate of a stranger",
    "speaks no TLS",
    "stalls in the TLS handshake",
)
FORBIDDEN = "ashburn"
STREAMED = ("stream", "events")
GROWTH_MB = 64
"""What a flood may add to a worker's memory: the pieces in flight, and what the allocator keeps of them."""


class Faulty(World):
    """Each fault is a deployment of its own, so that none rests because of another."""

    def __init__(self, folder: Path) -> None:
        self.servers: list[Any] = []
        self.asked: dict[str, int] = {}
        refused = socket.socket()
        refused.bind(("127.0.0.1", 0))  # and not listening: whoever connects is refused
        self.refused = refused
        deployments = dict.fromkeys(NAMES.values(), "")
        signer, stranger = Signer(folder), Signer(folder, "stranger")
        self._tls = {
            "u1": signer.server("localhost", until=LONG_AGO),
            "u2": signer.server("elsewhere.example"),
            "u3": stranger.server("localhost"),
            "u4": None,
            "u5": "stall",
        }
        deployments["u0"] = f"http://127.0.0.1:{refused.getsockname()[1]}/v1 "
        with asyncio.Runner() as runner:
            free = {name: runner.run(_free()) for name in self._tls}
        deployments |= {name: f"https://localhost:{free[name]}/v1 ca: {signer.file}, " for name in self._tls}
        self._ports = free
        super().__init__(folder, deployments)
        self.faulty.otherwise = self._answer
        self.run(self._listen())

    def close(self) -> None:
        """Stop everything."""
        for server in self.servers:
            server.close()
        self.refused.close()
        super().close()

    async def _listen(self) -> None:
        for name, tls in self._tls.items():
            context = tls if isinstance(tls, ssl.SSLContext) else None
            serve = _stall if tls == "stall" else _garbage
            self.servers.append(await asyncio.start_server(serve, "127.0.0.1", self._ports[name], ssl=context))

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        name = request.line.split("/")[1]
        fault = next(fault for fault, each in NAMES.items() if each == name)
        return await ANSWERS[fault](request, writer)


async def _free() -> int:
    server = await asyncio.start_server(_garbage, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    return port


async def _stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def _garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 ready\r\n")
    await reader.read()
    writer.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faulty]:
    world = Faulty(tmp_path_factory.mktemp("world"))
    yield world
    world.close()


def ask(world: Faulty, deployment: str, *, alone: bool, stream: bool) -> Response:
    """A request that may go to `deployment`, and to the runner-up unless it is `alone`; law permits no third."""
    only = [deployment, FORBIDDEN] if alone else [deployment, "sound", FORBIDDEN]
    return world.run(world.ask(provider={"only": only}, stream=stream))


def seen(response: Response) -> str:
    """What a client sees: the status, and how it ends."""
    if not response.status:
        return "a closed connection"
    if response.headers.get("content-type", "").startswith("text/event-stream"):
        events = [each for each in response.body.split(b"\n\n") if each.startswith(b"data: ")]
        if b"data: [DONE]" in events:
            return f"{response.status} to [DONE]"
        assert b'"error"' in events[-1], events[-1:]
        code = json.loads(events[-1][len("data: ") :])["error"]["code"]
        return f"{response.status} and an error ({code}) for [DONE]"
    if not response.complete:
        return f"{response.status} cut off"
    if response.status < 400:
        return f"{response.status} whole"
    error = response.error
    after = f", Retry-After {response.headers['retry-after']}" if "retry-after" in response.headers else ""
    return f"{response.status} {error.get('code') or error['type']}{after}"


def told(world: Faulty, row: Row, deployment: str, *, stream: bool = False) -> tuple[str, str, str]:
    """What a client sees with a runner-up and without, and who answered where there was one."""
    pair = ask(world, deployment, alone=False, stream=stream)
    lone = ask(world, deployment, alone=True, stream=stream)
    row.tell(with_a_runner_up=seen(pair), alone=seen(lone))
    assert not world.forbidden.connections
    assert not world.own_faults()
    return seen(pair), seen(lone), pair.headers.get("comity-deployment", "")


@pytest.mark.parametrize("fault", UNREACHED)
def test_unreached(fault: str, world: Faulty, row: Row) -> None:
    """an upstream"""
    pair, lone, who = told(world, row, f"u{UNREACHED.index(fault)}")
    assert (pair, who) == ("200 whole", "sound")
    assert lone in ("503 no_capacity, Retry-After 1", "504 upstream_timeout")


@pytest.mark.parametrize("fault", NO_ANSWER)
def test_no_answer(fault: str, world: Faulty, row: Row) -> None:
    """an upstream"""
    for stream in (False, True):
        pair, lone, who = told(world, row, NAMES[fault], stream=stream)
        assert (pair, who) == ("200 to [DONE]" if stream else "200 whole", "sound")
        assert lone.partition(" ")[0] in ("502", "503", "504")


@pytest.mark.parametrize("fault", REFUSALS)
def test_refusals(fault: str, world: Faulty, row: Row) -> None:
    """an upstream"""
    pair, lone, who = told(world, row, NAMES[fault])
    assert pair == lone
    assert who == NAMES[fault]
    assert pair.startswith(fault.removeprefix("says "))


@pytest.mark.parametrize("fault", BROKEN_WHOLE)
def test_broken_whole(fault: str, world: Faulty, row: Row) -> None:
    """an upstream"""
    pair, lone, _ = told(world, row, NAMES[fault])
    assert pair == lone == "502 upstream_broken"


@pytest.mark.parametrize("fault", BROKEN_STREAMS)
def test_broken_streams(fault: str, world: Faulty, row: Row) -> None:
    """an upstream"""
    pair, lone, _ = told(world, row, NAMES[fault], stream=True)
    assert pair == lone == "200 and an error (upstream_broken) for [DONE]"


@pytest.mark.parametrize("fault", ENDLESS)
def test_endless(fault: str, world: Faulty, row: Row) -> None:
    """an upstream"""
    before = world.resident_mb()
    streams = "events" in fault
    came, end = world.run(_drain(world, world.request(provider={"only": [NAMES[fault]]}, stream=streams)))
    growth = max(0, world.resident_mb() - before)
    how = "an error for [DONE]" if b'data: {"error":{' in end else "cut off"
    row.tell(alone=how, MB_came=came >> 20, MB_of_growth=growth)
    assert b"[DONE]" not in end
    assert (how, end.endswith(b"\r\n0\r\n\r\n")) == (("an error for [DONE]", True) if streams else ("cut off", False))
    assert growth < GROWTH_MB
    assert not world.own_faults()


async def _drain(world: Faulty, request: bytes) -> tuple[int, bytes]:
    """How much comes in answer until it ends, and the last of it."""
    wire = await world.connect()
    await wire.send(request)
    came, end = 0, b""
    with suppress(ConnectionError):
        while not end.endswith(b"\r\n0\r\n\r\n") and (piece := await wire.reader.read(1 << 20)):
            came += len(piece)
            end = (end + piece)[-4096:]
    wire.close()
    return came, end


@pytest.mark.parametrize("fault", SOUND)
def test_sound(fault: str, world: Faulty, row: Row) -> None:
    """an upstream"""
    pair, lone, who = told(world, row, NAMES[fault], stream="stream" in fault or "end" in fault)
    assert pair.startswith("200")
    assert (pair, who) == (lone, NAMES[fault])


def test_the_log(world: Faulty, row: Row) -> None:
    """all of these in the log"""
    pids = world.pids()
    held = world.end()
    row.tell(intents=held.intents, outcomes=held.outcomes, outside_their_placement=held.outside, unlogged=held.unlogged)
    held.check()
    assert len(pids) == 1
