"""Each limit of the data port, at the limit and beyond."""

from __future__ import annotations

import asyncio
import tracemalloc

import pytest

from comity.adapters.http.limits import KEY, Limits
from comity.testing.upstream import chat as says
from comity.testing.upstream import silence, slow, stream, whole
from tests.adapters.http.house import House, chat, run, until

SWEEP = 0.01


def _refused(raw: bytes, limits: Limits, status: int, *, closes: bool = True) -> None:
    async def main() -> None:
        async with House(limits=limits) as house:
            wire = await house.connect()
            await wire.send(raw)
            response = await wire.response()
            assert response.status == status, response
            assert response.error["message"]
            if closes:
                assert response.headers["connection"] == "close"
                assert await wire.closed() == b""
            wire.close()
            assert (await house.ask()).status == 200  # the port lives on
            assert len(house.upstream.requests) == 1

    run(main())


def test_a_head_that_is_too_large() -> None:
    _refused(chat(headers=f"x-pad: {'y' * 40_000}\r\n"), Limits(), 431, closes=False)


def test_a_head_that_never_ends() -> None:
    _refused(b"POST /v1/chat/completions HTTP/1.1\r\nx-pad: " + b"y" * 300_000, Limits(), 431)


def test_too_many_headers() -> None:
    _refused(chat(headers="".join(f"x-{number}: y\r\n" for number in range(120))), Limits(), 431, closes=False)


def test_a_url_that_is_too_long() -> None:
    _refused(b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n", Limits(), 414, closes=False)


def test_a_body_that_says_it_is_too_large_is_refused_before_it_comes() -> None:
    head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nx-api-key: sk-test\r\ncontent-length: 900000\r\n\r\n"
    _refused(head, Limits(body=500_000), 413)


def test_a_chunked_body_that_grows_too_large() -> None:
    head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nx-api-key: sk-test\r\ntransfer-encoding: chunked\r\n\r\n"
    _refused(head + (b"8000\r\n" + b"x" * 0x8000 + b"\r\n") * 40, Limits(body=100_000), 413)


def test_a_small_body_beyond_the_limit_keeps_the_connection() -> None:
    _refused(chat(b"x" * 2_000), Limits(body=1_000), 413, closes=False)


def test_a_body_at_the_limit_is_taken() -> None:
    async def main() -> None:
        async with House(limits=Limits(body=len(chat().partition(b"\r\n\r\n")[2]))) as house:
            assert (await house.ask()).status == 200

    run(main())


@pytest.mark.parametrize("key", ["", "x-api-key: sk-test\r\n"])
def test_trailers_that_never_end(key: str) -> None:
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n{key}transfer-encoding: chunked\r\n\r\n".encode()
    _refused(head + b"1\r\n{\r\n0\r\nx-pad: " + b"y" * 900_000, Limits(), 431)


@pytest.mark.parametrize("path", ["/healthz", "/v1/models", "/v1/receipts/memory001.0"])
def test_a_body_that_nobody_reads_is_not_held(path: str) -> None:
    async def main() -> None:
        async with House() as house:
            wire = await house.connect()
            head = f"GET {path} HTTP/1.1\r\nhost: x\r\nx-api-key: sk-test\r\ncontent-length: 900000\r\n\r\n"
            await wire.send(head.encode() + b"x" * 200_000)
            wire.writer.write(b"x" * 100)
            await asyncio.sleep(0.05)
            assert house.port.buffered == 0
            await wire.send(b"x" * 500_000)
            assert (await wire.response()).status == 413
            assert await wire.closed() == b""
            wire.close()

    run(main())


def test_a_body_in_many_pieces_takes_little_more_than_its_size() -> None:
    async def main() -> None:
        async with House() as house:
            body = chat().partition(b"\r\n\r\n")[2][:-1] + b" " * 400_000 + b"}"
            chunks = b"".join(
                b"%x\r\n%b\r\n" % (len(body[at : at + 2]), body[at : at + 2]) for at in range(0, len(body), 2)
            )
            head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nx-api-key: sk-test\r\ntransfer-encoding: chunked\r\n\r\n"
            wire = await house.connect()
            await wire.send(head)
            tracemalloc.start()
            await wire.send(chunks)
            await until(lambda: house.port.buffered == len(body))
            taken, _ = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert taken < 4 * len(body)
            await wire.send(b"0\r\n\r\n")
            assert (await wire.response()).status == 200
            assert house.upstream.requests[0].document["model"] == "served"
            wire.close()

    run(main())


def test_all_bodies_together() -> None:
    async def main() -> None:
        async with House(limits=Limits(buffered=150_000)) as house:
            wire = await house.connect()
            await wire.send(chat(b"x" * 100_000)[:-10])  # held, not complete
            await until(lambda: house.port.buffered)
            response = await house.ask(b'{"x":"' + b"y" * 100_000 + b'"}')
            assert response.status == 503
            wire.vanish()
            await until(lambda: not house.port.buffered)
            assert (await house.ask()).status == 200

    run(main())


@pytest.mark.parametrize(
    "sent",
    [
        b"P",
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n",
        chat()[:-5],
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nx-api-key: sk-test\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
    ],
)
def test_a_request_that_dawdles(sent: bytes) -> None:
    _refused(sent, Limits(sweep_seconds=SWEEP, head_seconds=0.05, body_seconds=0.05), 408)


def test_a_connection_that_drips_is_cut_all_the_same() -> None:
    async def main() -> None:
        async with House(limits=Limits(sweep_seconds=SWEEP, head_seconds=0.1)) as house:
            wire = await house.connect()
            closed = asyncio.ensure_future(wire.closed())
            for letter in chat() * 50:
                if closed.done():
                    break
                wire.writer.write(bytes([letter]))
                await asyncio.sleep(0.01)
            assert (await closed).startswith(b"HTTP/1.1 408 ")
            wire.close()

    run(main())


@pytest.mark.parametrize("sent", [b"", b"\r\n\r\n\r\n"])
def test_a_connection_that_says_nothing_is_closed(sent: bytes) -> None:
    async def main() -> None:
        async with House(limits=Limits(sweep_seconds=SWEEP, head_seconds=0.03)) as house:
            wire = await house.connect()
            await wire.send(sent)
            assert await wire.closed() in (b"",) or sent
            wire.close()

    run(main())


def test_an_idle_kept_connection_is_closed() -> None:
    async def main() -> None:
        async with House(limits=Limits(sweep_seconds=SWEEP, idle_seconds=0.03)) as house:
            wire = await house.connect()
            await wire.send(chat())
            assert (await wire.response()).status == 200
            assert await wire.closed() == b""
            wire.close()

    run(main())


def test_too_many_connections() -> None:
    async def main() -> None:
        async with House(limits=Limits(connections=2)) as house:
            first, second, third = [await house.connect() for _ in range(3)]
            assert (await third.response()).status == 503
            first.vanish()
            await until(lambda: len(house.port.inbounds) == 1)
            assert (await house.ask()).status == 200
            for wire in (second, third):
                wire.close()

    run(main())


def test_too_many_requests_in_flight() -> None:
    async def main() -> None:
        async with House(limits=Limits(in_flight=1)) as house:
            gate = asyncio.Event()
            house.upstream.otherwise = slow(says("Yes."), gate)
            first = asyncio.ensure_future(house.ask())
            await until(lambda: house.upstream.requests)
            response = await house.ask()
            assert (response.status, response.headers["retry-after"]) == (503, "1")
            gate.set()
            assert (await first).status == 200
            assert (await house.ask()).status == 200

    run(main())


def test_an_answer_that_never_ends() -> None:
    async def main() -> None:
        async with House(limits=Limits(answer=2_000_000)) as house:
            house.upstream.answers.append(stream([b"data: " + b"x" * 100_000 + b"\n\n"] * 100))
            response = await house.ask(stream=True)
            assert b"[DONE]" not in response.body
            assert b"upstream_broken" in response.body
            house.upstream.answers.append(whole(b"x" * 9_000_000))
            response = await house.ask()
            assert not response.complete
            assert [outcome.content["finish"] for outcome in house.outcomes()] == ["error", "error"]

    run(main())


def test_idle_connections_to_an_upstream_are_closed_by_us() -> None:
    async def main() -> None:
        async with House(limits=Limits(sweep_seconds=SWEEP, pooled_seconds=0.03)) as house:
            await house.ask()
            pool = house.port.pool(house.gate.reached["paris"])
            await until(lambda: pool.take() is None)
            await house.ask()
            assert house.upstream.connections == 2

    run(main())


def test_a_key_that_is_too_long_is_not_looked_up_whole() -> None:
    async def main() -> None:
        async with House() as house:
            assert (await house.ask(key="k" * (KEY + 100))).status == 401

    run(main())


def test_draining_lets_requests_end_and_takes_no_more() -> None:
    async def main() -> None:
        async with House() as house:
            gate = asyncio.Event()
            house.upstream.otherwise = slow(says("Yes."), gate)
            idle = await house.connect()
            asked = await house.connect()
            await asked.send(chat())
            await until(lambda: house.upstream.requests)
            address = house.listener.address
            draining = asyncio.ensure_future(house.listener.drain(5))
            assert await idle.closed() == b""
            with pytest.raises(OSError):
                await asyncio.open_connection(*address)
            gate.set()
            response = await asked.response()
            assert response.status == 200
            assert response.complete
            assert await draining is True
            idle.close()
            asked.close()

    run(main())


def test_draining_ends_what_does_not_end_and_enters_its_outcome() -> None:
    async def main() -> None:
        async with House() as house:
            house.upstream.otherwise = silence()
            wire = await house.connect()
            await wire.send(chat())
            await until(lambda: house.upstream.requests)
            assert await house.listener.drain(0.05) is False
            assert house.log.open_intents == 0
            assert house.log.kept[-1].content["finish"] == "aborted"
            wire.close()

    run(main())
