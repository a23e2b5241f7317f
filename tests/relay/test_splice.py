"""A stream is the same stream, however it is cut into pieces."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from comity.proof.commitment import Commitment, commit
from comity.relay.answer import BadAnswer, WholeAnswer
from comity.relay.splice import StreamAnswer
from comity.relay.telling.telling import EVENT_BYTES, HELD_BYTES
from comity.relay.usage import Usage

KEY = bytes(32)
RECEIPT = "abcdefghi.7"


def answer() -> StreamAnswer:
    return StreamAnswer(RECEIPT, Commitment(KEY), Commitment(KEY))


def chunk(content: str = "", finish: str | None = None, **more: object) -> str:
    document = {"choices": [{"index": 0, "delta": {"content": content}, "finish_reason": finish}], **more}
    return "data: " + json.dumps(document, separators=(",", ":"), ensure_ascii=False)


CONTENTS = st.sampled_from(
    ["hi", '"finish_reason":"stop"', "[DONE]", "data: [DONE]", '"usage"', "}", "é🌍", '"error"', "\n\n", "\\", ""]
)
EVENTS = st.one_of(
    CONTENTS.map(chunk),
    CONTENTS.map(lambda text: chunk(text).replace('":', '": ').replace(',"', ', "')),
    st.sampled_from([
        ": comment", "event: x", "", "data:", "data: {", "id: 3\ndata: {}", 'data: {"choices":\ndata: []}',
        chunk("x", "stop"), chunk("", "length"), chunk("", "odd"), chunk("x", "tool_calls", comity={"receipt": "forged"}),
        'data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2}}',
        'data: {"choices":[],"usage":{"prompt_tokens":-5,"completion_tokens":true}}',
        'data: {"choices":[],"usage":null}', 'data: {"error":{"message":"x"}}', 'data: {"error":null}',
    ]),
)  # fmt: skip
STREAMS = st.lists(EVENTS, max_size=6).flatmap(
    lambda events: st.tuples(
        st.just(events),
        st.sampled_from(["\n", "\r\n"]),
        st.sampled_from(["", "data: [DONE]", "data:[DONE]", "data: [DONE] x"]),
    )
)


def joined(parts: tuple[list[str], str, str]) -> bytes:
    events, line, done = parts
    if done:
        events = [*events, done, ": after"]
    return "".join(event.replace("\n", line) + line + line for event in events).encode()


def fed(data: bytes, cuts: list[int], *, clean: bool) -> tuple[object, ...]:
    stream = answer()
    places = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    passed = b"".join(stream.feed(data[start:end]) for start, end in itertools.pairwise(places))
    whole = stream.close(clean)
    return (
        passed, stream.tail, whole, stream.finish, stream.usage, stream.ended, stream.failed, stream.changed,
        stream.response.hexdigest(), stream.upstream.hexdigest(),
    )  # fmt: skip


@given(STREAMS, st.lists(st.integers(0, 400), max_size=8), st.booleans())
@example(([chunk("x", "stop")], "\n", "data: [DONE]"), [], True)
def test_pieces_do_not_matter(parts: tuple[list[str], str, str], cuts: list[int], clean: bool) -> None:
    data = joined(parts)
    at_once = fed(data, [], clean=clean)
    assert fed(data, cuts, clean=clean) == at_once
    assert fed(data, list(range(len(data))), clean=clean) == at_once


@given(STREAMS, st.booleans())
def test_what_passes_is_what_came_but_for_the_receipt(parts: tuple[list[str], str, str], clean: bool) -> None:
    data = joined(parts)
    passed, tail, whole, finish, _, ended, _, changed, response, upstream = fed(data, [], clean=clean)
    assert isinstance(passed, bytes) and isinstance(tail, bytes)
    received = passed + tail
    assert response == commit(KEY, received)
    without = received.replace(b',"comity":{"receipt":"%b"}' % RECEIPT.encode(), b"")
    _, line, done = parts
    end = len(data) - len(": after" + line + line) if done else len(data)
    if whole or ended or (clean and finish):
        assert without == data[:end]
    else:
        assert without.startswith(data[:end])
        assert b"upstream_broken" in without[end:]
    assert upstream == commit(KEY, data[:end])
    assert changed == (received != data[:end])
    assert bool(ended) == bool(done)
    assert b"data: [DONE]\n\n" not in passed.replace(json.dumps("data: [DONE]").encode(), b"")


@given(STREAMS)
def test_the_receipt_is_what_a_parser_keeps_in_events_with_a_reason(parts: tuple[list[str], str, str]) -> None:
    passed = fed(joined(parts), [], clean=True)[0]
    assert isinstance(passed, bytes)
    for event in passed.replace(b"\r\n", b"\n").split(b"\n\n"):
        lines = [line[5:] for line in event.split(b"\n") if line.startswith(b"data:")]
        try:
            document = json.loads(b"\n".join(lines))
            reasons = [choice["finish_reason"] for choice in document.get("choices", []) if choice["finish_reason"]]
        except (ValueError, AttributeError):
            continue
        assert (document.get("comity") == {"receipt": RECEIPT}) == bool(reasons)


def test_done_is_in_the_tail_alone() -> None:
    stream = answer()
    assert b"[DONE]" not in stream.feed((chunk("x", "stop") + "\n\ndata: [DONE]\n\nmore").encode())
    assert stream.tail == b"data: [DONE]\n\n"
    assert stream.feed(b"data: more\n\n") == b""
    assert stream.close(True)
    assert stream.tail == b"data: [DONE]\n\n"


def test_done_without_its_blank_line_is_held_until_the_end() -> None:
    stream = answer()
    passed = stream.feed((chunk("x", "stop") + "\n\ndata: [DONE]\n").encode())
    assert b"[DONE]" not in passed
    assert stream.close(True)
    assert stream.tail == b"data: [DONE]\n"


@pytest.mark.parametrize(
    "event",
    [
        chunk("x") + "\ndata: [DONE]\n\n",
        "data: [DONE]\ndata: x\n\n",
        "\ufeffdata: [DONE]\n\n",
        "data:\t[DONE]\n\n",
        "data:  [DONE]\n\n",
        "id: 3\r\ndata: [DONE]\r\n\r\n",
    ],
)
def test_whatever_a_client_may_take_for_the_end_is_held(event: str) -> None:
    stream = answer()
    assert b"[DONE]" not in stream.feed((chunk("x", "stop") + "\n\n" + event).encode())
    assert stream.ended
    assert stream.tail == event.encode()


@pytest.mark.parametrize("text", [chunk("x") + "\r\rdata: [DONE]\r\r\n\n", ": x\rdata: [DONE]\n\n"])
def test_a_carriage_return_alone_is_no_stream(text: str) -> None:
    with pytest.raises(BadAnswer):
        answer().feed(text.encode())
    stream = answer()
    assert stream.feed(text.rstrip("\n").encode()) == b""
    assert not stream.close(True)
    assert b"[DONE]" not in stream.tail


def test_what_breaks_off_within_an_event_does_not_swallow_the_error() -> None:
    stream = answer()
    passed = stream.feed((chunk("x") + "\n\ndata: {").encode())
    assert not stream.close(False)
    assert (passed + stream.tail).split(b"\n\n")[1].startswith(b'data: {"error":{')


def test_an_event_that_never_ends_is_no_stream() -> None:
    stream = answer()
    with pytest.raises(BadAnswer):
        for _ in range(EVENT_BYTES // 1000 + 2):
            stream.feed(b"x" * 1000)


def test_usage_and_reason_are_noted() -> None:
    stream = answer()
    stream.feed((chunk("", "odd") + '\n\ndata: {"usage":{"prompt_tokens":5}}\n\ndata: [DONE]\n\n').encode())
    assert (stream.finish, stream.usage) == ("other", Usage(5, -1))


BODIES = st.sampled_from([b"", b"x", b'{"choices":[{"finish_reason":"length"}],"usage":{"completion_tokens":2}}'])


@given(
    BODIES, st.sampled_from([0, HELD_BYTES, 2 * HELD_BYTES]), st.lists(st.integers(0, 100), max_size=5), st.booleans()
)
def test_a_whole_answer_passes_whole(body: bytes, pad: int, cuts: list[int], clean: bool) -> None:
    data = body[:1] + b" " * pad + body[1:]
    whole = WholeAnswer(Commitment(KEY))
    places = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    passed = b"".join(whole.feed(data[start:end]) for start, end in itertools.pairwise(places))
    assert whole.close(clean) == clean
    if clean:
        assert passed + whole.tail == data
        assert whole.tail or not data
    else:
        assert not whole.tail
    assert whole.response.hexdigest() == commit(KEY, passed + whole.tail)
    if clean and b"length" in body:
        assert whole.finish == "length"
