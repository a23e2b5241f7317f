"""What holds for every request and every answer, whoever wrote it."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from comity.relay.body import BadRequest
from comity.relay.dialects import Dialect, StreamTranslation, translate_request, whole_translation
from comity.relay.dialects.chat import answer_in as chat_in
from comity.relay.dialects.chat import answer_out as chat_out
from comity.relay.dialects.chat import request_out as chat_asked
from comity.relay.dialects.collected import Collected, Piece
from comity.relay.dialects.complaints import Complaints
from comity.relay.dialects.conversation import (
    Choice,
    Conversation,
    Form,
    Image,
    Text,
    Tool,
    ToolCall,
    ToolResult,
    Turn,
)
from comity.relay.dialects.listener import Tokens
from comity.relay.dialects.messages import answer_in as messages_in
from comity.relay.dialects.messages import answer_out as messages_out
from comity.relay.dialects.messages import request_out as messages_asked
from comity.relay.dialects.naming import Naming
from comity.relay.dialects.responses import answer_in as responses_in
from comity.relay.dialects.responses import answer_out as responses_out
from comity.relay.dialects.responses import request_out as responses_asked
from comity.relay.dialects.sse import Events

from .transcripts import DIALECTS, NOW, ids, transcripts

PAIRS = [(a, b) for a in DIALECTS for b in DIALECTS]
NAMING = Naming("alias", NOW, ids)
READERS: dict[str, Any] = {"chat": chat_in.Reader, "responses": responses_in.Reader, "messages": messages_in.Reader}
WHOLE: dict[str, Any] = {"chat": chat_out.whole, "responses": responses_out.whole, "messages": messages_out.whole}
ASKED: dict[str, Any] = {"chat": chat_asked.write, "responses": responses_asked.write, "messages": messages_asked.write}

# requests that are anything at all

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**64, -(2**70), 10**400, 1e308, -0.0])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(
        ["text", "image_url", "tool_use", "tool_result", "function", "message", "user", "tool", "data:,"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def _names(value: Any) -> list[str]:
    """Every member's name that occurs anywhere in it."""
    if isinstance(value, dict):
        return [name for member, inner in value.items() for name in (member, *_names(inner))]
    return [name for inner in value for name in _names(inner)] if isinstance(value, list) else []


KNOWN = sorted({name for each in transcripts("request") for name in _names(each.said[each.speaks])})
DOCUMENTS = st.dictionaries(st.sampled_from(KNOWN), VALUES, max_size=6)


def _mutated(draw: st.DrawFn, value: Any) -> Any:
    """The value with one place in it changed."""
    if isinstance(value, dict) and value and draw(st.integers(0, 3)):
        name = draw(st.sampled_from(sorted(value)))
        return {**value, name: _mutated(draw, value[name])}
    if isinstance(value, list) and value and draw(st.integers(0, 3)):
        at = draw(st.integers(0, len(value) - 1))
        return [*value[:at], _mutated(draw, value[at]), *value[at + 1 :]]
    if isinstance(value, dict) and draw(st.booleans()):
        return {**value, draw(st.sampled_from(KNOWN)): draw(VALUES)}
    return draw(VALUES)


@st.composite
def mutated_requests(draw: st.DrawFn) -> tuple[Dialect, Any]:
    transcript = draw(st.sampled_from(transcripts("request")))
    return transcript.speaks, _mutated(draw, transcript.said[transcript.speaks])


def _ask(body: bytes, source: Dialect, target: Dialect) -> bytes | None:
    try:
        said = translate_request(body, source, target, "served")
    except BadRequest as error:
        assert len(error.field) <= 128 and len(str(error)) < 8000
        return None
    assert json.loads(said)["model"] == "served"
    return said


@given(st.sampled_from(PAIRS), DOCUMENTS | VALUES)
def test_no_request_makes_it_raise_anything_else(pair: tuple[Dialect, Dialect], document: Any) -> None:
    _ask(json.dumps(document).encode(), *pair)


@given(mutated_requests(), st.sampled_from(DIALECTS))
def test_nor_does_one_that_is_almost_right(request: tuple[Dialect, Any], target: Dialect) -> None:
    source, document = request
    said = _ask(json.dumps(document).encode(), source, target)
    if said is not None:  # what we write we can read
        assert _ask(said, target, target) is not None


@given(st.sampled_from(PAIRS), st.binary(max_size=60))
@example(("chat", "messages"), b'{"model":"m","messages":[],"messages":[{"role":"user","content":"x"}]}')
@example(("chat", "messages"), b'{"model":"m","messages":[{"role":"user","content":"\\ud800"}]}')
@example(("chat", "messages"), b'{"model":"m","messages":[{"role":"user","content":"x"}],"temperature":1e999}')
@example(("chat", "messages"), b'{"model":"m","messages":[{"role":"user","content":"x"}],"temperature":NaN}')
@example(("messages", "chat"), b'{"a":' * 5000 + b"1" + b"}" * 5000)
@example(("messages", "chat"), b"[" * 100_000)
def test_bytes_that_are_no_request_are_refused(pair: tuple[Dialect, Dialect], body: bytes) -> None:
    assert _ask(body, *pair) is None


def test_arguments_that_are_doubled_deep_or_huge_reach_the_other_side_as_they_are() -> None:
    for text in ('{"a":1,"a":2}', '{"a":' * 100 + "1" + "}" * 100, '{"a":1e999}', "[1]", "nonsense", '{"a":"\\ud800"}'):
        call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": text}}
        body = {
            "model": "m",
            "messages": [{"role": "assistant", "tool_calls": [call]}, {"role": "user", "content": "x"}],
        }
        said = translate_request(json.dumps(body).encode(), "chat", "messages", "served")
        assert json.loads(said)["messages"][0]["content"][0]["input"] == {"INVALID_JSON": text}
        back = json.loads(translate_request(said, "messages", "chat", "served"))
        assert back["messages"][0]["tool_calls"][0]["function"]["arguments"] == text


# requests that two dialects can express

WORDS = st.text(min_size=1, max_size=12)
NAMES = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
OBJECTS = st.dictionaries(NAMES, st.integers(-5, 5) | WORDS, max_size=3)
TEXTS = st.builds(Text, WORDS)
IMAGES = st.one_of(
    st.builds(lambda data: Image("p", "image/png", data), st.from_regex(r"[A-Za-z0-9]{4}", fullmatch=True)),
    st.just(Image("p", url="https://example.org/a.png")),
)
CALLS = st.builds(
    ToolCall, NAMES, NAMES, OBJECTS.map(lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False))
)


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    """What every dialect can say."""
    turns = [Turn("system", [draw(TEXTS)], "p")] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(1, 3))):
        turns.append(Turn("user", draw(st.lists(TEXTS | IMAGES, min_size=1, max_size=3)), "p"))
        calls = draw(st.lists(CALLS, max_size=2))
        said = [draw(TEXTS)] if draw(st.booleans()) or not calls else []
        turns.append(Turn("assistant", [*said, *calls], "p"))
        if calls:
            turns.append(Turn("tool", [ToolResult(call.id, [draw(TEXTS)]) for call in calls], "p"))
    turns.append(Turn("user", [draw(TEXTS)], "p"))
    tools = draw(st.lists(st.builds(Tool, NAMES, WORDS, OBJECTS, st.booleans()), min_size=1, max_size=2))
    return Conversation(
        turns=turns,
        tools=tools,
        choice=draw(st.sampled_from([Choice("auto"), Choice("none"), Choice("required"), Choice("named", ("f",))])),
        form=draw(st.sampled_from([None, Form({"type": "object"}, "answer", strict=True)])),
        max_tokens=draw(st.integers(1, 9999)),
        temperature=draw(st.none() | st.floats(0, 1)),
        top_p=draw(st.none() | st.floats(0, 1)),
        effort=draw(st.sampled_from([None, "none", "low", "medium", "high", "xhigh", "max"])),
        stream=draw(st.booleans()),
    )


@given(conversations(), st.sampled_from(PAIRS))
def test_what_both_can_say_survives_there_and_back(talk: Conversation, pair: tuple[Dialect, Dialect]) -> None:
    source, target = pair
    said = msgspec.json.encode(ASKED[source](talk, "served", Complaints(), usage=True))
    once = translate_request(said, source, source, "served")
    assert json.loads(once) == json.loads(said)
    there = translate_request(said, source, target, "served")
    assert translate_request(there, target, source, "served") == once


# answers

PIECES = st.one_of(
    st.builds(lambda said: Piece("thought", said), st.lists(WORDS, min_size=1, max_size=3)),
    st.builds(lambda said: Piece("text", said), st.lists(WORDS, min_size=1, max_size=3)),
    st.builds(lambda said: Piece("declined", said), st.lists(WORDS, min_size=1, max_size=3)),
    st.builds(
        lambda call, cut: Piece("call", [*call.arguments[:cut], call.arguments[cut:]], call.id, call.name),
        CALLS,
        st.integers(1, 2),
    ),
)


@st.composite
def answers(draw: st.DrawFn) -> Collected:
    answer = Collected()
    for piece in draw(st.lists(PIECES, max_size=5)):
        if not answer.pieces or piece.sort == "call" or piece.sort != answer.pieces[-1].sort:
            answer.pieces.append(piece)
    called = bool(answer.of("call"))
    answer.reason = draw(st.sampled_from(["tool_calls" if called else "stop", "length", "content_filter"]))
    answer.tokens = Tokens(
        draw(st.integers(100, 200)), draw(st.integers(0, 99)), draw(st.integers(0, 50)), 0, draw(st.integers(0, 9))
    )
    return answer


def _tell(answer: Collected, listener: Any) -> None:
    listener.started("x")
    for piece in answer.pieces:
        if piece.sort == "call":
            listener.called(piece.id, piece.name)
        tell = {
            "thought": listener.thought,
            "text": listener.text,
            "declined": listener.declined,
            "call": listener.arguments,
        }
        for text in piece.said:
            tell[piece.sort](text)
    listener.stopped(answer.reason)
    listener.used(answer.tokens)
    listener.ended()


def _gist(answer: Collected, dialect: Dialect, *, ordered: bool) -> Any:
    """What a dialect keeps of an answer. Only streams, and answers that are lists, have an order."""
    told: list[Any] = []
    for piece in answer.pieces:
        sort = "text" if dialect == "messages" and piece.sort == "declined" else piece.sort
        told.append((sort, piece.id, piece.name, piece.text))
    if not ordered:
        told = [
            [(id, name, text) if sort == "call" else text for kind, id, name, text in told if kind == sort]
            for sort in ("thought", "text", "declined", "call")
        ]
        told = ["".join(each) if number < 3 else each for number, each in enumerate(told)]
    return told, answer.reason, answer.tokens


@given(answers(), st.sampled_from(DIALECTS))
def test_a_stream_that_we_write_says_what_it_was_told(answer: Collected, dialect: Dialect) -> None:
    writer: Any = {
        "chat": lambda: chat_out.Stream(NAMING, include_usage=True),
        "responses": lambda: responses_out.Stream(NAMING),
        "messages": lambda: messages_out.Stream(NAMING),
    }[dialect]()
    _tell(answer, writer)
    back = Collected()
    reader = READERS[dialect](back)
    for content in Events().feed(b"".join(writer.out) + writer.tail):
        reader.event(content)
    assert back.complete
    assert _gist(back, dialect, ordered=dialect != "messages") == _gist(answer, dialect, ordered=dialect != "messages")


@given(answers(), st.sampled_from(DIALECTS))
def test_a_whole_answer_that_we_write_says_what_it_was_told(answer: Collected, dialect: Dialect) -> None:
    back = Collected()
    READERS[dialect](back).whole(WHOLE[dialect](answer, NAMING))
    assert back.complete
    assert _gist(back, dialect, ordered=False) == _gist(answer, dialect, ordered=False)


STREAMS = transcripts("stream")


@st.composite
def damaged_streams(draw: st.DrawFn) -> tuple[Dialect, list[bytes]]:
    """A stream with an event changed, lost, doubled or moved, in pieces."""
    transcript = draw(st.sampled_from(STREAMS))
    events = [event for event in transcript.raw.split(b"\n\n") if event]
    for _ in range(draw(st.integers(0, 3))):
        at, to = draw(st.integers(0, len(events) - 1)), draw(st.integers(0, len(events) - 1))
        match draw(st.integers(0, 3)):
            case 0:
                events[at] = events[to]
            case 1:
                events.insert(to, events[at])
            case 2:
                head, mark, data = events[at].partition(b"data: ")
                try:
                    document = json.loads(data)
                except ValueError:
                    continue
                events[at] = head + mark + json.dumps(_mutated(draw, document)).encode()
            case _:
                events[at] = draw(st.binary(max_size=20))
    raw = b"\n\n".join(events) + b"\n\n"
    size = draw(st.integers(1, 400))
    return transcript.speaks, [raw[at : at + size] for at in range(0, len(raw), size)]


@given(damaged_streams(), st.sampled_from(DIALECTS), st.booleans())
def test_no_stream_makes_it_raise(stream: tuple[Dialect, list[bytes]], client: Dialect, clean: bool) -> None:
    speaks, pieces = stream
    made = StreamTranslation(client, speaks, "alias", include_usage=True, now=NOW, ids=ids)
    said = b"".join(map(made.feed, pieces)) + made.close(clean)
    assert made.failed or made.tail
    assert not (made.failed and made.tail)
    for content in Events().feed(said):
        document = json.loads(content)  # the end, which may be no JSON, is in the tail
        assert isinstance(document, dict)
    if client == "messages":
        _blocks_in_order(Events().feed(said))


def _blocks_in_order(contents: list[bytes]) -> None:
    """Each block opens once, takes its own deltas and closes before the next."""
    begun, last = -1, -1
    for content in contents:
        event = json.loads(content)
        if event["type"] == "content_block_start":
            assert begun == -1 and event["index"] == last + 1
            begun = last = event["index"]
        elif event["type"].startswith("content_block"):
            assert event["index"] == begun
            begun = -1 if event["type"] == "content_block_stop" else begun


@given(st.data(), st.sampled_from(DIALECTS), st.sampled_from([200, 400, 500]))
def test_no_answer_makes_it_raise(data: st.DataObject, client: Dialect, status: int) -> None:
    transcript = data.draw(st.sampled_from(transcripts("answer")))
    body = data.draw(st.binary(max_size=30)) if data.draw(st.integers(0, 5)) == 0 else None
    if body is None:
        body = json.dumps(
            data.draw(st.composite(lambda draw: _mutated(draw, transcript.said[transcript.speaks]))())
        ).encode()
    done = whole_translation(client, transcript.speaks, "alias")(status, body)
    assert isinstance(json.loads(done.body), dict)
    assert done.status == status or (status == 200 and done.status == 502)
    if done.status != 200:
        assert json.loads(done.body)["error"]["message"]


@pytest.mark.parametrize("client", DIALECTS)
def test_the_id_of_an_answer_is_the_deployments_own_where_nobody_gives_one(client: Dialect) -> None:
    answer = next(each for each in transcripts("answer") if each.path.stem == "answer-chat-text")
    done = json.loads(whole_translation(client, "chat", "alias")(200, answer.raw).body)
    assert (
        done["id"]
        == {"chat": "chatcmpl-", "responses": "resp_", "messages": "msg_"}[client] + "B9MBs8CjcvOU2jLn4n570S5qMJKcT"
    )
