"""Two answers to one request: the same, or from which token on they are not."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.relay.compared import Difference, Said, Unreadable, compared, said

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)


def tokens(text: str) -> list[int]:
    return list(text.encode())


def whole(text: str, *, reason: str = "stop", usage: int = 3, more: Any = None, **message: Any) -> bytes:
    choice = {"index": 0, "message": {"content": text, **message}, "finish_reason": reason, **(more or {})}
    return json.dumps(
        {"id": "x", "created": 1, "choices": [choice], "usage": {"prompt_tokens": 1, "completion_tokens": usage}}
    ).encode()


def stream(*pieces: str, reason: str = "stop", eol: str = "\n") -> bytes:
    events: list[Any] = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces]
    events.append({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
    lines = [f"data: {json.dumps(event)}{eol}{eol}" for event in events]
    return "".join((*lines, f"data: [DONE]{eol}{eol}")).encode()


def chat(body: bytes) -> Said:
    return said("chat", body)


@given(TEXTS, st.integers(0, 40))
def test_a_stream_says_what_the_whole_says_however_it_was_cut(text: str, cut: int) -> None:
    assert chat(stream(text[:cut], text[cut:])).choices == chat(whole(text)).choices
    assert chat(stream(text[:cut], text[cut:], eol="\r\n")).choices == chat(whole(text)).choices


@given(TEXTS, TEXTS)
def test_texts_are_the_same_or_part_at_a_token(one: str, other: str) -> None:
    difference = compared(chat(whole(one)), chat(whole(other)), tokens)
    if one == other:
        assert difference is None
    else:
        assert difference is not None and difference.at is not None
        assert tokens(one)[: difference.at] == tokens(other)[: difference.at]
        assert tokens(one)[difference.at :][:1] != tokens(other)[difference.at :][:1]


@pytest.mark.parametrize(
    ("other", "difference"),
    [
        (whole("same text", usage=9), Difference(None)),
        (whole("same text", reason="length"), Difference(9)),
        (whole("same text", tool_calls=[{"function": {"name": "f", "arguments": "{}"}}]), Difference(9)),
        (whole("same text", reasoning_content="hm"), Difference(9)),
        (json.dumps({"choices": []}).encode(), Difference(0)),
        (whole("same text", more={"logprobs": {"content": [{"token": "s", "logprob": -0.1}]}}), Difference(9)),
    ],
)
def test_what_counts_besides_the_text(other: bytes, difference: Difference) -> None:
    assert compared(chat(whole("same text")), chat(other), tokens) == difference


def scored(*scores: float) -> bytes:
    return whole(
        "abc", more={"logprobs": {"content": [{"token": "abc"[at], "logprob": s} for at, s in enumerate(scores)]}}
    )


def test_logarithms_are_compared_to_their_last_bit() -> None:
    exact = chat(scored(-0.1, -0.2, -0.3))
    assert compared(exact, chat(scored(-0.1, -0.2, -0.3)), tokens) is None
    assert compared(exact, chat(scored(-0.1, -0.2, -0.30000000000000004)), tokens) == Difference(2)
    assert compared(exact, chat(scored(-0.1)), tokens) == Difference(1)


def test_calls_of_tools_are_put_together_from_a_stream() -> None:
    def delta(**call: Any) -> str:
        event = {"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, "function": call}]}}]}
        return f"data: {json.dumps(event)}\n\n"

    end = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}\n\n'
    streamed = (delta(name="f", arguments='{"a"') + delta(arguments=":1}") + end).encode()
    call = {"function": {"name": "f", "arguments": '{"a":1}'}}
    assert chat(streamed).choices == chat(whole("", reason="tool_calls", tool_calls=[call])).choices


def test_vectors_are_compared_to_their_last_bit() -> None:
    def vectors(*row: float) -> Said:
        return said("embeddings", json.dumps({"data": [{"embedding": list(row)}]}).encode())

    assert compared(vectors(0.1, 1), vectors(0.1, 1.0), tokens) is None
    assert compared(vectors(0.1, 1), vectors(0.1, 1.0000000000000002), tokens) is not None


@pytest.mark.parametrize("surface", ["chat", "completions", "embeddings", "speech"])
@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"[]", b"{}", b'{"choices":[{}]}', b'{"choices":3}', b"data: {", b"[" * 9999]
)
def test_what_is_no_answer_is_said_to_be_none(surface: str, body: bytes) -> None:
    with pytest.raises(Unreadable):
        said(surface, body)


@given(st.binary(max_size=60))
def test_nothing_else_is_ever_raised(body: bytes) -> None:
    for data in (body, b"data: " + body, b'{"choices":[' + body + b"]}"):
        with contextlib.suppress(Unreadable):
            said("chat", data)
