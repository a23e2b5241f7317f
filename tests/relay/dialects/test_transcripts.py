"""Golden transcripts: each becomes, byte for byte, what stands beside it."""

from __future__ import annotations

import json

import pytest

from comity.relay.dialects import StreamTranslation
from comity.relay.dialects.responses.answer_out import MAX_ANSWER_CHARACTERS
from comity.relay.dialects.sse import MAX_EVENT_BYTES

from .transcripts import DIALECTS, NOW, Transcript, becomes, ids, transcripts

ALL = [*transcripts("request"), *transcripts("answer"), *transcripts("stream")]
STREAMS = transcripts("stream")


def _name(transcript: Transcript) -> str:
    return transcript.path.stem


def test_there_are_some_of_each_kind_and_dialect() -> None:
    for kind in ("request", "answer", "stream"):
        assert {each.speaks for each in transcripts(kind)} == set(DIALECTS)


@pytest.mark.parametrize("transcript", ALL, ids=_name)
def test_it_becomes_what_stands_beside_it(transcript: Transcript) -> None:
    assert set(transcript.said) == set(DIALECTS)
    for dialect in DIALECTS:
        if dialect != transcript.speaks:
            assert becomes(transcript, dialect) == transcript.said[dialect]
    for dialect, field in (transcript.refused or {}).items():
        assert transcript.said[dialect] == {"refused": field}


@pytest.mark.parametrize("transcript", STREAMS, ids=_name)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1000])
@pytest.mark.parametrize("line", [b"\n", b"\r\n", b"\r"])
def test_a_stream_is_the_same_however_it_is_cut(transcript: Transcript, size: int, line: bytes) -> None:
    raw = transcript.raw.replace(b"\n", line)
    for dialect in DIALECTS:
        if dialect == transcript.speaks:
            continue
        stream = StreamTranslation(dialect, transcript.speaks, "alias", include_usage=True, now=NOW, ids=ids)
        said = b"".join(stream.feed(raw[at : at + size]) for at in range(0, len(raw), size))
        assert (said + stream.close() + stream.tail).decode() == transcript.said[dialect]


@pytest.mark.parametrize("transcript", STREAMS, ids=_name)
def test_the_end_is_held_back_and_nothing_comes_behind_it(transcript: Transcript) -> None:
    for dialect in DIALECTS:
        stream = StreamTranslation(dialect, transcript.speaks, "alias", include_usage=True, now=NOW, ids=ids)
        said = stream.feed(transcript.raw)
        assert stream.ended != stream.failed
        for mark in (b"[DONE]", b"message_stop", b"response.completed", b"response.incomplete"):
            assert mark not in said
        assert bool(stream.tail) == stream.ended
        assert stream.feed(transcript.raw) == stream.close() == stream.close(clean=False) == b""


@pytest.mark.parametrize("transcript", STREAMS, ids=_name)
def test_a_stream_that_breaks_off_anywhere_ends_with_an_error(transcript: Transcript) -> None:
    raw = transcript.raw
    for dialect in DIALECTS:
        for at in range(0, len(raw), 97):
            stream = StreamTranslation(dialect, transcript.speaks, "alias", include_usage=True, now=NOW, ids=ids)
            said = stream.feed(raw[:at])
            if stream.ended or stream.failed:
                continue
            said += stream.close(clean=False)
            assert stream.failed and not stream.ended and not stream.tail
            last = json.loads(said.rstrip().rpartition(b"data: ")[2])
            assert last.get("response", last)["error"]["message"] == "The deployment's answer broke off."


def test_a_clean_end_without_its_event_is_an_end_where_the_reason_was_told() -> None:
    transcript = next(each for each in STREAMS if each.path.stem == "stream-chat-text")
    raw = transcript.raw.replace(b"data: [DONE]\n\n", b"")
    stream = StreamTranslation("messages", "chat", "alias", include_usage=True, now=NOW, ids=ids)
    said = stream.feed(raw) + stream.close(clean=True)
    assert (said + stream.tail).decode() == transcript.said["messages"]
    assert stream.tail and stream.ended and not stream.failed
    assert stream.close() == b""


def test_what_is_held_of_a_stream_is_bounded() -> None:
    for dialect in DIALECTS:
        stream = StreamTranslation("chat", dialect, "alias", include_usage=True, now=NOW, ids=ids)
        for _ in range(MAX_EVENT_BYTES // 65536 + 1):
            assert not stream.failed
            said = stream.feed(b"x" * 65536)
        assert stream.failed and b"could not be read" in said
    stream = StreamTranslation("responses", "chat", "alias", include_usage=True, now=NOW, ids=ids)
    piece = json.dumps({"choices": [{"delta": {"content": "x" * 100_000}}]}).encode()
    for _ in range(MAX_ANSWER_CHARACTERS // 100_000):
        stream.feed(b"data: " + piece + b"\n\n")
    assert not stream.failed
    stream.feed(b"data: " + piece + b"\n\n")
    assert stream.failed
