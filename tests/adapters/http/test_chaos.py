"""Many requests at once, with every fault that the doubles know, clients that leave, and a log that stalls."""

from __future__ import annotations

import asyncio
import random

import pytest

from comity.adapters.http.limits import Limits
from comity.relay.target import Timeouts
from comity.testing.upstream import Answer, chat, events, raw, silence, slow, status, stream
from tests.adapters.http.house import House, Wire, run
from tests.adapters.http.house import chat as asks
from tests.adapters.http.test_failover import NO_ANSWERS
from tests.adapters.http.test_streams import BROKEN, WHOLE

REQUESTS = 150
AT_ONCE = 15


def _faults(gate: asyncio.Event) -> list[Answer]:
    return [
        *(answer for answer, _, _ in NO_ANSWERS.values()),
        *BROKEN.values(),
        *WHOLE.values(),
        *[chat("Yes.")] * 10,
        silence(),
        slow(chat("Yes."), gate),
        stream(events(["one", "two"]), gate=gate),
        status(404),
        raw(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"),
    ]


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_every_intent_has_one_outcome_and_no_answer_ends_without_it(seed: int) -> None:
    dice = random.Random(seed)

    async def one(house: House) -> None:
        wire = await house.connect()
        streams = dice.random() < 0.5
        await wire.send(asks(stream=streams))
        if dice.random() < 0.3:
            await asyncio.sleep(dice.random() * 0.03)
            wire.vanish()
            return
        await _check(house, wire)
        wire.close()

    async def _check(house: House, wire: Wire) -> None:
        response = await wire.response()
        receipt = response.headers.get("comity-receipt")
        if not receipt:
            return
        ended = b"data: [DONE]" in response.body or (response.complete and "content-length" in response.headers)
        outcomes = [entry for entry in house.log.kept if entry.intent == int(receipt.partition(".")[2])]
        assert len(outcomes) == 1 or not ended
        if b"data: [DONE]" in response.body:
            assert outcomes[0].content["finish"] in ("stop", "error")

    async def stalls(house: House) -> None:
        while True:
            await asyncio.sleep(dice.random() * 0.02)
            house.log.held = not house.log.held
            if not house.log.held:
                house.log.release()

    async def main() -> None:
        limits = Limits(sweep_seconds=0.01, request_seconds=0.4)
        async with House(
            ("paris", "lyon"), ("brest",), limits=limits, timeouts=Timeouts(first_byte=0.1, idle=0.1)
        ) as house:
            outside = await house.add("ashburn")
            gate = asyncio.Event()
            faults = _faults(gate)
            for upstream in house.upstreams.values():
                upstream.answers.extend(dice.choices(faults, k=REQUESTS * 2))
            stalling = asyncio.ensure_future(stalls(house))
            for _ in range(0, REQUESTS, AT_ONCE):
                await asyncio.gather(*(one(house) for _ in range(AT_ONCE)))
                gate.set() if dice.random() < 0.5 else gate.clear()
            stalling.cancel()
            assert outside.connections == 0
            house.log.held = False
            house.log.release()
            counts = house.port.counts
            assert counts.requests >= REQUESTS * 0.6

    run(main())
