"""Whatever a client does: what it may not do is refused, and nothing of it reaches an upstream."""

from __future__ import annotations

import asyncio
import random
import resource
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from comity.adapters.http.limits import DEFAULT_LIMITS
from comity.testing.smuggling import CHUNKS, KEY, LINE, SHAPES
from comity.testing.upstream import chat, events, stream
from comity.testing.wire import Response, Wire
from faults.conftest import Row
from faults.world import World

TURNS = 150
"""Clients that leave at some byte: of their request, and as many of its answer."""

IDLE = 6000
"""Connections that say nothing: more than a worker keeps (4,096)."""

SLOW = 24
PIECES = 400
PIECE = b": " + b"x" * 20_000 + b"\n\n"
"""Eight megabytes of an answer for each client that does not read it."""

POST = "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n"
MORE = {
    "an absolute URL": LINE.replace(b"/v1", b"http://elsewhere.example/v1") + KEY + b"content-length: 2\r\n\r\n{}",
    "a tunnel": b"CONNECT example.org:443 HTTP/1.1\r\nhost: example.org\r\n\r\n",
    "a request in a trailer": LINE + b"host: x\r\ntransfer-encoding: chunked\r\n\r\n" + CHUNKS[:-2] + KEY + b"\r\n",
}
REFUSED = ("400", "401", "404")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("world"))
    yield world
    world.close()


@pytest.mark.parametrize("fault", [*SHAPES, *MORE])
def test_smuggling(fault: str, world: World, row: Row) -> None:
    """a client smuggles"""
    arrived = len(world.sound.requests)
    shape = (SHAPES | MORE)[fault].replace(b"sk-test", world.key.encode())
    response, behind = world.run(_with_another_behind(world, shape))
    row.tell(answer=response.status, requests_upstream=len(world.sound.requests) - arrived)
    assert str(response.status) in REFUSED
    assert behind == b""
    assert len(world.sound.requests) == arrived


async def _with_another_behind(world: World, shape: bytes) -> tuple[Response, bytes]:
    wire = await world.connect()
    try:
        await wire.send(shape + world.request())
        return await wire.response(), await wire.closed()
    finally:
        wire.close()


def test_pipelining(world: World, row: Row) -> None:
    """a client pipelines"""
    arrived = len(world.sound.requests)
    response, behind = world.run(_with_another_behind(world, world.request()))
    row.tell(answer_to_the_first=response.status, requests_upstream=len(world.sound.requests) - arrived)
    assert (response.status, response.headers["connection"], behind) == (200, "close", b"")
    assert len(world.sound.requests) == arrived + 1


def test_chunked(world: World, row: Row) -> None:
    """a client sends its body in chunks of a byte"""
    body = world.request().partition(b"\r\n\r\n")[2]
    chunks = b"".join(b"1\r\n%c\r\n" % each for each in body) + b"0\r\n\r\n"
    response = world.run(world.send(_post(world, "transfer-encoding: chunked\r\n") + chunks))
    row.tell(answer=response.status)
    assert response.status == 200
    assert world.sound.requests[-1].body == body.replace(b'"civic"', b'"m"')


def _post(world: World, more: str) -> bytes:
    return (POST.format(key=world.key) + more + "\r\n").encode()


OVERSIZED: dict[str, tuple[Callable[[World], bytes], int]] = {
    "a head of 40 kB": (lambda world: world.request(headers=f"x-pad: {'y' * 40_000}\r\n"), 431),
    "a head that does not end": (lambda world: _post(world, "x-pad: " + "y" * 300_000)[:-2], 431),
    "120 headers": (lambda world: world.request(headers="".join(f"x-{each}: y\r\n" for each in range(120))), 431),
    "a URL of 9 kB": (lambda world: world.request().replace(b"completions", b"completions?" + b"a" * 9000), 414),
    "the announcement of a terabyte": (lambda world: _post(world, "content-length: 1099511627776\r\n"), 413),
    "33 MiB": (lambda world: _post(world, f"content-length: {33 << 20}\r\n") + b" " * 65_536, 413),
    "33 MiB in chunks": (
        lambda world: _post(world, "transfer-encoding: chunked\r\n") + (b"10000\r\n" + b" " * 65_536 + b"\r\n") * 528,
        413,
    ),
    "trailers that do not end": (
        lambda world: _post(world, "transfer-encoding: chunked\r\n") + b"1\r\n{\r\n0\r\nx-pad: " + b"y" * 900_000,
        431,
    ),
    "a key of 64 kB": (lambda world: _post(world, "").replace(world.key.encode(), b"k" * 65_536), 431),
    "a body without a key": (
        lambda world: _post(world, "content-length: 30000000\r\n").replace(world.key.encode(), b"") + b" " * 300_000,
        401,
    ),
}


@pytest.mark.parametrize("fault", OVERSIZED)
def test_oversized(fault: str, world: World, row: Row) -> None:
    """a client sends"""
    made, expected = OVERSIZED[fault]
    response = world.run(world.send(made(world)))
    row.tell(answer=response.status)
    assert response.status == expected


def test_many_large_bodies(world: World, row: Row) -> None:
    """many clients hold 30 MiB of a body back"""
    before = world.resident_mb()
    refused, held = world.run(_hold_back(world, 24))
    row.tell(clients=24, refused=refused, MB_of_growth=held - before)
    assert refused >= 24 - DEFAULT_LIMITS.buffered // (30 << 20)
    assert held - before < (DEFAULT_LIMITS.buffered >> 20) * 1.5
    assert world.run(world.ask()).status == 200


async def _hold_back(world: World, count: int) -> tuple[int, int]:
    wires = [await world.connect() for _ in range(count)]
    body = b" " * (30 << 20)
    refused = 0
    for wire in wires:
        with suppress(ConnectionError):
            await wire.send(_post(world, f"content-length: {31 << 20}\r\n"))
            await wire.send(body)
    for wire in wires:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.1):
                refused += (await wire.response()).status == 503
    held = await asyncio.to_thread(_resident, world)
    for wire in wires:
        wire.vanish()
    return refused, held


def test_leaving(world: World, row: Row) -> None:
    """a client leaves at any byte of its request or of the answer"""
    dice = random.Random(11)  # noqa: S311 - a seeded fault, no secret
    world.sound.otherwise = chat("It is open until five, and until six on Thursdays.")
    left = world.run(_leave(world, dice))
    row.tell(left=left)
    assert world.run(world.ask()).status == 200
    assert not world.own_faults()


async def _leave(world: World, dice: random.Random) -> int:
    for turn in range(TURNS):
        wire = await world.connect()
        request = world.request(stream=turn % 2 == 0)
        await wire.send(request[: dice.randrange(len(request))])
        await _gone(wire, dice)
        wire = await world.connect()
        await wire.send(request)
        with suppress(TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(dice.choice([0.0005, 0.005, 1])):
                await wire.reader.readexactly(dice.randrange(800))
        await _gone(wire, dice)
    return 2 * TURNS


async def _gone(wire: Wire, dice: random.Random) -> None:
    if dice.random() < 0.5:
        wire.vanish()
    else:
        wire.close()


def test_half_closed(world: World, row: Row) -> None:
    """a client closes its half after the request"""
    gate = asyncio.Event()
    world.sound.otherwise = stream(events(["one", "two"]), gate=gate)
    came = world.run(_half_close(world))
    row.tell(bytes_of_an_answer=len(came))
    assert b"[DONE]" not in came
    world.sound.otherwise = chat("Yes.")


async def _half_close(world: World) -> bytes:
    wire = await world.connect()
    await wire.send(world.request())
    wire.writer.write_eof()
    try:
        return await wire.closed()
    finally:
        wire.close()


def test_slow_readers(world: World, row: Row) -> None:
    """clients read nothing of a long answer"""
    world.sound.otherwise = stream([events(["x"])[0], *[PIECE] * PIECES, *events(["y"])])
    before = world.resident_mb()
    after = world.run(_read_nothing(world))
    world.sound.otherwise = chat("Yes.")
    row.tell(clients=SLOW, MB_of_answers=SLOW * PIECES * len(PIECE) >> 20, MB_of_growth=max(0, after - before))
    assert after - before < SLOW * 4
    assert world.run(world.ask()).status == 200


async def _read_nothing(world: World) -> int:
    wires = [await world.connect(buffer=4096) for _ in range(SLOW)]
    for wire in wires:
        await wire.send(world.request(stream=True))
    await asyncio.sleep(2)
    grown = await asyncio.to_thread(_resident, world)
    for wire in wires:
        wire.vanish()
    return grown


def _resident(world: World) -> int:
    with asyncio.Runner() as runner:
        workers = runner.run(world.gateway.status(world.owner))["workers"]
    return max(world.resident(each["pid"]) for each in workers) >> 20


def test_idle(world: World, row: Row) -> None:
    """thousands of connections that say nothing"""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < IDLE + 500:
        pytest.skip(f"this process may open {hard} files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    before = world.resident_mb()
    refused, ready = world.run(_idle(world))
    row.tell(connections=IDLE, refused=refused, MB_of_growth=max(0, world.resident_mb() - before))
    assert refused >= IDLE - DEFAULT_LIMITS.connections
    assert ready == 200
    assert world.run(world.ask()).status == 200


async def _idle(world: World) -> tuple[int, int]:
    wires = [await world.connect() for _ in range(IDLE)]
    refused = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(DEFAULT_LIMITS.head_seconds / 2):
            while refused < IDLE - DEFAULT_LIMITS.connections:
                await asyncio.sleep(0.1)
                refused = sum(wire.reader.at_eof() or bool(wire.reader._buffer) for wire in wires)  # type: ignore[attr-defined]
    ready, _, _ = await world.gateway.get("/admin/status", world.owner)
    for wire in wires:
        wire.vanish()
    await asyncio.sleep(1)
    return refused, ready


def test_the_log(world: World, row: Row) -> None:
    """all of these in the log"""
    pids = world.pids()
    assert not world.own_faults()
    held = world.end()
    row.tell(intents=held.intents, outcomes=held.outcomes, unlogged=held.unlogged)
    held.check()
    assert len(pids) == 1
