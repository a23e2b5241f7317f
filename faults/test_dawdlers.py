"""Clients that take their time: each is let go when its time is over, and costs nobody else anything."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterator

import pytest

from comity.adapters.http.limits import DEFAULT_LIMITS
from comity.testing.upstream import events, stream
from comity.testing.wire import Wire
from faults.certificates import Signer
from faults.conftest import Row
from faults.world import World

LATE_S = 5.0
"""How much later than its limit anything may end, on a machine that has much to do."""

LONG = stream([*events(["x"])[:1], *[b": " + b"x" * 60_000 + b"\n\n"] * 200, *events(["y"])])

Ends = dict[str, tuple[float, str]]


class Secure(World):
    """A gateway that speaks TLS to its clients."""

    async def connect(self, *, buffer: int = 0) -> Wire:
        """A connection with TLS."""
        context = ssl.create_default_context(cafile=str(self.folder / "authority.pem"))
        address = tuple(self.gateway.first["data"])
        reader, writer = await asyncio.open_connection(*address, ssl=context, server_hostname="localhost")
        return Wire(reader, writer)

    async def bare(self) -> Wire:
        """A connection without."""
        return Wire(*await asyncio.open_connection(*self.gateway.first["data"]))


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ends]:
    """After how many seconds each was let go, and with what."""
    world = World(tmp_path_factory.mktemp("world"))
    folder = tmp_path_factory.mktemp("secure")
    certificate, key = Signer(folder).files("localhost")
    secure = Secure(folder, options=("--tls-cert", str(certificate), "--tls-key", str(key)))
    world.sound.otherwise = LONG
    begun: dict[str, Callable[[], Awaitable[bytes]]] = {
        "trickles its head": lambda: _trickle(world, world.request()[:60], b"y" * 2000),
        "stops in its head": lambda: _stop(world, world.request()[:60]),
        "trickles its body": lambda: _trickle(world, *_parts(world.request({"x": "y" * 9000}))),
        "stops in its body": lambda: _stop(world, world.request()[:-5]),
        "says nothing": lambda: _stop(world, b""),
        "reads nothing of its answer": lambda: _read_late(world),
    }
    handshakes: dict[str, Callable[[], Awaitable[bytes]]] = {
        "stalls in the TLS handshake": lambda: _bare(secure, bytes.fromhex("160301020001000001fc0303")),
        "says nothing in place of a handshake": lambda: _bare(secure, b""),
        "speaks plainly to TLS": lambda: _bare(secure, secure.request()),
        "sends rubbish to TLS": lambda: _bare(secure, b"\xff" * 2000),
    }
    found = world.run(_all(begun), patience=90)
    found |= secure.run(_all(handshakes))
    answer = secure.run(secure.ask())
    found["speaks TLS"] = (0.0, str(answer.status))
    assert not world.own_faults()
    assert not secure.own_faults()
    world.end().check()
    secure.end().check()
    yield found


async def _all(begun: dict[str, Callable[[], Awaitable[bytes]]]) -> Ends:
    return dict(zip(begun, await asyncio.gather(*(_timed(each()) for each in begun.values())), strict=True))


async def _timed(ending: Awaitable[bytes]) -> tuple[float, str]:
    loop = asyncio.get_running_loop()
    start = loop.time()
    last = await ending
    return loop.time() - start, last[9:12].decode() if last.startswith(b"HTTP/1.1 ") else ""


def _parts(request: bytes) -> tuple[bytes, bytes]:
    head, end, body = request.partition(b"\r\n\r\n")
    return head + end, body


async def _trickle(world: World, first: bytes, rest: bytes) -> bytes:
    wire = await world.connect()
    await wire.send(first)
    closed = asyncio.ensure_future(wire.closed())
    for letter in rest:
        if closed.done():
            break
        wire.writer.write(bytes([letter]))
        await asyncio.sleep(0.05)
    wire.close()
    return await closed


async def _stop(world: World, request: bytes) -> bytes:
    wire = await world.connect()
    await wire.send(request)
    try:
        return await wire.closed()
    finally:
        wire.close()


async def _read_late(world: World) -> bytes:
    """The end is seen at the upstream: what was not read hides it from the client."""
    wire = await world.connect(buffer=4096)
    await wire.send(world.request(stream=True))
    async with asyncio.timeout(DEFAULT_LIMITS.stall_seconds + 2 * LATE_S):
        await world.sound.left.wait()
    wire.vanish()
    return b""


async def _bare(secure: Secure, data: bytes) -> bytes:
    wire = await secure.bare()
    await wire.send(data)
    try:
        return await wire.closed()
    finally:
        wire.close()


LIMITS = {
    "trickles its head": (DEFAULT_LIMITS.head_seconds, "408"),
    "stops in its head": (DEFAULT_LIMITS.head_seconds, "408"),
    "trickles its body": (DEFAULT_LIMITS.body_seconds, "408"),
    "stops in its body": (DEFAULT_LIMITS.body_seconds, "408"),
    "says nothing": (DEFAULT_LIMITS.head_seconds, ""),
    "reads nothing of its answer": (DEFAULT_LIMITS.stall_seconds, ""),
    "stalls in the TLS handshake": (DEFAULT_LIMITS.head_seconds, ""),
    "says nothing in place of a handshake": (DEFAULT_LIMITS.head_seconds, ""),
    "speaks plainly to TLS": (0, ""),
    "sends rubbish to TLS": (0, ""),
    "speaks TLS": (0, "200"),
}


@pytest.mark.parametrize("fault", LIMITS)
def test_dawdlers(fault: str, ends: Ends, row: Row) -> None:
    """a client"""
    limit, status = LIMITS[fault]
    took, said = ends[fault]
    row.tell(**{"answer" if said else "without an answer": said or "closed"}, seconds=round(took))
    assert said == status
    assert took < limit + LATE_S
