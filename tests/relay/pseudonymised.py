"""Texts with things in them, as requests, and what a deployment says with their tokens in every dialect."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from comity.detect.found import Thing
from comity.detect.look import Look
from comity.detect.text import text_of
from comity.detect.wanted import Looks
from comity.relay.pseudonyms import Pseudonyms

FIND = ("contact", "credentials", "financial", "identifiers")
KEY = bytes(range(32))
THINGS = (
    "alice@example.com",
    "Zoë.Müller@beispiel.de",
    "FR76 3000 6000 0112 3456 7890 189",
    "Aadhaar 2341 2341 2346",
    "+33 6 12 34 56 78",
    "4111 1111 1111 1111",
    "password: hunter22x",
    "sk-abcdefghijklmnopqrstuvwxyz012345",
)
WORDS = ("ID", "EMAIL-", "I", " ", "\n", '"', "\\", "{", "é", "😀", "PHONE", "-001", "the town hall", "\u2028", "ACC")
texts = st.lists(st.sampled_from(THINGS + WORDS) | st.text(max_size=6), max_size=12).map(" ".join)


def things_in(body: bytes) -> set[Thing]:
    look = Look(text_of(body), Looks(FIND))
    look.whole()
    return look.things


def away(document: object, *, ascii_only: bool = False) -> tuple[bytes, Pseudonyms]:
    """A body as it goes upstream, and the map."""
    body = json.dumps(document, ensure_ascii=ascii_only).encode("utf-8", "replace")
    pseudonyms = Pseudonyms(KEY, (body, text_of(body).text.encode("utf-8", "replace")))
    return pseudonyms.replace(body, things_in(body)), pseudonyms


def pieces(text: str, cuts: Sequence[int]) -> list[str]:
    places = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    return [text[start:end] for start, end in pairwise(places)]


def split(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[start:end] for start, end in pairwise(places)]


def _named(document: dict[str, Any]) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (document["type"].encode(), json.dumps(document).encode())


def _chunk(choice: dict[str, Any]) -> bytes:
    return b"data: %b\n\n" % json.dumps({"choices": [{"index": 0, "finish_reason": None, **choice}]}).encode()


def chat(written: Sequence[str]) -> bytes:
    said = b"".join(_chunk({"delta": {"content": each}}) for each in written)
    return said + _chunk({"delta": {}, "finish_reason": "stop"}) + b"data: [DONE]\n\n"


def chat_calls(written: Sequence[str]) -> bytes:
    each = [{"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in written]
    said = b"".join(_chunk({"delta": delta}) for delta in each)
    return said + _chunk({"delta": {}, "finish_reason": "tool_calls"}) + b"data: [DONE]\n\n"


def completions(written: Sequence[str]) -> bytes:
    said = b"".join(_chunk({"text": each}) for each in written)
    return said + _chunk({"text": "", "finish_reason": "stop"}) + b"data: [DONE]\n\n"


def messages(written: Sequence[str], key: str = "text") -> bytes:
    said = [
        _named({"type": "content_block_delta", "index": 0, "delta": {"type": f"{key}_delta", key: each}})
        for each in written
    ]
    if len(said) > 1:
        said[1:1] = [_named({"type": "ping"}), b": open\n\n"]
    ends = [{"type": "content_block_stop", "index": 0}, {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}]
    return b"".join([*said, *map(_named, ends), _named({"type": "message_stop"})])


def responses(written: Sequence[str]) -> bytes:
    kind = "response.output_text"
    said = [_named({"type": f"{kind}.delta", "output_index": 0, "content_index": 0, "delta": each}) for each in written]
    whole = {"type": f"{kind}.done", "output_index": 0, "content_index": 0, "text": "".join(written)}
    end = {"type": "response.completed", "response": {"status": "completed", "output": []}}
    return b"".join([*said, _named(whole), _named(end)])


STREAMS: dict[str, Callable[[Sequence[str]], bytes]] = {
    "chat": chat,
    "chat_calls": chat_calls,
    "completions": completions,
    "messages": messages,
    "messages_calls": lambda written: messages(written, "partial_json"),
    "responses": responses,
}


def heard(stream: bytes) -> str:
    """The text of all deltas, as a client puts it together."""
    text = ""
    for line in stream.split(b"\n"):
        if not line.startswith(b"data: {"):
            continue
        event = json.loads(line[6:])
        for choice in event.get("choices", ()):
            delta = choice.get("delta", {})
            text += choice.get("text", "") + delta.get("content", "")
            text += "".join(call["function"]["arguments"] for call in delta.get("tool_calls", ()))
        delta = event.get("delta", "")
        text += delta if isinstance(delta, str) else delta.get("text", "") + delta.get("partial_json", "")
    return text
