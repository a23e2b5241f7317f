"""Exact answers: the same bytes of the same application, and only from a deployment that may answer now."""

from __future__ import annotations

import msgspec

from comity.stack.operation import Cache
from comity.testing.gate import TENANT
from comity.testing.upstream import chat, status
from tests.adapters.http.house import House, run

KEPT = Cache(seconds=60.0, entries=10)


def test_an_equal_request_gets_the_answer_again_and_its_entry_says_so() -> None:
    async def main() -> None:
        async with House() as house:
            house.gate.kept = KEPT
            first = await house.ask()
            again = await house.ask()
            assert again.status == 200
            assert again.body == first.body
            assert again.headers["comity-receipt"] != first.headers["comity-receipt"]
            assert again.headers["comity-deployment"] == "paris"
            assert len(house.upstream.requests) == 1
            assert house.port.counts.cached == 1
            intent, outcome, second, recalled = house.log.kept
            assert recalled.decision == {
                "attempts": [], "cached": 0, "deployment": "paris", "durability": "strict",
            }  # fmt: skip
            assert intent.kind == second.kind == "intent"
            assert recalled.content["finish"] == outcome.content["finish"] == "stop"
            assert "usage" not in recalled.content
            assert "started" not in recalled.content["times"]

    run(main())


def test_what_is_not_equal_is_asked() -> None:
    async def main() -> None:
        async with House() as house:
            house.gate.kept = KEPT
            house.gate.tenants[b"sk-other"] = msgspec.structs.replace(TENANT, application="other")
            await house.ask()
            await house.ask(temperature=1)
            await house.ask(key="sk-other")
            await house.ask(stream=True)
            await house.ask(stream=True)
            assert len(house.upstream.requests) == 5
            house.gate.kept = None
            await house.ask()
            assert len(house.upstream.requests) == 6

    run(main())


def test_what_was_asked_under_a_ref_is_kept_for_nobody_and_what_was_erased_is_not_given_again() -> None:
    async def main() -> None:
        async with House() as house:
            house.gate.kept = KEPT
            await house.ask(temperature=1)
            await house.ask(headers="Comity-Erasure-Ref: patient-7\r\n")
            await house.ask()
            assert len(house.upstream.requests) == 3
            house.port.memory.forget("other")
            await house.ask()
            assert len(house.upstream.requests) == 3
            house.port.memory.forget("triage")
            await house.ask()
            assert len(house.upstream.requests) == 4

    run(main())


def test_an_answer_of_a_deployment_that_may_not_answer_any_more_is_not_given() -> None:
    async def main() -> None:
        async with House(("paris",), ("lyon",)) as house:
            house.gate.kept = KEPT
            await house.ask()
            house.gate.tiers = (("lyon",),)
            house.upstreams["lyon"].otherwise = chat("From Lyon.")
            assert b"From Lyon." in (await house.ask()).body

    run(main())


def test_errors_are_not_kept_and_answers_not_for_ever() -> None:
    async def main() -> None:
        async with House() as house:
            house.gate.kept = msgspec.structs.replace(KEPT, seconds=0.001)
            house.upstream.answers.append(status(400))
            assert (await house.ask()).status == 400
            assert (await house.ask()).status == 200
            now = house.port.clock()
            while house.port.clock() <= now + 1:
                pass
            await house.ask()
            assert len(house.upstream.requests) == 3

    run(main())
