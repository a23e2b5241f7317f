"""Streams that break, clients that leave or dawdle, and time that is over."""

from __future__ import annotations

import asyncio
import socket

import pytest

from comity.adapters.http.limits import Limits
from comity.relay.target import Timeouts
from comity.testing.upstream import Answer, events, raw, reset, silence, stream, whole
from tests.adapters.http.house import House, chat, run, until

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"
WORDS = events(["one", "two", "three"])


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


BROKEN: dict[str, Answer] = {
    "between two events": stream(WORDS[:2], end=False, cut=True),
    "reset within an event": reset(CHUNKED + _chunk(WORDS[0]) + b"40\r\ndata: {"),
    "within an event": raw(CHUNKED + _chunk(WORDS[0]) + b"40\r\ndata: {"),
    "without a reason to finish": stream(WORDS[:2], cut=True),
    "no event at all": stream([], end=False, cut=True),
    "rubbish in the framing": raw(CHUNKED + _chunk(WORDS[0]) + b"zz\r\n"),
    "cut, and its length not known": raw(HEAD + b"\r\n" + b"".join(WORDS[:-1])),
    "an endless event": stream([b"data: " + b"x" * 200_000] * 8),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_stream_that_breaks_ends_with_an_error_and_without_done(name: str) -> None:
    async def main() -> None:
        async with House(("paris",), ("lyon",)) as house:
            house.upstreams["paris"].otherwise = BROKEN[name]
            response = await house.ask(stream=True)
            assert response.status == 200
            assert b"[DONE]" not in response.body
            assert b'data: {"error":{' in response.body.split(b"\n\n")[-2]
            outcome = await house.outcome()
            assert outcome.content["finish"] == "error"
            assert outcome.decision["attempts"][-1]["result"] in ("broken", "invalid")
            assert not house.upstreams["lyon"].requests

    run(main())


def test_the_openai_client_raises_when_a_stream_breaks() -> None:
    import openai

    async def main() -> None:
        async with House() as house, house.client() as client:
            house.upstream.otherwise = BROKEN["between two events"]
            streamed = await client.chat.completions.create(
                model="civic", messages=[{"role": "user", "content": "x"}], stream=True
            )
            with pytest.raises(openai.APIError, match="broke off"):
                async for _ in streamed:
                    pass

    run(main())


WHOLE: dict[str, Answer] = {
    "chunked": stream(WORDS),
    "with spaces in its JSON": stream(events(["one"], compact=False)),
    "without done, but with a reason to finish": stream(events(["one"], done=False)),
    "until the connection ends": raw(HEAD + b"\r\n" + b"".join(WORDS)),
    "with a length": raw(HEAD + b"content-length: %d\r\n\r\n" % len(b"".join(WORDS)) + b"".join(WORDS)),
    "with line ends of two bytes": stream([event.replace(b"\n", b"\r\n") for event in WORDS]),
    "with comments and rubbish after done": stream([b": ping\n\n", *WORDS, b": more\n\n", b"data: {}\n\n"]),
}


@pytest.mark.parametrize("name", WHOLE)
def test_streams_that_are_whole(name: str) -> None:
    async def main() -> None:
        async with House() as house:
            house.upstream.otherwise = WHOLE[name]
            response = await house.ask(stream=True)
            assert response.complete
            assert b'"comity":{"receipt":"memory001.0"}' in response.body
            assert (b"[DONE]" in response.body) == (name != "without done, but with a reason to finish")
            assert b"more" not in response.body
            assert (await house.outcome()).content["finish"] == "stop"
            assert (await house.ask(stream=True)).complete  # and the next one is none the worse

    run(main())


def test_an_error_within_a_stream_is_an_error_even_if_done_follows() -> None:
    async def main() -> None:
        async with House() as house:
            error = b'data: {"error":{"message":"out of memory"}}\n\n'
            house.upstream.otherwise = stream([WORDS[0], error, WORDS[-1]])
            response = await house.ask(stream=True)
            assert error in response.body
            assert (await house.outcome()).content["finish"] == "error"

    run(main())


def test_usage_of_a_stream_is_entered_when_the_client_asked_for_it() -> None:
    async def main() -> None:
        async with House() as house:
            usage = b'data: {"choices":[],"usage":{"prompt_tokens":11,"completion_tokens":2}}\n\n'
            house.upstream.otherwise = stream([*WORDS[:-1], usage, WORDS[-1]])
            response = await house.ask(stream=True, stream_options={"include_usage": True})
            assert usage in response.body
            assert (await house.outcome()).content["usage"] == {"prompt_tokens": 11, "completion_tokens": 2}

    run(main())


def test_events_reach_the_client_as_they_come() -> None:
    async def main() -> None:
        async with House() as house:
            gate = asyncio.Event()
            house.upstream.otherwise = stream(WORDS, gate=gate, after=2)
            wire = await house.connect()
            await wire.send(chat(stream=True))
            await wire.head()
            first = WORDS[0] + WORDS[1]
            seen = b""
            while len(seen) < len(first):
                seen += await wire.chunk()
            assert seen == first
            gate.set()
            while await wire.chunk():
                pass
            wire.close()

    run(main())


def test_a_client_that_leaves_cancels_its_upstream() -> None:
    async def main() -> None:
        async with House(("paris",), ("lyon",)) as house:
            house.upstreams["paris"].otherwise = stream(WORDS, gate=asyncio.Event())
            wire = await house.connect()
            await wire.send(chat(stream=True))
            await wire.head()
            seen = await wire.chunk()
            wire.vanish()
            await house.upstreams["paris"].left.wait()
            outcome = await house.outcome()
            assert outcome.content["finish"] == "aborted"
            assert outcome.content["bytes"] == len(seen)
            assert outcome.decision["attempts"][0]["result"] == "cancelled"
            assert not house.upstreams["lyon"].requests

    run(main())


def test_a_client_that_leaves_before_the_first_byte_cancels_its_upstream() -> None:
    async def main() -> None:
        async with House() as house:
            house.upstream.otherwise = silence()
            wire = await house.connect()
            await wire.send(chat())
            await until(lambda: house.upstream.requests)
            wire.writer.write_eof()  # half-closed is gone: nobody asks and then hangs up
            await house.upstream.left.wait()
            assert (await house.outcome()).content["finish"] == "aborted"
            wire.close()

    run(main())


def test_a_slow_client_holds_its_upstream_back_and_memory_stays_bounded() -> None:
    async def main() -> None:
        async with House() as house:
            sent = 0
            piece = b"data: " + b"x" * 65_000 + b"\n\n"

            async def torrent(request: object, writer: asyncio.StreamWriter) -> bool:
                nonlocal sent
                writer.write(CHUNKED)
                while sent < 2_000:
                    writer.write(_chunk(piece))
                    sent += 1
                    await writer.drain()
                return False

            house.upstream.otherwise = torrent
            wire = await house.connect()
            wire.writer.get_extra_info("socket")
            await wire.send(chat(stream=True))
            await until(lambda: any(inbound.paused for inbound in house.port.inbounds))
            before = -1
            while before != sent:  # until it stands still
                before = sent
                await asyncio.sleep(0.1)
            assert sent < 1_000  # what sockets and our buffers hold; 130 MB were on offer
            wire.vanish()
            await house.outcome()

    run(main())


def test_a_client_that_has_not_read_its_last_answer_is_slow_from_the_start() -> None:
    async def main() -> None:
        async with House(limits=Limits(sweep_seconds=0.01, write_high=1)) as house:
            house.upstream.answers.append(whole(b"x" * 1_000_000))
            sent = 0

            async def torrent(request: object, writer: asyncio.StreamWriter) -> bool:
                nonlocal sent
                writer.write(CHUNKED)
                while sent < 1_000:
                    writer.write(_chunk(b"data: " + b"x" * 65_000 + b"\n\n"))
                    sent += 1
                    await writer.drain()
                return False

            house.upstream.otherwise = torrent
            listening = house.listener._server.sockets[0]
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)  # what it accepts inherits it
            narrow = socket.socket()
            narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            narrow.setblocking(False)
            await asyncio.get_running_loop().sock_connect(narrow, house.listener.address)
            _, writer = await asyncio.open_connection(sock=narrow, limit=4096)
            writer.write(chat())
            await until(lambda: house.outcomes() and not any(inbound.busy for inbound in house.port.inbounds))
            assert all(inbound.paused for inbound in house.port.inbounds)
            writer.write(chat(stream=True))
            await until(lambda: sent)
            before = -1
            while before != sent:
                before = sent
                await asyncio.sleep(0.1)
            assert sent < 300
            writer.transport.abort()

    run(main())


def test_a_client_that_reads_nothing_is_cut_off() -> None:
    async def main() -> None:
        async with House(limits=Limits(sweep_seconds=0.01, stall_seconds=0.05)) as house:
            house.upstream.otherwise = stream([b"data: " + b"x" * 500_000 + b"\n\n"] * 60)
            wire = await house.connect()
            await wire.send(chat(stream=True))
            assert (await house.outcome()).content["finish"] == "aborted"
            wire.close()

    run(main())


def test_a_stream_that_falls_silent_is_an_error() -> None:
    async def main() -> None:
        async with House(timeouts=Timeouts(idle=0.05)) as house:
            house.upstream.otherwise = stream(WORDS, gate=asyncio.Event())
            response = await house.ask(stream=True)
            assert b"[DONE]" not in response.body
            assert (await house.outcome()).decision["attempts"][0]["result"] == "timeout"

    run(main())


@pytest.mark.parametrize("streams", [False, True])
def test_a_request_that_takes_too_long_is_ended_and_says_so(streams: bool) -> None:
    async def main() -> None:
        async with House(("paris",), ("lyon",), limits=Limits(sweep_seconds=0.01, request_seconds=0.1)) as house:
            house.upstreams["paris"].otherwise = stream(WORDS, gate=asyncio.Event()) if streams else silence()
            response = await house.ask(stream=streams)
            assert response.status == (200 if streams else 504)
            assert b"[DONE]" not in response.body
            outcome = await house.outcome()
            assert outcome.content["finish"] == "error"
            assert outcome.decision["attempts"][-1]["result"] == "timeout"
            assert not house.upstreams["lyon"].requests

    run(main())
