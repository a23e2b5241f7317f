"""Hedges, rounds, draining: more attempts, and none outside the placement."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import msgspec
import pytest

from comity.adapters.http.limits import Limits
from comity.relay.target import Timeouts
from comity.stack.operation import Hedge, Routing
from comity.testing.upstream import Answer, chat, completion, raw, silence, slow, status, stream, whole
from tests.adapters.http.house import House, run, until
from tests.adapters.http.house import chat as request

SOON = 0.01
QUICK = Routing(retries=2, backoff=SOON, longest_backoff=0.05)
HEDGED = Routing(retries=0, hedge=Hedge(after=SOON))


def attempts(outcome: Any) -> list[tuple[str, str, bool]]:
    return [(one["deployment"], one["result"], one.get("hedged", False)) for one in outcome.decision["attempts"]]


@pytest.mark.parametrize("streams", [False, True])
def test_a_hedge_answers_first_and_the_slow_one_is_let_go(streams: bool) -> None:
    async def main() -> None:
        async with House(("paris",), ("lyon",)) as house:
            house.gate.routing = HEDGED
            house.upstreams["paris"].otherwise = silence()
            response = await house.ask(stream=streams)
            assert response.status == 200
            assert response.complete
            assert response.headers["comity-deployment"] == "lyon"
            assert attempts(await house.outcome()) == [("paris", "cancelled", False), ("lyon", "ok", True)]
            await house.upstreams["paris"].left.wait()
            assert house.port.counts.failovers == 0

    run(main())


def test_a_first_that_answers_after_the_hedge_began_wins_all_the_same() -> None:
    async def main() -> None:
        async with House(("paris",), ("lyon",)) as house:
            house.gate.routing = HEDGED
            gate = asyncio.Event()
            house.upstreams["paris"].otherwise = slow(chat("First."), gate)
            house.upstreams["lyon"].otherwise = silence()
            asking = asyncio.ensure_future(house.ask())
            await house.upstreams["lyon"].arrived.wait()
            gate.set()
            response = await asking
            assert b"First." in response.body
            assert attempts(await house.outcome()) == [("paris", "ok", False), ("lyon", "cancelled", True)]

    run(main())


def test_no_hedge_where_nobody_else_may_answer_or_the_answer_has_begun() -> None:
    async def main() -> None:
        async with House(("paris",)) as house:
            house.gate.routing = HEDGED
            gate = asyncio.Event()
            house.upstream.answers.append(slow(chat("Late."), gate))
            asking = asyncio.ensure_future(house.ask())
            await house.upstream.arrived.wait()
            await asyncio.sleep(SOON * 3)
            gate.set()
            assert b"Late." in (await asking).body
            assert attempts(await house.outcome()) == [("paris", "ok", False)]
        async with House(("paris",), ("lyon",)) as house:
            house.gate.routing = HEDGED
            gate = asyncio.Event()
            house.upstream.answers.append(stream([b"data: {}\n\n"] * 2 + [b"data: [DONE]\n\n"], gate=gate))
            asking = asyncio.ensure_future(house.ask(stream=True))
            await house.upstream.arrived.wait()
            await asyncio.sleep(SOON * 3)
            gate.set()
            assert (await asking).complete
            assert not house.upstreams["lyon"].requests

    run(main())


def test_both_fail_and_one_error_is_told() -> None:
    async def main() -> None:
        async with House(("paris",), ("lyon",), timeouts=Timeouts(first_byte=0.05)) as house:
            house.gate.routing = HEDGED
            for upstream in house.upstreams.values():
                upstream.otherwise = silence()
            assert (await house.ask()).status == 504
            assert attempts(await house.outcome()) == [("paris", "timeout", False), ("lyon", "timeout", True)]

    run(main())


def test_the_client_leaves_while_two_are_under_way() -> None:
    async def main() -> None:
        async with House(("paris",), ("lyon",)) as house:
            house.gate.routing = HEDGED
            for upstream in house.upstreams.values():
                upstream.otherwise = silence()
            wire = await house.connect()
            await wire.send(request())
            await house.upstreams["lyon"].arrived.wait()
            wire.vanish()
            outcome = await house.outcome()
            assert outcome.content["finish"] == "aborted"
            assert {result for _, result, _ in attempts(outcome)} == {"cancelled"}
            await house.upstreams["paris"].left.wait()
            await house.upstreams["lyon"].left.wait()

    run(main())


@pytest.mark.parametrize(("answer", "result"), [(status(500), "status"), (status(503), "status"), (raw(b""), "broken")])
def test_when_all_failed_they_are_asked_again_after_a_while(answer: Answer, result: str) -> None:
    async def main() -> None:
        async with House(("paris",), ("lyon",)) as house:
            house.gate.routing = QUICK
            for upstream in house.upstreams.values():
                upstream.answers.append(answer)
            assert (await house.ask()).status == 200
            results = [(name, result) for name, result, _ in attempts(await house.outcome())]
            assert results == [("paris", result), ("lyon", result), ("paris", "ok")]

    run(main())


@pytest.mark.parametrize(("code", "told"), [(429, 503), (529, 503)])
def test_without_room_it_is_left_alone_for_a_second_if_it_does_not_say_how_long(code: int, told: int) -> None:
    async def main() -> None:
        async with House() as house:
            house.gate.routing = QUICK  # nobody waits a second here
            house.upstream.answers.append(status(code))
            assert (await house.ask()).status == told
            assert len(house.upstream.requests) == 1

    run(main())


def test_a_client_is_told_when_the_first_candidate_will_have_room() -> None:
    async def main() -> None:
        async with House(("paris",), ("lyon",)) as house:
            house.upstreams["paris"].otherwise = status(429, headers="retry-after: 55\r\n")
            house.upstreams["lyon"].otherwise = status(429, headers="retry-after: 20\r\n")
            response = await house.ask()
            assert response.status == 503
            assert 19 <= int(response.headers["retry-after"]) <= 20

    run(main())


@pytest.mark.parametrize(("answer", "asked"), [(status(401), 1), (whole(b"", code=307), 1), (status(500), 3)])
def test_what_does_not_pass_is_not_asked_again(answer: Answer, asked: int) -> None:
    async def main() -> None:
        async with House() as house:
            house.gate.routing = QUICK
            house.upstream.otherwise = answer
            assert (await house.ask()).status == 502
            assert len(house.upstream.requests) == asked
            await until(lambda: house.outcomes())
            assert len(house.outcomes()) == 1

    run(main())


def test_retry_after_is_waited_for_if_it_is_short() -> None:
    async def main() -> None:
        async with House() as house:
            house.gate.routing = msgspec.structs.replace(QUICK, longest_backoff=2.0)
            house.upstream.answers.append(status(429, headers="retry-after: 0.05\r\n"))
            response = await house.ask()
            assert response.status == 200
            first, second = (await house.outcome()).decision["attempts"]
            assert second["started"] - first["finished"] >= 49
            house.upstream.answers.append(status(503, headers="retry-after: 3600\r\n"))
            assert (await house.ask()).status == 503
            assert len(house.upstream.requests) == 3

    run(main())


@pytest.mark.parametrize("leaves", [False, True])
def test_the_time_is_over_or_the_client_gone_while_a_round_is_waited_for(leaves: bool) -> None:
    async def main() -> None:
        limits = Limits(sweep_seconds=0.01, request_seconds=5.0 if leaves else 0.1)
        async with House(limits=limits) as house:
            house.gate.routing = Routing(retries=5, backoff=3.0)
            house.upstream.otherwise = status(500)
            wire = await house.connect()
            await wire.send(request())
            await until(lambda: house.port.live and house.port.live["paris"].failures == 1)
            if leaves:
                wire.vanish()
            else:
                assert (await wire.response()).status == 504
                wire.close()
            outcome = await house.outcome()
            assert outcome.content["finish"] == ("aborted" if leaves else "error")
            assert len(house.upstream.requests) == 1

    run(main())


def test_a_draining_deployment_ends_what_it_has_and_gets_nothing_new() -> None:
    async def main() -> None:
        async with House(("paris",), ("lyon",)) as house:
            gate = asyncio.Event()
            house.upstreams["paris"].answers.append(slow(chat("Ends."), gate))
            asking = asyncio.ensure_future(house.ask())
            await house.upstreams["paris"].arrived.wait()
            old = house.gate.reached["paris"]
            house.gate.reached["paris"] = msgspec.structs.replace(old, draining=True)
            assert (await house.ask()).headers["comity-deployment"] == "lyon"
            gate.set()
            assert b"Ends." in (await asking).body
            assert len(house.upstreams["paris"].requests) == 1
            del house.gate.reached["lyon"]
            assert (await house.ask()).status == 503

    run(main())


@pytest.mark.parametrize("seed", range(12))
def test_no_attempt_leaves_the_placement_whatever_fails(seed: int) -> None:
    """A seeded faulty world: some deployments are placed, others stand by and must hear nothing."""
    draws = random.Random(seed)
    faults: list[Answer] = [
        status(500), status(429), status(503, headers="retry-after: 0.01\r\n"), status(401), raw(b""), raw(b"x\r\n\r\n"),
        whole(b"", code=302, headers="location: http://127.0.0.1:1/\r\n"), silence(), chat("Yes."), chat("Yes."),
        raw(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n" + completion()),
    ]  # fmt: skip

    async def main() -> None:
        names = [f"d{number}" for number in range(6)]
        async with House(tuple(names), timeouts=Timeouts(first_byte=0.05, idle=0.05)) as house:
            house.gate.routing = Routing(
                retries=2, backoff=SOON, longest_backoff=0.03, hedge=Hedge(after=SOON) if seed % 2 else None
            )
            for upstream in house.upstreams.values():
                upstream.answers.extend(draws.choice(faults) for _ in range(40))
            for _ in range(8):
                placed = draws.sample(names, 3)
                house.gate.tiers = (tuple(placed[:2]), tuple(placed[2:]))
                before = {name: len(upstream.requests) for name, upstream in house.upstreams.items()}
                await asyncio.gather(*(house.ask(stream=draws.random() < 0.5) for _ in range(3)))
                for name in set(names) - set(placed):
                    assert len(house.upstreams[name].requests) == before[name]
            for outcome in house.outcomes():
                placed_then = {name for tier in _intent(house, outcome).decision["tiers"] for name in tier}
                assert {name for name, _, _ in attempts(outcome)} <= placed_then

    run(main())


def _intent(house: House, outcome: Any) -> Any:
    return house.log.kept[outcome.intent]
