"""Requests that two parsers could read differently are refused, and nothing of them goes anywhere."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from comity.testing.upstream import status
from tests.adapters.http.house import House, Wire, chat, run

BODY = b'{"model":"civic","messages":[{"role":"user","content":"x"}]}'
LINE = b"POST /v1/chat/completions HTTP/1.1\r\n"
KEY = b"host: x\r\nx-api-key: sk-test\r\n"
LENGTH = b"content-length: %d\r\n" % len(BODY)
CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)

SHAPES = {
    "length and chunks": LINE + KEY + LENGTH + b"transfer-encoding: chunked\r\n\r\n" + CHUNKS,
    "chunks and length": LINE + KEY + b"transfer-encoding: chunked\r\n" + LENGTH + b"\r\n" + CHUNKS,
    "two lengths": LINE + KEY + LENGTH + b"content-length: 3\r\n\r\n" + BODY,
    "the same length twice": LINE + KEY + LENGTH + LENGTH + b"\r\n" + BODY,
    "a list of lengths": LINE + KEY + b"content-length: %d, %d\r\n\r\n" % (len(BODY), len(BODY)) + BODY,
    "a length with a sign": LINE + KEY + b"content-length: +%d\r\n\r\n" % len(BODY) + BODY,
    "a negative length": LINE + KEY + b"content-length: -1\r\n\r\n" + BODY,
    "a length that overflows": LINE + KEY + b"content-length: 99999999999999999999999\r\n\r\n" + BODY,
    "an unknown coding": LINE + KEY + b"transfer-encoding: gzip, chunked\r\n\r\n" + CHUNKS,
    "chunked, but not last": LINE + KEY + b"transfer-encoding: chunked, gzip\r\n\r\n" + CHUNKS,
    "identity": LINE + KEY + b"transfer-encoding: identity\r\n" + LENGTH + b"\r\n" + BODY,
    "chunked twice": LINE + KEY + b"transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n" + CHUNKS,
    "a coding in disguise": LINE + KEY + b"transfer-encoding: \x0bchunked\r\n\r\n" + CHUNKS,
    "a space before the colon": LINE + KEY + b"transfer-encoding : chunked\r\n\r\n" + CHUNKS,
    "chunks in HTTP/1.0": LINE.replace(b"1.1", b"1.0") + KEY + b"transfer-encoding: chunked\r\n\r\n" + CHUNKS,
    "bare line feeds": (LINE + KEY + LENGTH + b"\r\n").replace(b"\r\n", b"\n") + BODY,
    "a bare line feed in a header": LINE + KEY + b"x-a: b\nx-c: d\r\n" + LENGTH + b"\r\n" + BODY,
    "a bare carriage return": LINE + KEY + b"x-a: b\rc\r\n" + LENGTH + b"\r\n" + BODY,
    "a folded header": LINE + KEY + b"x-a: b\r\n c\r\n" + LENGTH + b"\r\n" + BODY,
    "a zero byte in a header": LINE + KEY + b"x-a: b\x00c\r\n" + LENGTH + b"\r\n" + BODY,
    "a space in a header's name": LINE + KEY + b"x a: b\r\n" + LENGTH + b"\r\n" + BODY,
    "a chunk size with a bare line feed": LINE
    + KEY
    + b"transfer-encoding: chunked\r\n\r\n3c\n"
    + BODY
    + b"\r\n0\r\n\r\n",
    "a chunk size that overflows": LINE + KEY + b"transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n" + BODY,
    "a chunk longer than it says": LINE + KEY + b"transfer-encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n",
    "no host": LINE + b"x-api-key: sk-test\r\n" + LENGTH + b"\r\n" + BODY,
    "two hosts": LINE + KEY + b"host: y\r\n" + LENGTH + b"\r\n" + BODY,
    "two keys": LINE + KEY + b"x-api-key: sk-other\r\n" + LENGTH + b"\r\n" + BODY,
    "HTTP/2 by prior knowledge": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "an upgrade to HTTP/2": LINE + KEY + LENGTH + b"connection: upgrade\r\nupgrade: h2c\r\n\r\n" + BODY,
    "HTTP/0.9": b"GET /v1/models\r\n\r\n",
    "HTTP/1.2": LINE.replace(b"1.1", b"1.2") + KEY + LENGTH + b"\r\n" + BODY,
    "TLS on a plain port": bytes.fromhex("160301020001000001fc0303") + b"\x00" * 64,
    "rubbish": b"\xff\xfe\xfd\r\n\r\n",
}


GOOD = LINE + KEY + LENGTH + b"\r\n" + BODY


async def known(house: House, times: int = 2) -> Wire:
    """A connection whose head is known: the second request on it was not parsed."""
    wire = await house.connect()
    for _ in range(times):
        await wire.send(GOOD)
        assert (await wire.response()).status == 200
    return wire


@pytest.mark.parametrize("before", [0, 2])
@pytest.mark.parametrize("name", SHAPES)
def test_shapes_that_are_refused(name: str, before: int) -> None:
    async def main() -> None:
        async with House() as house:
            wire = await known(house, before)
            await wire.send(SHAPES[name])
            response = await wire.response()
            assert response.status == 400, (name, response)
            assert response.headers["connection"] == "close"
            assert await wire.closed() == b""  # nothing behind it is taken for a request
            assert len(house.upstream.requests) == before
            assert len(house.log.kept) == 2 * before
            wire.close()

    run(main())


@pytest.mark.parametrize("before", [0, 2])
@pytest.mark.parametrize("behind", [chat(key="sk-other") + b"rubbish", GOOD, GOOD[:30], b"\r\n" + GOOD, b"rubbish"])
def test_a_second_request_before_the_first_is_answered_is_not_taken(before: int, behind: bytes) -> None:
    async def main() -> None:
        async with House() as house:
            wire = await known(house, before)
            await wire.send(GOOD + behind)
            response = await wire.response()
            assert response.status == 200
            assert response.headers["connection"] == "close"
            assert await wire.closed() == b""
            assert len(house.upstream.requests) == before + 1
            wire.close()

    run(main())


def test_a_second_request_while_the_first_is_under_way_is_not_taken() -> None:
    async def main() -> None:
        async with House() as house:
            house.log.held = True
            wire = await house.connect()
            await wire.send(chat())
            await house_has(house)
            await wire.send(chat())
            house.log.held = False
            house.log.release()
            assert (await wire.response()).status == 200
            assert await wire.closed() == b""
            assert len(house.upstream.requests) == 1
            wire.close()

    async def house_has(house: House) -> None:
        from tests.adapters.http.house import until

        await until(lambda: house.log.pending)

    run(main())


def test_a_tunnel_is_not_dug() -> None:
    async def main() -> None:
        async with House() as house:
            wire = await house.connect()
            await wire.send(b"CONNECT example.org:443 HTTP/1.1\r\nhost: example.org\r\n\r\n")
            assert (await wire.response()).status == 404
            assert await wire.closed() == b""
            wire.close()

    run(main())


def test_trailers_are_not_headers() -> None:
    async def main() -> None:
        async with House() as house:
            wire = await house.connect()
            chunks = CHUNKS[:-2] + b"x-api-key: sk-test\r\ncomity-data: health\r\n\r\n"
            await wire.send(LINE + b"host: x\r\ntransfer-encoding: chunked\r\n\r\n" + chunks)
            assert (await wire.response()).status == 401
            assert not house.log.kept
            await wire.send(LINE + KEY + b"transfer-encoding: chunked\r\n\r\n" + chunks)
            assert (await wire.response()).status == 200
            assert "added" not in house.log.kept[0].party
            wire.close()

    run(main())


def test_a_request_one_byte_at_a_time_is_the_same_request() -> None:
    async def main() -> None:
        async with House() as house:
            for request in (
                chat(headers="comity-data: health\r\n"),
                LINE + KEY + b"transfer-encoding: chunked\r\n\r\n" + CHUNKS,
            ):
                wire = await house.connect()
                wire.writer.get_extra_info("socket").setsockopt(6, 1, 1)  # TCP_NODELAY
                for letter in request:
                    await wire.send(bytes([letter]))
                    await _turn()
                assert (await wire.response()).status == 200
                wire.close()
            assert house.log.kept[0].party["added"] == {"data": ["health"]}
            assert house.upstream.requests[1].body == BODY.replace(b"civic", b"served")

    async def _turn() -> None:
        import asyncio

        await asyncio.sleep(0)

    run(main())


def test_what_is_known_of_a_head_is_not_more_than_its_bytes() -> None:
    """The key, its rights and the gateway's own state are looked at each time."""

    async def main() -> None:
        async with House() as house:
            wire = await known(house)
            tenant = house.gate.tenants[b"sk-test"]
            house.gate.tenants[b"sk-test"] = msgspec.structs.replace(tenant, application="other")
            await wire.send(GOOD)
            assert (await wire.response()).status == 200
            assert house.log.kept[-2].party["application"] == "other"
            del house.gate.tenants[b"sk-test"]
            await wire.send(GOOD)
            assert (await wire.response()).status == 401
            house.gate.tenants[b"sk-test"] = msgspec.structs.replace(tenant, auditor=True)
            await wire.send(GOOD)
            assert (await wire.response()).status == 403
            house.gate.tenants[b"sk-test"] = tenant
            await wire.send(GOOD)
            assert (await wire.response()).status == 200
            await wire.send(b"HEAD /v1/models HTTP/1.1\r\n" + KEY + b"\r\n")
            assert (await wire.response(bodiless=True)).status == 200
            house.upstream.otherwise = status(500)
            await wire.send(GOOD)
            assert (await wire.response()).error["code"] == "upstream_error"  # with a body: HEAD is forgotten
            house.port.draining = True
            await wire.send(GOOD)
            assert (await wire.response()).headers["connection"] == "close"
            wire.close()

    run(main())


@pytest.mark.parametrize("at", [1, 30, len(GOOD) - len(BODY), len(GOOD) - 1])
def test_a_request_in_two_pieces_behind_one_that_is_known(at: int) -> None:
    async def main() -> None:
        async with House() as house:
            wire = await known(house)
            await wire.send(GOOD[:at])
            await asyncio.sleep(0.01)
            await wire.send(GOOD[at:])
            assert (await wire.response()).status == 200
            longer = BODY.replace(b'"x"', b'"xyz"')
            await wire.send(GOOD.replace(LENGTH, b"content-length: %d\r\n" % len(longer)).replace(BODY, longer))
            assert (await wire.response()).status == 200
            assert b"xyz" in house.upstream.requests[-1].body
            wire.close()

    run(main())
