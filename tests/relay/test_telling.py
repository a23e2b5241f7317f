"""What answers tell of themselves, dialect by dialect; and that the end is held, however a stream is cut."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.proof.commitment import Commitment, commit
from comity.relay.answer import WholeAnswer
from comity.relay.splice import StreamAnswer
from comity.relay.telling.telling import HELD_BYTES
from comity.relay.telling.tellings import TELLINGS
from comity.relay.usage import Usage, estimate, united

KEY = bytes(32)
RECEIPT = "abcdefghi.7"
TOLD = b',"comity":{"receipt":"%b"}' % RECEIPT.encode()


def events(*documents: dict[str, Any] | str) -> bytes:
    pieces = []
    for document in documents:
        if isinstance(document, str):
            pieces.append(document + "\n\n")
            continue
        name = f"event: {document['type']}\n" if "type" in document else ""
        pieces.append(f"{name}data: {json.dumps(document, separators=(',', ':'))}\n\n")
    return "".join(pieces).encode()


def response(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}", "response": {"status": kind, **more}, "sequence_number": 9}


USED = {"input_tokens": 7, "output_tokens": 3}
CHUNK = {"choices": [{"index": 0, "delta": {"content": "a"}, "finish_reason": None}], "usage": None}
LAST = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": None}
SPENT = {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}
START = {"type": "message_start", "message": {"usage": {**USED, "cache_read_input_tokens": 2, "output_tokens": 1}}}
TEXT = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": '"message_stop" [DONE]'}}
DELTA = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}}
STOP = {"type": "message_stop"}
WORD = {"type": "response.output_text.delta", "delta": '"response.completed"'}
PICTURE = {"type": "image_generation.completed", "b64_json": "AA", "usage": USED}
STREAMS: list[tuple[str, bytes, str, Usage | None, bytes]] = [
    ("chat", events(CHUNK, LAST, SPENT, "data: [DONE]"), "stop", Usage(7, 3), events("data: [DONE]")),
    ("responses", events(WORD, response("completed", usage=USED, output=[{"type": "message"}])), "stop", Usage(7, 3),
     events(response("completed", usage=USED, output=[{"type": "message"}]))),
    ("responses", events(response("completed", output=[{"type": "function_call"}]), WORD), "tool_calls", None,
     events(response("completed", output=[{"type": "function_call"}]))),
    ("responses", events(response("incomplete", incomplete_details={"reason": "max_output_tokens"})), "length", None,
     events(response("incomplete", incomplete_details={"reason": "max_output_tokens"}))),
    ("messages", events(START, TEXT, DELTA, STOP, TEXT), "stop", Usage(9, 3), events(STOP)),
    ("transcriptions", events(TEXT, {"type": "transcript.text.done", "usage": USED}), "stop", Usage(7, 3),
     events({"type": "transcript.text.done", "usage": USED})),
    ("transcriptions", events(TEXT, {"type": "transcript.text.done", "usage": {"type": "duration", "seconds": 2.5}}),
     "stop", Usage(seconds=3), events({"type": "transcript.text.done", "usage": {"type": "duration", "seconds": 2.5}})),
    ("transcriptions", events(CHUNK, LAST, "data: [DONE]"), "stop", None, events("data: [DONE]")),
    ("speech", events({"type": "speech.audio.done", "usage": USED}), "stop", Usage(7, 3),
     events({"type": "speech.audio.done", "usage": USED})),
    ("images", events(PICTURE, PICTURE), "stop", Usage(7, 3), events(PICTURE)),
]  # fmt: skip


def fed(surface: str, data: bytes, cuts: list[int], *, hide: bool = False, clean: bool = True) -> Any:
    stream = StreamAnswer(RECEIPT, Commitment(KEY), Commitment(KEY), TELLINGS[surface], hide_usage=hide)
    places = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    passed = b"".join(stream.feed(data[start:end]) for start, end in itertools.pairwise(places))
    whole = stream.close(clean)
    assert stream.response.hexdigest() == commit(KEY, passed + stream.tail)
    seen = (stream.finish, stream.usage, stream.failed, stream.changed)
    return passed, stream.tail, whole, *seen, stream.upstream.hexdigest()


@given(st.sampled_from(STREAMS), st.lists(st.integers(0, 900), max_size=9))
def test_the_end_is_held_and_all_else_passes(
    each: tuple[str, bytes, str, Usage | None, bytes], cuts: list[int]
) -> None:
    surface, data, finish, usage, end = each
    passed, tail, whole, said, used, failed, changed, upstream = fed(surface, data, cuts)
    assert (whole, said, used, failed, changed) == (True, finish, usage, False, True)
    assert tail.replace(TOLD, b"") == end
    complete = data[: data.rindex(end) + len(end)]
    assert (passed + tail).replace(TOLD, b"") == complete
    assert (passed + tail).count(TOLD) == (2 if surface == "images" else 1)
    assert upstream == commit(KEY, complete)
    for document in (line[6:] for line in (passed + tail).split(b"\n") if TOLD in line):
        told = json.loads(document)
        assert (told["response"] if surface == "responses" else told)["comity"] == {"receipt": RECEIPT}


@pytest.mark.parametrize("each", STREAMS)
def test_a_stream_that_breaks_off_says_so_in_its_own_words(each: tuple[str, bytes, str, Usage | None, bytes]) -> None:
    surface, data, _, _, end = each
    _, tail, whole, *_ = fed(surface, data[: data.index(end)], [], clean=False)
    assert not whole
    error = json.loads(tail.partition(b"data: ")[2])
    assert error["error"]["message"] == "The deployment's answer broke off."
    assert (b"event: error" in tail) is (surface in ("responses", "messages"))
    assert (error.get("type") == "error") is (surface in ("responses", "messages"))


ENDS = [
    ("messages", "message_stop", ""),
    ("responses", "response.completed", ',"response":{"status":"completed"}'),
    ("responses", "response.failed", ',"response":{}'),
    ("transcriptions", "transcript.text.done", ""),
    ("speech", "speech.audio.done", ""),
    ("images", "image_generation.completed", ""),
]


@pytest.mark.parametrize(("surface", "name", "more"), ENDS)
@pytest.mark.parametrize(
    "event",
    [
        'data: {"type":"%s"MORE}',
        'data: {"x":NaN,"type":"%s"MORE}',
        'data: {"usage":"none","error":0,"delta":5,"message":[],"type":"%s"MORE}',
        'data: {"type":"%s","response":{"output":7,"usage":3}}',
        'data: {"type":"%s","x":' + "[" * 5000 + "]" * 5000 + "MORE}",
        "event: %s\ndata: {}",
        "event:%s\ndata:",
        'data: {}\nevent: %s\ndata: "x"',
        "ESCAPED",
    ],
)
def test_the_end_is_held_whatever_client_would_see_it(surface: str, name: str, more: str, event: str) -> None:
    """Official clients read JSON that no strict parser takes, and some look at an event's name alone."""
    if event == "ESCAPED":
        event = 'data: {"type":"%s"MORE}'
        name = name.replace(name[1], f"\\u{ord(name[1]):04x}", 1)
    for start in ("", "\ufeff"):
        said = (start + (event % name).replace("MORE", more)).encode() + b"\n\n"
        for cuts in ([], [1, 9, len(said) - 1]):
            passed, tail, *_ = fed(surface, said, cuts)
            assert passed == b""
            assert tail  # with the receipt, where it could be told
    early = events(TEXT, CHUNK)
    passed, tail, *_ = fed(surface, early + said, [])
    assert passed == early


@given(st.lists(st.integers(0, 500), max_size=9))
def test_a_usage_that_the_client_did_not_ask_for_is_kept_from_it(cuts: list[int]) -> None:
    data = events(CHUNK, LAST, SPENT, "data: [DONE]")
    passed, tail, whole, finish, usage, _, changed, upstream = fed("chat", data, cuts, hide=True)
    assert (whole, finish, usage, changed) == (True, "stop", Usage(7, 3), True)
    assert (passed + tail).replace(TOLD, b"") == events(CHUNK, LAST, "data: [DONE]")
    assert upstream == commit(KEY, data)


@pytest.mark.parametrize(("surface", "data"), [
    ("messages", events(START, {"type": "error", "error": {"type": "overloaded_error", "message": "x"}})),
    ("responses", events({"type": "error", "code": "x", "message": "x"})),
    ("responses", events(response("failed", error={"code": "x", "message": "x"}))),
    ("chat", events({"error": {"message": "x"}})),
])  # fmt: skip
def test_an_error_in_a_stream_is_passed_on_and_is_no_whole_answer(surface: str, data: bytes) -> None:
    passed, tail, whole, _, _, failed, *_ = fed(surface, data, [])
    assert (whole, failed) == (False, True)
    assert (passed + tail).replace(TOLD, b"").startswith(data)


WHOLES: list[tuple[str, dict[str, Any], str, Usage | None]] = [
    ("chat", {"choices": [{"finish_reason": "length"}], "usage": {"prompt_tokens": 1}}, "length", Usage(1)),
    ("chat", {"choices": [{"finish_reason": "eos"}]}, "other", None),
    ("completions", {"choices": [{"text": "x", "finish_reason": "stop"}]}, "stop", None),
    ("responses", {"status": "completed", "error": None, "usage": USED}, "stop", Usage(7, 3)),
    ("responses", {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}, "content_filter", None),
    ("messages", {"stop_reason": "max_tokens", "usage": USED}, "length", Usage(7, 3)),
    ("messages", {"stop_reason": "pause_turn"}, "other", None),
    ("count_tokens", {"input_tokens": 7}, "stop", None),
    ("embeddings", {"data": [], "usage": {"prompt_tokens": 5, "total_tokens": 5}}, "stop", Usage(5)),
    ("rerank", {"results": [], "usage": {"total_tokens": 6}}, "stop", Usage(6)),
    ("rerank", {"results": [], "meta": {"tokens": {"input_tokens": 4, "output_tokens": 0}}}, "stop", Usage(4, 0)),
    ("rerank", {"results": [], "meta": {"billed_units": {"search_units": 1}}}, "stop", Usage()),
    ("moderations", {"results": []}, "stop", None),
    ("transcriptions", {"text": "x", "usage": {"type": "duration", "seconds": 9}}, "stop", Usage(seconds=9)),
    ("images", {"data": [], "usage": USED}, "stop", Usage(7, 3)),
    ("embeddings", {"data": [], "usage": {"prompt_tokens": -1, "total_tokens": True}}, "stop", Usage()),
]


@pytest.mark.parametrize(("surface", "document", "finish", "usage"), WHOLES)
@pytest.mark.parametrize("large", [False, True])
def test_an_answer_in_one_document(
    surface: str, document: dict[str, Any], finish: str, usage: Usage | None, large: bool
) -> None:
    if large and (surface in ("count_tokens",) or "meta" in document):
        return
    body = json.dumps({"pad": ["x"] * (HELD_BYTES // 5 if large else 1)} | document).encode()
    answer = WholeAnswer(Commitment(KEY), TELLINGS[surface])
    passed = b"".join(answer.feed(body[start : start + 65536]) for start in range(0, len(body), 65536))
    assert answer.close(True)
    assert passed + answer.tail == body
    assert bool(passed) is large
    assert answer.response.hexdigest() == commit(KEY, body)
    if not (large and finish == "content_filter"):
        assert answer.finish == finish
    assert answer.usage == usage


def test_a_sound_flows_but_for_its_last_piece() -> None:
    answer = WholeAnswer(Commitment(KEY), TELLINGS["speech"])
    assert [answer.feed(piece) for piece in (b"RIFF", b"1", b"2")] == [b"", b"RIFF", b"1"]
    assert answer.close(True)
    assert (answer.tail, answer.finish, answer.usage) == (b"2", "stop", None)


def test_counts_that_come_one_after_the_other() -> None:
    assert united(None, None) is None
    assert united(Usage(7, 1), Usage(-1, 3)) == Usage(7, 3)
    assert united(Usage(7, 1), None) == Usage(7, 1)


def test_what_a_client_left_behind_is_estimated() -> None:
    assert estimate(None, 400, 12) == Usage(100, 12, estimated=True)
    assert estimate(Usage(7, 1), 400, 12) == Usage(7, 12, estimated=True)
