"""Fail-over goes down the placement, before the first byte only, and every attempt is entered."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Any

import pytest

from comity.relay.target import Timeouts
from comity.testing.upstream import Answer, Request, completion, raw, reset, silence, status, trickle, whole
from tests.adapters.http.house import House, run, until

BROKEN_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
TOO_MANY = "".join(f"x-{number}: y\r\n" for number in range(300))
NO_ANSWERS: dict[str, tuple[Answer, str, int | None]] = {
    "error status": (status(500), "status", 500),
    "overloaded": (status(503), "status", 503),
    "no share of the capacity": (status(429), "status", 429),
    "key not known": (status(401), "status", 401),
    "key not allowed": (status(403), "status", 403),
    "redirect": (whole(b"", code=307, headers="location: http://127.0.0.1:1/\r\n"), "invalid", 307),
    "closed before an answer": (raw(b""), "broken", None),
    "reset before an answer": (reset(), "broken", None),
    "reset in the head": (reset(BROKEN_HEAD), "broken", None),
    "closed in the head": (raw(BROKEN_HEAD), "broken", None),
    "not HTTP": (raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), "invalid", None),
    "HTTP/2": (raw(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00"), "invalid", None),
    "coded": (whole(b"\x1f\x8b", headers="content-encoding: gzip\r\n"), "invalid", 200),
    "coded twice": (
        whole(b"\x1f\x8b", headers="content-encoding: gzip\r\ncontent-encoding: identity\r\n"), "invalid", 200,
    ),
    "coded on its way": (
        raw(BROKEN_HEAD + b"transfer-encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"), "invalid", 200,
    ),
    "not coded, it says": (raw(BROKEN_HEAD + b"transfer-encoding: identity\r\n\r\nx", keep=True), "invalid", 200),
    "no content": (raw(b"HTTP/1.1 204 None\r\ncontent-length: 1\r\n\r\nx"), "invalid", 204),
    "status of no class": (raw(b"HTTP/1.1 099 Odd\r\ncontent-length: 1\r\n\r\nx", keep=True), "invalid", None),
    "without a length": (raw(BROKEN_HEAD + b"\r\n" + completion()), "invalid", 200),
    "two lengths": (raw(BROKEN_HEAD + b"content-length: 5\r\ncontent-length: 6\r\n\r\n12345"), "invalid", None),
    "length and chunks": (
        raw(BROKEN_HEAD + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"), "invalid", None,
    ),
    "a huge head": (raw(BROKEN_HEAD + b"x-pad: " + b"y" * 100_000 + b"\r\n\r\n"), "invalid", None),
    "too many headers": (whole(completion(), headers=TOO_MANY), "invalid", None),
    "switching protocols": (raw(b"HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"), "invalid", None),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_what_is_no_answer_goes_on_to_the_next_candidate(name: str) -> None:
    answer, result, code = NO_ANSWERS[name]

    async def main() -> None:
        async with House(("paris",), ("lyon",)) as house:
            house.upstreams["paris"].otherwise = answer
            response = await house.ask()
            assert response.status == 200, response
            assert response.headers["comity-deployment"] == "lyon"
            first, second = (await house.outcome()).decision["attempts"]
            assert (first["deployment"], first["result"], first.get("status")) == ("paris", result, code)
            assert (second["deployment"], second["result"]) == ("lyon", "ok")
            assert house.upstreams["paris"].connections == 1

    run(main())


WHOLE = BROKEN_HEAD + b"content-length: %d\r\n\r\n" % len(completion()) + completion()


def test_an_answer_one_byte_at_a_time_is_the_same_answer() -> None:
    async def main() -> None:
        async with House() as house:
            for _ in range(2):
                house.upstream.answers.append(raw(WHOLE, keep=True))
                at_once = await house.ask()
                house.upstream.answers.append(trickle(WHOLE, keep=True))
                slowly = await house.ask()
                assert slowly.body == at_once.body == completion()
            assert house.upstream.connections == 1

    run(main())


LIES = {
    "shorter than it says": WHOLE[:-1],
    "longer than it says": WHOLE + b"x",
    "another answer behind it": WHOLE + WHOLE,
}


@pytest.mark.parametrize("name", LIES)
def test_an_answer_whose_length_is_a_lie_behind_one_whose_head_is_known(name: str) -> None:
    async def main() -> None:
        async with House() as house:
            for _ in range(2):
                house.upstream.answers.append(raw(WHOLE, keep=True))
                assert (await house.ask()).status == 200
            house.upstream.answers.append(raw(LIES[name]))
            response = await house.ask()
            assert response.status == (502 if name == "shorter than it says" else 200)
            house.upstream.answers.append(raw(WHOLE.replace(b"Yes.", b"Two."), keep=True))
            assert b"Two." in (await house.ask()).body  # never what lay behind the answer before it
            assert house.upstream.connections == 2

    run(main())


ENDS = [
    ([status(500)], 502),
    ([status(429)], 503),
    ([status(401)], 502),
    ([raw(b"")], 502),
    ([raw(b"nonsense\r\n\r\n")], 502),
]


@pytest.mark.parametrize(("answers", "expected"), ENDS)
def test_when_no_candidate_answers_the_client_is_told_so_and_the_outcome_says_error(
    answers: list[Answer], expected: int
) -> None:
    async def main() -> None:
        async with House(("paris", "lyon"), ("brest",)) as house:
            for upstream in house.upstreams.values():
                upstream.otherwise = answers[0]
            response = await house.ask()
            assert response.status == expected
            assert response.error["type"] == "server_error"
            assert ("retry-after" in response.headers) == (expected == 503)
            outcome = await house.outcome()
            assert outcome.content["finish"] == "error"
            assert outcome.content["status"] == expected
            assert "deployment" not in outcome.decision
            assert {attempt["deployment"] for attempt in outcome.decision["attempts"]} == {"paris", "lyon", "brest"}

    run(main())


def test_no_connection_anywhere_is_no_capacity() -> None:
    async def main() -> None:
        async with House(("paris",), ("lyon",)) as house:
            free = socket.socket()
            free.bind(("127.0.0.1", 0))  # bound and not listening: refused
            house.gate.reached["paris"] = house.target("paris", free.getsockname()[1])
            del house.gate.reached["lyon"]  # an embedded node that is down
            response = await house.ask()
            assert response.status == 503
            assert response.headers["retry-after"] == "1"
            attempts = (await house.outcome()).decision["attempts"]
            assert [attempt["result"] for attempt in attempts] == ["refused", "refused"]
            free.close()

    run(main())


def test_a_deployment_that_is_full_is_passed_over_and_when_all_are_full_there_is_no_capacity() -> None:
    async def main() -> None:
        async with House() as house:
            gate = asyncio.Event()
            from comity.testing.upstream import chat as says
            from comity.testing.upstream import slow

            house.gate.reached["paris"] = house.target("paris", house.upstream.port, connections=1)
            house.upstream.otherwise = slow(says("Yes."), gate)
            first = asyncio.ensure_future(house.ask())
            await until(lambda: house.upstream.requests)
            response = await house.ask()
            assert (response.status, response.headers["retry-after"]) == (503, "1")
            assert response.error["code"] == "no_capacity"
            gate.set()
            assert (await first).status == 200
            assert len(house.upstream.requests) == 1

    run(main())


@pytest.mark.parametrize("timeouts", [Timeouts(first_byte=0.02)])
def test_a_first_byte_that_does_not_come_goes_on_to_the_next(timeouts: Timeouts) -> None:
    async def main() -> None:
        async with House(("paris",), ("lyon",), timeouts=timeouts) as house:
            house.upstreams["paris"].otherwise = silence()
            house.gate.reached["lyon"] = house.target("lyon", house.upstreams["lyon"].port)
            response = await house.ask()
            assert response.headers["comity-deployment"] == "lyon"
            assert (await house.outcome()).decision["attempts"][0]["result"] == "timeout"
            await house.upstreams["paris"].left.wait()  # and the slow one is let go

    run(main())


def test_too_slow_everywhere_is_a_timeout() -> None:
    async def main() -> None:
        async with House(timeouts=Timeouts(first_byte=0.02)) as house:
            house.upstream.otherwise = silence()
            assert (await house.ask()).status == 504

    run(main())


def test_a_kept_connection_that_was_closed_meanwhile_is_tried_once_more_on_a_fresh_one() -> None:
    async def main() -> None:
        async with House(("paris",), ("lyon",)) as house:
            upstream = house.upstreams["paris"]
            await house.ask()
            upstream.answers.append(raw(b""))  # closes the kept connection instead of answering
            response = await house.ask()
            assert response.headers["comity-deployment"] == "paris"
            attempts = (await house.outcome()).decision["attempts"]
            assert [(attempt["deployment"], attempt["result"]) for attempt in attempts] == [
                ("paris", "broken"), ("paris", "ok"),
            ]  # fmt: skip
            upstream.answers.extend([raw(b""), raw(b"")])  # the fresh one too: then to the next
            assert (await house.ask()).headers["comity-deployment"] == "lyon"

    run(main())


def test_a_whole_answer_that_breaks_off_is_a_clean_error_and_no_other_is_tried() -> None:
    async def main() -> None:
        async with House(("paris",), ("lyon",)) as house:
            house.upstreams["paris"].otherwise = raw(BROKEN_HEAD + b"content-length: 500\r\n\r\n" + completion()[:90])
            response = await house.ask()
            assert (response.status, response.error["code"]) == (502, "upstream_broken")
            outcome = await house.outcome()
            assert outcome.content["finish"] == "error"
            assert [attempt["result"] for attempt in outcome.decision["attempts"]] == ["broken"]
            assert not house.upstreams["lyon"].requests

    run(main())


def test_an_upstream_may_say_100_or_103_before_it_answers() -> None:
    async def main() -> None:
        async with House() as house:
            body = completion()
            interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"
            head = BROKEN_HEAD + b"content-length: %d\r\n\r\n" % len(body)
            house.upstream.otherwise = raw(interim + head + body, keep=True)
            assert (await house.ask()).body == body

    run(main())


def test_trailers_that_never_end_end_the_answer() -> None:
    async def main() -> None:
        async with House() as house:
            endless = b"transfer-encoding: chunked\r\n\r\n1\r\n{\r\n0\r\nx-pad: " + b"y" * 900_000
            house.upstream.otherwise = raw(BROKEN_HEAD + endless, keep=True)
            assert (await house.ask()).error["code"] == "upstream_broken"

    run(main())


def test_a_connection_that_answered_before_it_was_asked_in_full_is_not_kept() -> None:
    """The rest of that body would be read as the next request."""
    seen: list[int] = []
    left: list[int] = []

    async def hasty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(0)
        await reader.readuntil(b"\r\n\r\n")
        seen[-1] += 1
        body = completion()
        writer.write(BROKEN_HEAD + b"content-length: %d\r\n\r\n" % len(body) + body)
        await until(lambda: len(seen) == 2 or writer.transport.is_closing())
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()
        left.append(0)

    async def main() -> None:
        server = await asyncio.start_server(hasty, "127.0.0.1", 0, limit=2**16)
        async with House() as house:
            house.gate.reached["paris"] = house.target("paris", server.sockets[0].getsockname()[1])
            assert (await house.ask(user="x" * 20_000_000)).status == 200
            assert (await house.ask()).status == 200
            assert len(seen) == 2
        await until(lambda: len(left) == len(seen))
        server.close()

    run(main())


def test_a_deployment_that_moved_is_not_asked_where_it_was() -> None:
    """Another may answer there by now: an embedded node that starts again takes any port."""

    async def main() -> None:
        async with House(("paris",)) as house:
            old, new = house.upstreams["paris"], await house.add("elsewhere")
            await house.ask()

            async def dies(request: Request, writer: asyncio.StreamWriter) -> bool:
                house.gate.reached["paris"] = house.target("paris", new.port)
                return False

            old.answers.append(dies)
            assert (await house.ask()).status == 200
            assert (len(old.requests), len(new.requests)) == (2, 1)

    run(main())


def test_a_deployment_that_moves_while_it_is_connected_to() -> None:
    async def main() -> None:
        async with House(("paris",), ("lyon",)) as house:
            moved = house.upstreams["lyon"]
            old = house.gate.reached["paris"]
            asked = []

            def targets(realm: str) -> Any:
                asked.append(realm)
                return {"paris": old} if len(asked) == 1 else house.gate.reached

            house.gate.reached["paris"] = house.target("paris", moved.port)
            house.gate.targets = targets  # type: ignore[method-assign]
            assert (await house.ask()).status == 200
            assert not house.upstreams["paris"].requests
            assert len(moved.requests) == 1
            attempts = (await house.outcome()).decision["attempts"]
            assert [(one["deployment"], one["result"]) for one in attempts] == [("paris", "refused"), ("paris", "ok")]

    run(main())


def test_an_answer_to_no_question_closes_the_connection() -> None:
    async def main() -> None:
        async with House() as house:
            body = completion()
            answer = BROKEN_HEAD + b"content-length: %d\r\n\r\n" % len(body) + body
            house.upstream.answers.append(raw(answer + answer.replace(b"Yes.", b"No!!"), keep=True))
            assert b"Yes." in (await house.ask()).body
            assert b"Yes." in (await house.ask()).body  # not the one that nobody had asked for
            assert house.upstream.connections == 2

    run(main())


def test_a_deployment_that_keeps_failing_rests() -> None:
    async def main() -> None:
        async with House(("paris",), ("lyon",)) as house:
            house.upstreams["paris"].otherwise = status(500)
            for _ in range(6):
                assert (await house.ask()).status == 200
            assert len(house.upstreams["paris"].requests) == 3

    run(main())


def test_whatever_fails_nothing_outside_the_placement_is_ever_asked() -> None:
    async def main(answers: list[Answer]) -> None:
        async with House(("paris", "lyon"), ("brest",), timeouts=Timeouts(first_byte=0.02)) as house:
            outside = await house.add("ashburn")  # reachable, and not in the placement
            for upstream, answer in zip(house.upstreams.values(), answers, strict=False):
                upstream.otherwise = answer
            await house.ask()
            assert outside.connections == 0

    faults: list[Any] = [*(answer for answer, _, _ in NO_ANSWERS.values()), silence()]
    for number in range(0, len(faults), 3):
        run(main(faults[number : number + 3]))
