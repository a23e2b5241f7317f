"""Answers that are not of their dialect, or not of what was asked, and what engines make of theirs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from comity.relay.dialects import Dialect, StreamTranslation, whole_translation
from comity.relay.dialects.sse import Events
from comity.relay.errors import envelope

from .transcripts import DIALECTS, NOW, ids

START = {"type": "message_start", "message": {"id": "msg_1", "type": "message", "usage": {"input_tokens": 1}}}
CREATED = {"type": "response.created", "response": {"id": "resp_1", "object": "response", "status": "in_progress"}}


def chunk(finish: str | None = None, index: int = 0, **delta: Any) -> dict[str, Any]:
    return {"id": "c", "choices": [{"index": index, "delta": delta, "finish_reason": finish}]}


def call(index: int, arguments: str = "", **more: Any) -> dict[str, Any]:
    return chunk(tool_calls=[{"index": index, "function": {"arguments": arguments, **more}}])


def block(index: int, **content: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": content}


def delta(index: int, kind: str, **content: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **content}}


def translate(client: Dialect, speaks: Dialect, *events: dict[str, Any]) -> tuple[StreamTranslation, list[Any]]:
    stream = StreamTranslation(client, speaks, "alias", include_usage=False, now=NOW, ids=ids)
    said = stream.feed(b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events))
    return stream, [json.loads(content) for content in Events().feed(said)]


def fails(speaks: Dialect, *events: dict[str, Any], why: str = "could not be read") -> None:
    """In every dialect, the stream ends with an error and not with an end."""
    for client in DIALECTS:
        stream, said = translate(client, speaks, *events)
        assert stream.failed and not stream.ended and not stream.tail
        assert why in said[-1].get("response", said[-1])["error"]["message"]
        assert stream.feed(b"data: [DONE]\n\n") == b""


def test_pieces_of_two_calls_in_turn() -> None:
    fails("chat", call(0, name="f"), call(1, name="g"), call(0, "{}"))
    fails("chat", call(0, name="f"), chunk(content="x"), call(0, "{}"))
    fails("chat", call(0, name="f"), chunk(reasoning_content="x"), call(0, "{}"))
    stream, _ = translate("messages", "chat", call(0, name="f"), call(0, "{"), call(0, "}"), call(1, "{}", name="g"))
    assert not stream.failed


def test_calls_that_only_their_ids_tell_apart() -> None:
    def whole(id: str, arguments: str) -> dict[str, Any]:
        return chunk(tool_calls=[{"index": 0, "id": id, "function": {"name": "f", "arguments": arguments}}])

    _, said = translate("messages", "chat", whole("a", "{}"), whole("b", '{"x":'), whole("b", "1}"))
    assert [each["content_block"]["id"] for each in said if each["type"] == "content_block_start"] == ["a", "b"]
    pieces = [each["delta"]["partial_json"] for each in said if each["type"] == "content_block_delta"]
    assert pieces == ["{}", '{"x":', "1}"]


def test_a_call_without_a_name_and_calls_without_end() -> None:
    fails("chat", call(0, "{}"))
    fails("chat", *(call(number, name="f") for number in range(1025)))
    fails("messages", START, *(each for number in range(1025) for each in (
        block(number, type="tool_use", id="t", name="f", input={}), {"type": "content_block_stop", "index": number},
    )))  # fmt: skip


@pytest.mark.parametrize("reason", ["abort", "error"])
def test_an_engine_that_gave_up_gave_no_answer(reason: str) -> None:
    fails("chat", chunk(content="Hel"), chunk(reason), why="gave up")
    body = {"choices": [{"message": {"content": "Hel"}, "finish_reason": reason}]}
    done = whole_translation("messages", "chat", "alias")(200, json.dumps(body).encode())
    assert done.status == 502 and b"gave up" in done.body and done.finish == ""


def test_an_error_in_a_body_that_says_200() -> None:
    for speaks, body in (
        ("chat", {"error": {"message": "Too long.", "type": "invalid_request_error"}}),
        ("messages", {"type": "error", "error": {"type": "invalid_request_error", "message": "Too long."}}),
        ("responses", {"object": "response", "status": "failed", "error": {"code": "x", "message": "Too long."}}),
    ):
        for client in DIALECTS:
            done = whole_translation(client, speaks, "alias")(200, json.dumps(body).encode())
            assert done.status == 502 and json.loads(done.body)["error"]["message"] == "Too long."


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b"<html>", b'{"choices":[]}', b'{"usage":{}}', b"\xff", b'{"id":"\xff"}']
)
def test_a_body_that_is_no_answer(body: bytes) -> None:
    for client in DIALECTS:
        for speaks in DIALECTS:
            done = whole_translation(client, speaks, "alias")(200, body)
            assert done.status == 502 and "could not be read" in json.loads(done.body)["error"]["message"]


@pytest.mark.parametrize("client", DIALECTS)
@pytest.mark.parametrize("speaks", DIALECTS)
def test_an_event_that_is_not_utf_8(client: Dialect, speaks: Dialect) -> None:
    stream = StreamTranslation(client, speaks, "alias", include_usage=False, now=NOW, ids=ids)
    said = stream.feed(b'data: {"type":"error","id":"\xff","choices":[]}\n\n') + stream.close(False)
    assert b'"error"' in said


def test_input_of_a_tool_that_is_not_utf_8() -> None:
    use = b'{"type":"tool_use","id":"t","name":"f","input":{"a":"\xff"}}'
    done = whole_translation("chat", "messages", "alias")(200, b'{"type":"message","content":[%b]}' % use)
    assert done.status == 502
    stream = StreamTranslation("chat", "messages", "alias", include_usage=False, now=NOW, ids=ids)
    started = b'data: {"type":"message_start","message":{"id":"m"}}\n\n'
    block = b'data: {"type":"content_block_start","index":0,"content_block":%b}\n\n' % use
    assert b'"error"' in stream.feed(started + block) + stream.close(False)


def test_an_error_that_quotes_half_a_pair() -> None:
    said = envelope(400, "`provider.\ud800` is not known", param="\ud800")
    assert json.loads(said)["error"]["message"] == "`provider.?` is not known"


def test_only_the_answer_that_was_asked_for() -> None:
    _, said = translate(
        "messages", "chat", chunk(content="a"), chunk(content="other", index=1), chunk("length", index=1)
    )
    assert [each["delta"]["text"] for each in said if each["type"] == "content_block_delta"] == ["a"]


def test_words_that_engines_have_for_reasons() -> None:
    for word, reason in (("model_length", "max_tokens"), ("eos_token", "end_turn"), ("unheard_of", "end_turn")):
        stream, _ = translate("messages", "chat", chunk(content="a"), chunk(word))
        assert f'"stop_reason":"{reason}"'.encode() in stream.close()
    assert stream.finish == "other"


def test_the_stop_sequence_where_an_engine_tells_it() -> None:
    body = {"choices": [{"message": {"content": "a"}, "finish_reason": "stop", "stop_reason": "END"}]}
    done = json.loads(whole_translation("messages", "chat", "alias")(200, json.dumps(body).encode()).body)
    assert (done["stop_reason"], done["stop_sequence"]) == ("stop_sequence", "END")


def test_content_as_a_list_with_thoughts() -> None:
    content = [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}, {"type": "text", "text": "Yes."}]
    body = {"choices": [{"message": {"content": content}, "finish_reason": "stop"}]}
    done = json.loads(whole_translation("messages", "chat", "alias")(200, json.dumps(body).encode()).body)
    assert [(each["type"], each[each["type"]]) for each in done["content"]] == [("thinking", "Hm."), ("text", "Yes.")]
    fails("chat", chunk(content=[{"type": "image_url"}]))
    fails("chat", chunk(content=3))


def test_blocks_that_overlap_or_are_of_tools_nobody_asked_for() -> None:
    text = block(0, type="text", text="")
    fails("messages", START, text, block(1, type="text", text=""))
    fails("messages", START, text, delta(1, "text_delta", text="x"))
    fails("messages", START, text, delta(0, "input_json_delta", partial_json="{}"))
    fails("messages", START, START)
    fails("messages", text)
    fails("messages", {"type": "message_stop"})
    fails("messages", START, block(0, type="server_tool_use", id="s", name="web_search", input={}))
    fails("responses", CREATED, {"type": "response.output_item.added", "item": {"type": "web_search_call"}})
    fails("responses", CREATED, {"type": "response.function_call_arguments.delta", "delta": "{}"})


def test_what_comes_to_be_is_passed_over() -> None:
    stream, said = translate(
        "chat", "messages", START, {"type": "ping"}, {"type": "of_tomorrow", "x": 1}, block(0, type="text", text="Hi")
    )
    assert not stream.failed and said[-1]["choices"][0]["delta"] == {"content": "Hi"}
    stream, _ = translate("chat", "responses", CREATED, {"type": "response.of_tomorrow", "x": 1})
    assert not stream.failed


def test_input_that_stands_in_the_blocks_start() -> None:
    tool = block(0, type="tool_use", id="t", name="f", input={"a": [1, 2.50]})
    stop = {"type": "content_block_stop", "index": 0}
    _, said = translate("chat", "messages", START, tool, stop)
    assert said[-1]["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"] == '{"a": [1, 2.5]}'


def test_text_and_a_refusal_are_one_message() -> None:
    stream, _ = translate("responses", "chat", chunk(content="a"), chunk(refusal="b"), chunk("stop"))
    stream.close()
    done = json.loads(Events().feed(stream.tail)[0])["response"]
    assert [part["type"] for part in done["output"][0]["content"]] == ["output_text", "refusal"]
    body = {"choices": [{"message": {"content": "a", "refusal": "b"}, "finish_reason": "stop"}]}
    whole = json.loads(whole_translation("responses", "chat", "alias")(200, json.dumps(body).encode()).body)
    assert [part["type"] for part in whole["output"][0]["content"]] == ["output_text", "refusal"]


def test_an_upstreams_message_is_cut() -> None:
    body = json.dumps({"error": {"message": "x" * 100_000, "code": "y" * 100_000}}).encode()
    assert len(whole_translation("chat", "responses", "alias")(400, body).body) < 3000


@pytest.mark.parametrize("line", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_an_event_may_have_several_lines_of_data(line: str, size: int) -> None:
    said = line.join(
        ["\ufeffevent: x", "data: {", ": no data", "data:1}", "id: 3", "", "data", "", "data: b", "", "", "data: c"]
    )
    raw = said.encode()
    events = Events()
    contents = [each for at in range(0, len(raw), size) for each in events.feed(raw[at : at + size])]
    assert contents + events.close() == [b"{\n1}", b"b", b"c"]
