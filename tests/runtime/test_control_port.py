"""Whoever trickles a request at the control port is cut off; whoever asks is served."""

import asyncio

import pytest

from comity.runtime.control import ControlPort
from comity.runtime.listening import address_of, listen


async def page(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


def with_port(use):
    async def main():
        held = listen("127.0.0.1", 0, "--control-port")
        port = ControlPort(page, held, head_s=0.05)
        port.start()
        reader, writer = await asyncio.open_connection(*address_of(held))
        try:
            async with asyncio.timeout(30):
                await use(reader, writer)
        finally:
            writer.close()
            await port.stop()
            held.close()

    asyncio.run(main())


@pytest.mark.parametrize("said", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nhost: a\r\nx: "])
def test_a_request_that_never_ends_is_cut_off(said):
    async def trickle(reader, writer):
        writer.write(said)
        with pytest.raises(ConnectionResetError):
            await reader.readexactly(1)

    async def closed(reader, writer):
        try:
            await trickle(reader, writer)
        except asyncio.IncompleteReadError:
            return  # the same, as another kernel tells it

    with_port(closed)


def test_a_kept_connection_serves_and_is_then_let_go():
    async def asks(reader, writer):
        for _ in range(2):
            writer.write(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            assert (await reader.readuntil(b"\r\n\r\nok")).startswith(b"HTTP/1.1 200")
        writer.write(b"GET / HTT")
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)

    with_port(asks)
