"""Requests that two parsers could read differently are refused, and nothing of them goes anywhere."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from comity.testing.smuggling import BODY, CHUNKS, KEY, LENGTH, LINE, SHAPES
from comity.testing.upstream import status
from tests.adapters.http.house import House, Wire, chat, run

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
