"""What stands in a request is looked at before anything is decided, wherever it stands; the log has classes and counts."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from comity.detect.wanted import DETECTORS, Looks
from comity.law.case import Addition
from comity.testing.gate import KEY, TENANT
from tests.adapters.http.house import House, run

AADHAAR = "2341 2341 2346"
ALL = Looks(tuple(sorted(DETECTORS)))
USER = {"role": "user", "content": "hello"}
BODIES = [
    {"messages": [{"role": "user", "content": f"Aadhaar {AADHAAR}"}]},
    {"messages": [{"role": "system", "content": f"Aadhaar {AADHAAR}"}, USER]},
    {"messages": [{"role": "user", "content": [{"type": "text", "text": f"it is {AADHAAR}"}]}]},
    {
        "messages": [
            USER,
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {"id": "c", "type": "function", "function": {"name": "f", "arguments": json.dumps({"id": AADHAAR})}}
                ],
            },
            {"role": "tool", "tool_call_id": "c", "content": "ok"},
        ]
    },
    {
        "messages": [
            USER,
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
            },
            {"role": "tool", "tool_call_id": "c", "content": json.dumps({"rows": [{"id": AADHAAR}]})},
        ]
    },
    {
        "messages": [USER],
        "tools": [{"type": "function", "function": {"name": "f", "description": f"e.g. {AADHAAR}", "parameters": {}}}],
    },
    {"messages": [USER], "metadata": {"who": AADHAAR}},
    {"messages": [USER], "stream": True, "stop": [AADHAAR]},
]


class Watching(House):
    """A house that notes what the gate was asked with."""

    def __init__(self, looks: Looks | None = ALL) -> None:
        super().__init__()
        self.gate.tenants[KEY] = replace(TENANT, looks=looks)
        self.asked: list[Addition] = []
        place = self.gate.place

        def noted(tenant, addition, wish, operation, now):
            self.asked.append(addition)
            return place(tenant, addition, wish, operation, now)

        self.gate.place = noted  # type: ignore[method-assign]

    @property
    def detected(self) -> dict[str, object] | None:
        (intent,) = [kept for kept in self.log.kept if kept.kind == "intent"]
        return intent.content.get("detected")


@pytest.mark.parametrize("more", BODIES)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_every_part_is_looked_at(more: dict[str, object], ascii_only: bool) -> None:
    async def main() -> None:
        async with Watching() as house:
            body = json.dumps({"model": "civic-tiny", **more}, ensure_ascii=ascii_only).encode()
            assert (await house.ask(body)).status == 200
            assert house.asked[-1] == Addition(("identity",), ("IN",))
            detected = house.detected
            assert detected is not None
            assert detected["found"] == [{"count": 1, "data": "identity"}]
            assert detected["subjects"] == ["IN"] and detected["looked"] == list(ALL.find)
            for kept in house.log.kept:
                assert AADHAAR not in json.dumps([kept.party, kept.decision, kept.content])

    run(main())


def test_who_does_not_ask_is_not_looked_at() -> None:
    async def main() -> None:
        async with Watching(None) as house:
            await house.ask({"model": "civic-tiny", **BODIES[0]})
            assert house.asked == [Addition()] and house.detected is None

    run(main())


def test_nothing_found_is_entered_as_that() -> None:
    async def main() -> None:
        async with Watching() as house:
            await house.ask(
                {
                    "model": "civic-tiny",
                    "messages": [{"role": "user", "content": "What is it that you do for the town?"}],
                }
            )
            assert house.asked == [Addition()]
            assert house.detected == {"looked": list(ALL.find), "version": "1", "language": "en"}
            assert house.gate.wishes[-1].language == "en"

    run(main())


def test_headers_count_besides() -> None:
    async def main() -> None:
        async with Watching() as house:
            await house.ask(
                {"model": "civic-tiny", **BODIES[0]}, headers="comity-data: health\r\ncomity-subjects: DE\r\n"
            )
            assert house.asked == [Addition(("health", "identity"), ("DE", "IN"))]

    run(main())


def test_a_long_text_is_looked_at_in_turns_and_whole() -> None:
    async def main() -> None:
        async with Watching() as house:
            content = "the committee met " * 20_000 + AADHAAR + " and so on" * 20_000
            answer = await house.ask({"model": "civic-tiny", "messages": [{"role": "user", "content": content}]})
            assert answer.status == 200
            assert house.asked == [Addition(("identity",), ("IN",))]

    run(main())


@pytest.mark.parametrize(("beyond", "status"), [("refuse", 413), ("raise", 200)])
def test_what_is_longer_is_refused_or_taken_for_the_worst(beyond: str, status: int) -> None:
    async def main() -> None:
        async with Watching(Looks(("health", "identifiers"), 2048, beyond)) as house:  # type: ignore[arg-type]
            answer = await house.ask({"model": "civic-tiny", "messages": [{"role": "user", "content": "word " * 1000}]})
            assert answer.status == status
            if status == 413:
                assert answer.error["code"] == "text_too_long" and not house.log.kept and not house.asked
                assert not house.upstream.requests
            else:
                assert house.asked == [Addition(("health", "identity"))]
                assert house.detected is not None and house.detected["beyond"] is True

    run(main())


def test_whoever_leaves_while_it_is_looked_at_is_sent_nowhere() -> None:
    async def main() -> None:
        async with Watching() as house:
            wire = await house.connect()
            body = json.dumps(
                {"model": "civic-tiny", "messages": [{"role": "user", "content": "word 12345 " * 80_000}]}
            ).encode()
            head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-test\r\ncontent-length: {len(body)}\r\n\r\n"
            await wire.send(head.encode() + body)
            while not house.port.in_flight:
                await __import__("asyncio").sleep(0)
            wire.close()
            while house.port.in_flight:
                await __import__("asyncio").sleep(0.002)
            assert len(house.upstream.requests) <= 1

    run(main())
