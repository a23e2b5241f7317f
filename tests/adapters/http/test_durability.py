"""No byte leaves before the intent is durable; no answer ends before the outcome is."""

from __future__ import annotations

import asyncio

import pytest

from comity.testing.upstream import events, status, stream, whole
from tests.adapters.http.house import House, chat, run, until

SOON = 0.05
"""Long enough for a byte to cross loopback many times over. It can only hide a fault, never raise a false alarm."""


def test_nothing_reaches_an_upstream_before_the_intent_is_durable() -> None:
    async def main() -> None:
        async with House() as house:
            house.log.held = True
            wire = await house.connect()
            await wire.send(chat())
            await until(lambda: house.log.pending)
            await asyncio.sleep(SOON)
            assert house.upstream.connections == 0
            house.log.held = False
            house.log.release()
            assert (await wire.response()).status == 200
            assert len(house.upstream.requests) == 1
            wire.close()

    run(main())


def test_nothing_reaches_an_upstream_when_the_intent_fails() -> None:
    async def main() -> None:
        async with House(("paris",), ("lyon",)) as house:
            house.log.held = True
            wire = await house.connect()
            await wire.send(chat())
            await until(lambda: house.log.pending)
            house.log.fail()
            response = await wire.response()
            assert response.status == 503
            assert response.error["code"] == "log_unavailable"
            assert "comity-receipt" not in response.headers
            assert (await house.ask()).status == 503  # and none after it
            assert (await house.get("/readyz")).status == 503
            await asyncio.sleep(SOON)
            assert not any(upstream.connections for upstream in house.upstreams.values())
            wire.close()

    run(main())


def test_an_overloaded_log_takes_no_request() -> None:
    async def main() -> None:
        async with House() as house:
            house.log.full = True
            response = await house.ask()
            assert response.status == 503
            assert response.headers["retry-after"]
            assert house.upstream.connections == 0

    run(main())


def _hold_the_outcome(house: House) -> None:
    """The intent becomes durable, and nothing after it until the test says so."""
    first = house.upstream.otherwise

    async def answer(request: object, writer: asyncio.StreamWriter) -> bool:
        house.log.held = True
        return await first(request, writer)  # type: ignore[arg-type]

    house.upstream.otherwise = answer


@pytest.mark.parametrize("fails", [False, True])
def test_a_stream_shows_done_only_when_its_outcome_is_durable(fails: bool) -> None:
    async def main() -> None:
        async with House() as house:
            house.upstream.otherwise = stream(events(["one", "two"]))
            _hold_the_outcome(house)
            wire = await house.connect()
            await wire.send(chat(stream=True))
            await wire.head()
            seen = b""
            while b'"receipt"' not in seen:
                seen += await wire.chunk()
            await until(lambda: len(house.log.kept) == 2)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(SOON):
                    seen += await wire.chunk()
            assert b"[DONE]" not in seen
            if fails:
                house.log.fail()
                assert b"[DONE]" not in await wire.closed()
            else:
                house.log.held = False
                house.log.release()
                assert await wire.chunk() == b"data: [DONE]\n\n"
                assert await wire.chunk() == b""
            wire.close()

    run(main())


@pytest.mark.parametrize("fails", [False, True])
def test_a_whole_answer_is_held_until_its_outcome_is_durable(fails: bool) -> None:
    async def main() -> None:
        async with House() as house:
            _hold_the_outcome(house)
            wire = await house.connect()
            await wire.send(chat())
            await until(lambda: len(house.log.kept) == 2)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(SOON):
                    await wire.reader.read(1)
            if fails:
                house.log.fail()
                response = await wire.response()
                assert (response.status, b"Yes." in response.body) == (503, False)
            else:
                house.log.held = False
                house.log.release()
                assert (await wire.response()).status == 200
            wire.close()

    run(main())


@pytest.mark.parametrize("fails", [False, True])
def test_the_last_piece_of_a_large_answer_is_held(fails: bool) -> None:
    async def main() -> None:
        async with House() as house:
            body = b'{"x":"' + b"y" * 3_000_000 + b'"}'
            house.upstream.otherwise = whole(body)
            _hold_the_outcome(house)
            wire = await house.connect()
            await wire.send(chat())
            response = await wire.head()
            assert response.headers["transfer-encoding"] == "chunked"
            reading = asyncio.ensure_future(wire.closed())
            await until(lambda: len(house.log.kept) == 2)
            await asyncio.sleep(SOON)
            assert not reading.done()
            if fails:
                house.log.fail()
                assert not (await reading).endswith(b"0\r\n\r\n")
            else:
                house.log.held = False
                house.log.release()
                await house.outcome()
                house.port.close()
                assert (await reading).endswith(b'"}\r\n0\r\n\r\n')
            wire.close()

    run(main())


def test_a_refused_request_is_answered_when_its_denial_is_durable() -> None:
    from comity.terms.citations import Citation
    from comity.terms.refusal import Refusal, Refused

    rule = Citation("eu.gdpr/transfer", "GDPR", "Art. 44", "statute", "no transfer", "choose a place")

    async def main() -> None:
        async with House() as house:
            house.gate.refusal = Refusal(
                "forbidden", "paris is forbidden", "a" * 64, "b" * 64, (Refused("paris", (rule,)),)
            )
            house.log.held = True
            wire = await house.connect()
            await wire.send(chat())
            await until(lambda: house.log.pending)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(SOON):
                    await wire.reader.read(1)
            house.log.held = False
            house.log.release()
            response = await wire.response()
            assert response.status == 451
            assert response.headers["comity-receipt"] == "memory001.0"
            assert house.log.kept[0].kind == "denial"
            assert house.upstream.connections == 0
            wire.close()

    run(main())


def test_the_intent_of_a_client_that_left_while_it_was_entered_has_an_aborted_outcome() -> None:
    async def main() -> None:
        async with House() as house:
            house.log.held = True
            wire = await house.connect()
            await wire.send(chat())
            await until(lambda: house.log.pending)
            wire.vanish()
            await until(lambda: not house.port.inbounds)
            house.log.held = False
            house.log.release()
            outcome = await house.outcome()
            assert outcome.content["finish"] == "aborted"
            assert outcome.decision["attempts"] == []
            assert house.upstream.connections == 0

    run(main())


def test_an_error_answer_is_held_too() -> None:
    async def main() -> None:
        async with House() as house:
            house.upstream.otherwise = status(500)
            _hold_the_outcome(house)
            wire = await house.connect()
            await wire.send(chat())
            await until(lambda: len(house.log.kept) == 2)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(SOON):
                    await wire.reader.read(1)
            house.log.held = False
            house.log.release()
            response = await wire.response()
            assert response.status == 502
            assert response.headers["comity-receipt"] == "memory001.0"
            wire.close()

    run(main())
