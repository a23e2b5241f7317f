"""An answer in another dialect: what the client gets is committed to, its end is held, and it bears the receipt."""

from __future__ import annotations

import asyncio
import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.law.case import NOTHING_ADDED
from comity.relay.answer import Answer, BadAnswer
from comity.relay.answers import answer_for
from comity.relay.body import Ask
from comity.relay.errors import envelope, refusal_envelope, stream_error
from comity.relay.exchange import Exchange
from comity.relay.surfaces import SURFACES
from comity.relay.translated import MAX_WHOLE_BYTES
from comity.relay.usage import Usage
from comity.terms.refusal import Refusal
from comity.testing.gate import TENANT
from comity.testing.provider import provider
from comity.testing.upstream import Request

RECEIPT = "abcdefghi.7"
PAIRS = [(a, b) for a in ("chat", "responses", "messages") for b in ("chat", "responses", "messages") if a != b]
ENDS = {"chat": b"data: [DONE]\n\n", "messages": b'event: message_stop\ndata: {"type":"message_stop"}\n\n'}


class Sink:
    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        self.data += data

    async def drain(self) -> None:
        pass


def said(surface: str, *, stream: bool) -> bytes:
    """The body of what a deployment says, without its chunks."""
    document = {
        "stream": stream,
        "stream_options": {"include_usage": True},
        "input": "x",
        "messages": [{"role": "user", "content": "x"}],
    }
    request = Request(f"POST /v1{SURFACES[surface].path} HTTP/1.1", {}, json.dumps(document).encode(), 1)
    sink: Any = Sink()
    asyncio.run(provider(request, sink))
    body: bytes = sink.data.partition(b"\r\n\r\n")[2]
    if stream:
        body = b"".join(body.split(b"\r\n")[1::2])
    return body


def reader(asked: str, served: str, *, streams: bool, status: int = 200) -> tuple[Exchange, Answer]:
    exchange = Exchange(TENANT, NOTHING_ADDED, b"{}", bytes(16), 0)
    exchange.ask = Ask("alias", streams, usage=False)
    exchange.receipt = RECEIPT
    answer = answer_for(
        exchange, SURFACES[asked], SURFACES[served], status=status, streams=streams, hide_usage=True, now=1_000
    )
    return exchange, answer


def committed(exchange: Exchange, data: bytes) -> str:
    commitment = exchange.commitment("response")
    commitment.update(data)
    return commitment.hexdigest()


@pytest.mark.parametrize(("asked", "served"), PAIRS)
@given(cuts=st.lists(st.integers(0, 3000), max_size=9))
def test_a_stream(asked: str, served: str, cuts: list[int]) -> None:
    data = said(served, stream=True)
    exchange, answer = reader(asked, served, streams=True)
    places = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    passed = b"".join(answer.feed(data[start:end]) for start, end in itertools.pairwise(places))
    assert answer.close(True)
    assert (answer.finish, answer.usage, answer.changed) == ("stop", Usage(7, 3), True)
    assert answer.response.hexdigest() == committed(exchange, passed + answer.tail)
    if asked == "responses":
        assert answer.tail.startswith(b"event: response.completed\n")
        assert json.loads(answer.tail.partition(b"data: ")[2])["response"]["comity"] == {"receipt": RECEIPT}
    else:
        assert answer.tail == ENDS[asked]
        assert (passed + answer.tail).count(b'"comity":{"receipt":"%b"}' % RECEIPT.encode()) == 1
    if asked == "chat":
        assert b'"completion_tokens"' not in passed
    broken_exchange, broken = reader(asked, served, streams=True)
    begun = broken.feed(data[: len(data) // 2])
    assert not broken.close(False)
    assert b"broke off" in broken.tail
    assert ENDS.get(asked, b"response.completed") not in begun + broken.tail
    assert broken.response.hexdigest() == committed(broken_exchange, begun + broken.tail)


@pytest.mark.parametrize(("asked", "served"), PAIRS)
def test_a_whole_answer(asked: str, served: str) -> None:
    _, answer = reader(asked, served, streams=False)
    assert answer.feed(said(served, stream=False)) == b""
    assert answer.close(True)
    assert (answer.status, answer.finish, answer.usage) == (200, "stop", Usage(7, 3))
    assert b"Yes." in answer.tail
    _, unclean = reader(asked, served, streams=False)
    unclean.feed(b"{")
    assert not unclean.close(False)
    assert unclean.tail == b""


@pytest.mark.parametrize(("asked", "served"), PAIRS)
def test_an_error_keeps_its_status_and_gets_the_clients_envelope(asked: str, served: str) -> None:
    _, answer = reader(asked, served, streams=False, status=422)
    answer.feed(envelope(422, "Too warm.", dialect=SURFACES[served].errors))
    assert answer.close(True)
    assert answer.status == 422
    document = json.loads(answer.tail)
    assert document["error"]["message"] == "Too warm."
    assert ("type" in document) is (asked == "messages")


def test_an_answer_that_is_too_large_to_translate() -> None:
    _, answer = reader("chat", "messages", streams=False)
    with pytest.raises(BadAnswer):
        for _ in range(MAX_WHOLE_BYTES // (1 << 20) + 1):
            answer.feed(bytes(1 << 20))


def test_errors_in_the_dialect_of_the_surface() -> None:
    openai = json.loads(envelope(404, "No.", code="model_not_found", param="model"))
    assert openai == {
        "error": {"message": "No.", "type": "invalid_request_error", "param": "model", "code": "model_not_found"}
    }
    anthropic = json.loads(envelope(404, "No.", code="model_not_found", param="model", dialect="messages"))
    assert anthropic == {"type": "error", "error": {"type": "not_found_error", "message": "No."}}
    assert stream_error("No.", "x").startswith(b"data: ")
    assert stream_error("No.", "x", "messages").startswith(b"event: error\ndata: ")


def test_a_refusal_has_the_same_members_in_every_dialect() -> None:
    refusal = Refusal("forbidden", "No.", ())
    plain = json.loads(refusal_envelope(refusal, disclose=True))
    anthropic = json.loads(refusal_envelope(refusal, disclose=True, dialect="messages"))
    assert anthropic == {"type": "error"} | plain
    assert plain["error"]["refusal"] == {"reason": "forbidden", "candidates": []}
