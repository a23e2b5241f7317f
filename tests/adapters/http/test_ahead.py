"""Heads that come before their bodies, as many clients send them: once known, both are read together without a parser."""

from __future__ import annotations

import asyncio

import pytest

from comity.adapters.http.inbound import Inbound
from comity.adapters.http.limits import Limits
from tests.adapters.http.house import House, chat, run, until

END = b"\r\n\r\n"


class Line(asyncio.Transport):
    """A connection to the port of which pieces arrive as they are sent; `came` is what the port wrote."""

    def __init__(self, house: House) -> None:
        super().__init__()
        self.came = b""
        self.open = True
        self.inbound = Inbound(house.port)
        self.inbound.connection_made(self)

    async def ask(self, *pieces: bytes) -> bytes:
        """The answer to a request that comes in these pieces."""
        self.came = b""
        for piece in pieces:
            self.inbound.data_received(piece)
        await until(lambda: END in self.came and not (self.open and self.inbound.busy))
        return self.came

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.came += data

    def close(self) -> None:
        self.open = False
        self.inbound.connection_lost(None)

    abort = close

    def can_write_eof(self) -> bool:
        return False

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass


async def acquainted(house: House, *, parser: bool = True) -> Line:
    """A line over which one request came, so that its head is known; without a `parser`, what needs one fails."""
    line = Line(house)
    assert (await line.ask(*cut(chat()))).startswith(b"HTTP/1.1 200 ")
    if not parser:
        line.inbound._parser = None  # type: ignore[assignment]
    return line


def cut(request: bytes) -> tuple[bytes, bytes]:
    """Its head, and its body."""
    head, _, body = request.partition(END)
    return head + END, body


def test_a_known_head_and_then_its_body() -> None:
    async def main() -> None:
        async with House() as house:
            line = await acquainted(house, parser=False)
            for number in (1, 22, 333333):
                head, body = cut(chat(seed=number))
                line.inbound.data_received(head)
                assert line.inbound.busy and len(house.upstream.requests) == len(house.outcomes())
                assert (await line.ask(body)).startswith(b"HTTP/1.1 200 ")
                assert house.upstream.requests[-1].document["seed"] == number
            assert (await line.ask(chat(seed=4))).startswith(b"HTTP/1.1 200 ")  # both at once, as ever
            line.close()

    run(main())


def test_the_entry_says_when_the_head_came() -> None:
    async def main() -> None:
        async with House() as house:
            line = await acquainted(house)
            head, body = cut(chat(seed=1))
            house.port.clock = lambda: 1_000
            line.inbound.data_received(head)
            house.port.clock = lambda: 2_000
            await line.ask(body)
            intent = next(entry for entry in reversed(house.log.kept) if entry.kind == "intent")
            assert intent.content["times"]["received"] == 1_000
            line.close()

    run(main())


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        ((b'{"model":"civic",', b'"messages":[{"role":"user","content":"x"}]}'), b"200"),
        ((b'{"model":"civic",', b'"messages":7}'), b"400"),
    ],
)
def test_a_body_in_pieces_is_the_parsers(pieces: tuple[bytes, ...], status: bytes) -> None:
    async def main() -> None:
        async with House() as house:
            line = await acquainted(house)
            head, _ = cut(chat(b"".join(pieces)))
            assert (await line.ask(head, *pieces)).startswith(b"HTTP/1.1 " + status)
            assert (await line.ask(*cut(chat()))).startswith(b"HTTP/1.1 200 ")
            line.close()

    run(main())


def test_a_body_that_does_not_come() -> None:
    async def main() -> None:
        async with House(limits=Limits(sweep_seconds=0.01, body_seconds=0.03)) as house:
            line = await acquainted(house)
            assert (await line.ask(cut(chat())[0])).startswith(b"HTTP/1.1 408 ")
            assert not line.open

    run(main())


def test_a_client_that_leaves_before_its_body() -> None:
    async def main() -> None:
        async with House() as house:
            line = await acquainted(house)
            line.inbound.data_received(cut(chat())[0])
            line.close()
            assert not house.port.in_flight and len(house.outcomes()) == 1

    run(main())


def test_who_waits_to_be_told_to_go_on_is_told_each_time() -> None:
    async def main() -> None:
        async with House() as house:
            line = Line(house)
            head, body = cut(chat(headers="expect: 100-continue\r\n"))
            for _ in range(3):
                line.came = b""
                line.inbound.data_received(head)
                assert line.came == b"HTTP/1.1 100 Continue\r\n\r\n"
                assert b"HTTP/1.1 200 " in await line.ask(body)
            line.close()

    run(main())


def test_a_key_that_is_revoked_between_head_and_body_opens_nothing() -> None:
    async def main() -> None:
        async with House() as house:
            line = await acquainted(house)
            head, body = cut(chat())
            line.inbound.data_received(head)
            house.gate.tenants.clear()
            assert (await line.ask(body)).startswith(b"HTTP/1.1 401 ")
            line.close()

    run(main())


def test_a_gateway_that_stops_waits_for_the_body() -> None:
    async def main() -> None:
        async with House() as house:
            line = await acquainted(house)
            head, body = cut(chat())
            line.inbound.data_received(head)
            draining = asyncio.ensure_future(house.listener.drain(5))
            await asyncio.sleep(0)
            answer = await line.ask(body)
            assert answer.startswith(b"HTTP/1.1 200 ") and b"connection: close" in answer
            assert await draining

    run(main())
