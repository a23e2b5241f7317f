"""What was found does not reach the deployment, and the client never notices: whole, streaming, translated."""

from __future__ import annotations

import asyncio
import json

import pytest
from msgspec.structs import replace

from comity.detect.wanted import Looks
from comity.law.case import Addition
from comity.proof.commitment import commit
from comity.proof.shape import check_block
from comity.stack.types import Cache
from comity.testing.gate import KEY, TENANT
from comity.testing.upstream import Request, completion, events, stream, whole
from tests.adapters.http.house import House, chat, run
from tests.relay.pseudonymised import STREAMS, heard

FIND = ("contact", "financial", "identifiers")
MAIL, CARD = "alice.müller@example.com", "4111 1111 1111 1111"
TEXT = f'Write to {MAIL}; "the card" is {CARD}, and again {MAIL}.'
ASKED = {"model": "civic-tiny", "messages": [{"role": "user", "content": TEXT}]}


def said(request: Request) -> str:
    """What the request says last, in whichever dialect."""
    document = request.document
    last = (document.get("messages") or document.get("input"))[-1]["content"]
    return last if isinstance(last, str) else last[0]["text"]


def by_threes(text: str) -> list[str]:
    return [text[at : at + 3] for at in range(0, len(text), 3)]


async def echo(request: Request, writer: asyncio.StreamWriter) -> bool:
    """Say what was said, three letters at a time where a stream is asked for."""
    if request.document.get("stream"):
        pieces = events(by_threes(said(request)))
        return await stream([piece[at : at + 50] for piece in pieces for at in range(0, len(piece), 50)])(
            request, writer
        )
    return await whole(completion(said(request)))(request, writer)


class Replacing(House):
    """A house whose application has its requests pseudonymised; its deployment says what it hears."""

    def __init__(self, looks: Looks | None = None) -> None:
        super().__init__()
        self.gate.tenants[KEY] = replace(TENANT, looks=looks or Looks(FIND, replace=FIND))
        self.asked: list[Addition] = []
        place = self.gate.place

        def noted(tenant, addition, wish, operation, now):
            self.asked.append(addition)
            return place(tenant, addition, wish, operation, now)

        self.gate.place = noted  # type: ignore[method-assign]

    async def __aenter__(self) -> Replacing:
        await super().__aenter__()
        self.upstream.otherwise = echo
        return self

    def heard_upstream(self) -> str:
        body = self.upstream.requests[-1].body.decode()
        assert MAIL not in json.dumps(json.loads(body), ensure_ascii=False) and CARD not in body
        return body


async def checked(house: Replacing, sent: bytes, got: bytes) -> None:
    """The log has how many, none of the text, and commits to both sides' bytes."""
    outcome = await house.outcome()
    intent = next(kept for kept in house.log.kept if kept.kind == "intent")
    for kept in (intent, outcome):
        check_block(kept.kind, "content", kept.content, exact=True)
        assert MAIL not in json.dumps([kept.party, kept.decision, kept.content], ensure_ascii=False)
    assert intent.content["pseudonymised"] == 2 and "unrestored" not in outcome.content
    nonce = bytes.fromhex(intent.content["nonce"])
    assert intent.content["request"] == commit(TENANT.openings(nonce, "request"), sent)
    assert outcome.content["response"] == commit(TENANT.openings(nonce, "response"), got)
    upstream = outcome.content["upstream"]
    told = house.upstream.requests[-1].body
    assert upstream["request"] == commit(TENANT.openings(nonce, "upstream-request"), told)
    assert upstream["response"] != outcome.content["response"]


@pytest.mark.parametrize("streams", [False, True])
def test_an_echo_says_what_the_client_said(streams: bool) -> None:
    async def main() -> None:
        async with Replacing() as house:
            body = json.dumps({**ASKED, "stream": streams}).encode()
            answer = await house.ask(body)
            assert answer.status == 200
            if streams:
                assert heard(answer.body).rstrip() == TEXT
                assert b'"comity":{"receipt"' in answer.body and answer.body.endswith(b"data: [DONE]\n\n")
            else:
                assert json.loads(answer.body)["choices"][0]["message"]["content"] == TEXT
            assert "EMAIL-" in house.heard_upstream() and "ACCOUNT-" in house.heard_upstream()
            assert house.asked == [Addition(("contact", "financial", "pseudonymous"))]
            await checked(house, body, answer.body)

    run(main())


def test_two_requests_have_other_tokens() -> None:
    async def main() -> None:
        async with Replacing() as house:
            house.gate.kept = Cache(seconds=60, entries=8)
            for _ in range(2):
                await house.ask(ASKED)
            first, second = house.upstream.requests
            assert first.body != second.body

    run(main())


def test_nothing_found_passes_untouched() -> None:
    async def main() -> None:
        async with Replacing() as house:
            answer = await house.ask({"model": "civic-tiny", "messages": [{"role": "user", "content": "Hello there"}]})
            assert json.loads(answer.body)["choices"][0]["message"]["content"] == "Hello there"
            (intent,) = [kept for kept in house.log.kept if kept.kind == "intent"]
            assert "pseudonymised" not in intent.content and house.asked == [Addition()]

    run(main())


def test_a_changed_token_stays_and_is_counted() -> None:
    async def shout(request: Request, writer: asyncio.StreamWriter) -> bool:
        return await whole(completion(said(request).lower()))(request, writer)

    async def main() -> None:
        async with Replacing() as house:
            house.upstream.otherwise = shout
            answer = await house.ask(ASKED)
            assert answer.status == 200 and MAIL.encode() not in answer.body
            assert (await house.outcome()).content["unrestored"] == 3

    run(main())


def test_more_than_may_be_replaced_is_refused() -> None:
    async def main() -> None:
        async with Replacing() as house:
            many = " ".join(f"p{number}@example.com" for number in range(300))
            answer = await house.ask({"model": "civic-tiny", "messages": [{"role": "user", "content": many}]})
            assert answer.status == 413 and not house.upstream.requests and not house.log.kept

    run(main())


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("spoken", ["messages", "responses"])
def test_what_is_translated_comes_back_too(spoken: str, streams: bool) -> None:
    """The client speaks chat, the deployment another dialect."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> bool:
        text = said(request)
        if streams:
            start = b""
            if spoken == "messages":
                started = {"type": "message_start", "message": {"id": "m", "usage": {"input_tokens": 1}}}
                block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
                start = b"".join(
                    b"event: %b\ndata: %b\n\n" % (each["type"].encode(), json.dumps(each).encode())  # type: ignore[attr-defined]
                    for each in (started, block)
                )
            else:
                item = {"type": "message", "id": "i", "role": "assistant", "content": []}
                added = {"type": "response.output_item.added", "output_index": 0, "item": item}
                start = b"event: response.output_item.added\ndata: %b\n\n" % json.dumps(added).encode()
            return await stream([start, STREAMS[spoken](by_threes(text))])(request, writer)
        if spoken == "messages":
            document = {"type": "message", "content": [{"type": "text", "text": text}], "stop_reason": "end_turn"}
        else:
            part = {"type": "output_text", "text": text, "annotations": []}
            item = {"type": "message", "role": "assistant", "content": [part]}
            document = {"object": "response", "status": "completed", "output": [item]}
        return await whole(json.dumps(document).encode())(request, writer)

    async def main() -> None:
        async with Replacing() as house:
            house.gate.reached["paris"] = house.target("paris", house.upstream.port, surfaces=(spoken,))
            house.upstream.otherwise = answer
            got = await house.ask({**ASKED, "stream": streams})
            assert got.status == 200, got.body
            house.heard_upstream()
            if streams:
                assert heard(got.body) == TEXT
            else:
                assert json.loads(got.body)["choices"][0]["message"]["content"] == TEXT

    run(main())


def test_a_client_that_leaves_leaves_nothing() -> None:
    async def main() -> None:
        async with Replacing() as house:
            gate = asyncio.Event()
            house.upstream.otherwise = stream(events(["An ", "E"]), gate=gate, after=2)
            wire = await house.connect()
            await wire.send(chat({**ASKED, "stream": True}))
            await house.upstream.arrived.wait()
            wire.close()
            outcome = await house.outcome()
            assert outcome.content["finish"] == "aborted"
            gate.set()

    run(main())
