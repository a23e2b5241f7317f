"""Limits and budgets, sessions and timeouts: what a request's head and its tenant's shares say about it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec
import pytest

from comity.relay.exchange import Exchange
from comity.relay.ports import Admission, Limited
from comity.relay.record import session
from comity.testing.gate import TENANT
from comity.testing.upstream import chat, events, silence, slow, status, stream
from tests.adapters.http.house import House, run, until
from tests.adapters.http.house import chat as request


class Share:
    """An admission that remembers what became of it."""

    headers = b"x-ratelimit-remaining-requests: 7\r\n"

    def __init__(self) -> None:
        self.settled: list[tuple[int, int]] = []
        self.released = 0

    def settle(self, tokens: int, cost: int, now: int) -> None:
        self.settled.append((tokens, cost))

    def release(self, now: int) -> None:
        self.released += 1


class Later:
    """Shares that have to be fetched."""

    def __init__(self, house: House) -> None:
        self.waiting: list[Callable[[Admission | Limited], None]] = []
        house.gate.admit = self.admit  # type: ignore[method-assign, assignment]

    def admit(
        self, exchange: Exchange, placement: object, now: int, ready: Callable[[Admission | Limited], None]
    ) -> None:
        self.waiting.append(ready)


LIMITED = Limited("Too many.", "rate_limit_exceeded", 1500, b"x-ratelimit-remaining-requests: 0\r\n")


def test_a_used_up_limit_is_a_429_and_nothing_is_entered_or_sent() -> None:
    async def main() -> None:
        async with House() as house:
            house.gate.limited = LIMITED
            response = await house.ask()
            assert response.status == 429
            assert response.error["code"] == "rate_limit_exceeded"
            assert response.headers["retry-after"] == "2"
            assert response.headers["x-ratelimit-remaining-requests"] == "0"
            assert not house.log.kept
            assert not house.upstream.requests
            assert house.port.counts.limited == 1
            house.gate.limited = msgspec.structs.replace(LIMITED, retry_after_ms=0)
            assert "retry-after" not in (await house.ask()).headers

    run(main())


@pytest.mark.parametrize("streams", [False, True])
def test_what_a_request_took_is_settled_and_its_limits_are_shown(streams: bool) -> None:
    async def main() -> None:
        async with House() as house:
            share = house.gate.admission = Share()
            house.gate.reached["paris"] = house.target(
                "paris", house.upstream.port, price_in=200, price_out=600, currency="EUR"
            )
            response = await house.ask(stream=streams)
            assert response.headers["x-ratelimit-remaining-requests"] == "7"
            outcome = await house.outcome()
            assert share.settled == ([(-1, -1)] if streams else [(10, 7 * 200 + 3 * 600)])
            if not streams:
                assert outcome.content["cost"] == {"amount": 3200, "currency": "EUR"}
            assert not share.released

    run(main())


def test_a_share_that_nobody_used_is_given_back() -> None:
    async def main() -> None:
        async with House() as house:
            share = house.gate.admission = Share()
            house.upstream.otherwise = status(500)
            assert (await house.ask()).status == 502
            assert share.released == 1
            house.log.full = True
            assert (await house.ask()).status == 503
            assert share.released == 2
            house.log.full = False
            assert not share.settled

    run(main())


def test_a_share_that_has_to_be_fetched_is_waited_for() -> None:
    async def main() -> None:
        async with House() as house:
            later, share = Later(house), Share()
            asking = asyncio.ensure_future(house.ask())
            await until(lambda: later.waiting)
            assert not house.log.kept
            later.waiting.pop()(share)
            assert (await asking).status == 200
            assert len(share.settled) == 1
            asking = asyncio.ensure_future(house.ask())
            await until(lambda: later.waiting)
            later.waiting.pop()(LIMITED)
            assert (await asking).status == 429

    run(main())


def test_a_share_that_comes_when_the_client_has_left_is_given_back_and_nothing_is_sent() -> None:
    async def main() -> None:
        async with House() as house:
            later, share = Later(house), Share()
            wire = await house.connect()
            await wire.send(request())
            await until(lambda: later.waiting)
            wire.vanish()
            await until(lambda: not house.port.inbounds)
            later.waiting.pop()(share)
            assert share.released == 1
            assert not house.log.kept
            assert not house.upstream.requests

    run(main())


@pytest.mark.parametrize("comes", ["share", "refusal"])
def test_a_request_whose_time_is_over_while_it_waits_is_told_so_then(comes: str) -> None:
    async def main() -> None:
        async with House() as house:
            later, share = Later(house), Share()
            response = await house.ask(headers="comity-timeout: 0.05\r\n")
            assert response.status == 504
            assert "was over before" in response.error["message"]
            later.waiting.pop()(share if comes == "share" else LIMITED)
            assert share.released == (comes == "share")
            assert not house.log.kept
            assert not house.upstream.requests
            assert house.port.counts.limited == 0

    run(main())


@pytest.mark.parametrize(
    ("how", "result"),
    [("leaves", "aborted"), ("timeout", "broken"), ("429", "limited"), ("503", "broken"), ("unseen", "unwitnessed")],
)
def test_every_request_that_waited_is_counted_once(how: str, result: str) -> None:
    answers = {
        "429": LIMITED,
        "503": Limited("Erased.", "not_ready", status=503),
        "unseen": Limited("Unseen.", "not_witnessed", status=503),
    }

    async def main() -> None:
        async with House() as house:
            later = Later(house)
            wire = await house.connect()
            await wire.send(request(headers="comity-timeout: 0.05\r\n" if how == "timeout" else ""))
            await until(lambda: later.waiting)
            if how in answers:
                later.waiting.pop()(answers[how])
            if how == "leaves":
                wire.vanish()
                await until(lambda: not house.port.inbounds)
            else:
                await wire.response()
                wire.close()
            counts = house.port.counts
            results = ("answered", "denied", "bad", "limited", "broken", "aborted", "unwitnessed")
            assert {name: each for name in results if (each := getattr(counts, name))} == {result: 1}
            assert counts.requests == 1

    run(main())


@pytest.mark.parametrize("how", ["leaves", "timeout"])
def test_what_a_deployment_was_at_work_on_is_not_given_back(how: str) -> None:
    """Or a caller could have any number of prompts read, by leaving each time."""

    async def main() -> None:
        async with House() as house:
            share = house.gate.admission = Share()
            house.upstream.otherwise = silence()
            wire = await house.connect()
            await wire.send(request(headers="comity-timeout: 0.05\r\n" if how == "timeout" else ""))
            await until(lambda: house.upstream.requests)
            if how == "timeout":
                await wire.response()
            wire.vanish()
            await house.outcome()
            assert (share.settled, share.released) == ([(-1, -1)], 0)

    run(main())


def test_a_stream_that_is_cut_by_its_own_timeout_is_counted_by_its_events() -> None:
    async def main() -> None:
        async with House() as house:
            share = house.gate.admission = Share()
            house.upstream.otherwise = stream(events(["It"] * 9), gate=asyncio.Event(), after=9)
            response = await house.ask(stream=True, headers="comity-timeout: 0.2\r\n")
            assert response.status == 200
            assert (await house.outcome()).content["usage"]["estimated"]
            ((tokens, _),) = share.settled
            assert tokens >= 9

    run(main())


def test_a_request_that_cannot_be_entered_holds_no_share() -> None:
    async def main() -> None:
        async with House() as house:
            share = house.gate.admission = Share()

            class Broken:
                def intent(self, *_: object) -> None:
                    raise ValueError("a block that is too long")

            house.port.recorder = Broken()  # type: ignore[assignment]
            told = []
            house.port.loop.set_exception_handler(lambda _, context: told.append(context))
            assert (await house.ask()).status == 500
            assert share.released == 1
            later = Later(house)
            wire = await house.connect()
            await wire.send(request())
            await until(lambda: later.waiting)
            later.waiting.pop()(share)
            assert not (await wire.response()).complete
            wire.close()
            assert share.released == 2
            assert len(told) == 2
            assert not house.upstream.requests

    run(main())


def test_a_session_is_entered_as_a_commitment_and_never_by_name() -> None:
    async def main() -> None:
        async with House() as house:
            response = await house.ask(headers="comity-session: agent-7\r\n")
            assert response.status == 200
            intent = house.log.kept[0]
            assert intent.content["session"] == session(TENANT, b"agent-7")
            assert "agent-7" not in str(house.log.kept)
            assert "comity-session" not in house.upstream.requests[0].headers
            response = await house.ask(headers=f"comity-session: {'x' * 300}\r\n")
            assert response.status == 400

    run(main())


def test_a_request_may_take_less_time_than_it_might() -> None:
    async def main() -> None:
        async with House() as house:
            house.upstream.otherwise = silence()
            response = await house.ask(headers="comity-timeout: 0.05\r\n")
            assert response.status == 504
            assert (await house.outcome()).decision["attempts"][0]["result"] == "timeout"
            gate = asyncio.Event()
            house.upstream.otherwise = slow(chat("In time."), gate)
            asking = asyncio.ensure_future(house.ask(headers="comity-timeout: 999999\r\n"))
            await until(lambda: len(house.upstream.requests) == 2)
            most = house.port.now() + house.limits.request_seconds
            assert all(inbound.deadline <= most for inbound in house.port.inbounds)
            gate.set()
            assert (await asking).status == 200

    run(main())


@pytest.mark.parametrize("said", ["", "soon", "-1", "1e3", "1.2345", "9999999", "inf"])
def test_a_timeout_is_a_number_of_seconds(said: str) -> None:
    async def main() -> None:
        async with House() as house:
            response = await house.ask(headers=f"comity-timeout: {said}\r\n")
            assert response.status == 400
            assert response.error["param"] == "Comity-Timeout"

    run(main())


def test_keys_as_each_client_sends_them() -> None:
    async def main() -> None:
        async with House() as house:
            for line in ("authorization: Bearer sk-test", "x-api-key: sk-test", "api-key: sk-test"):
                wire = await house.connect()
                await wire.send(request().replace(b"authorization: Bearer sk-test", line.encode()))
                assert (await wire.response()).status == 200
                wire.close()

    run(main())


def test_a_token_is_as_long_as_its_issuer_makes_it() -> None:
    async def main() -> None:
        async with House() as house:
            token = "ey" + "x" * 5_000
            house.gate.tenants[token.encode()] = TENANT
            assert (await house.ask(key=token)).status == 200
            assert (await house.ask(key=token[:512])).status == 401

    run(main())


def test_a_watcher_is_told_of_each_request_when_it_is_over() -> None:
    class Watcher:
        def __init__(self) -> None:
            self.told: list[tuple[str, str]] = []

        def finished(self, exchange: Exchange, now: int) -> None:
            self.told.append((exchange.state, exchange.finish))

    async def main() -> None:
        async with House() as house:
            watcher = house.port.watcher = Watcher()
            await house.ask()
            house.upstream.answers.append(status(500))
            await house.ask()
            assert watcher.told == [("SEALED", "stop"), ("BROKEN", "error")]

    run(main())
