"""Writing answers of the Messages API: a message, or the events of a stream."""

from __future__ import annotations

from typing import Any

import msgspec

from comity.relay.dialects.arguments import to_object
from comity.relay.dialects.collected import Collected, Piece
from comity.relay.dialects.errors import event
from comity.relay.dialects.listener import Failure, Tokens
from comity.relay.dialects.naming import Naming
from comity.relay.dialects.writer import Writer

END = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'

_REASONS = {
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
    "content_filter": "refusal",
}
_encode = msgspec.json.Encoder().encode


def whole(answer: Collected, naming: Naming) -> bytes:
    """The message that says the same."""
    content = [_block(piece, naming, number) for number, piece in enumerate(answer.pieces)]
    called = bool(answer.of("call"))
    return _encode(
        {
            "id": naming.ids("msg_"),
            "type": "message",
            "role": "assistant",
            "model": naming.model,
            "content": content,
            **_stop(answer.reason, answer.sequence, called=called),
            "usage": _usage(answer.tokens or Tokens()),
        }
    )


def _block(piece: Piece, naming: Naming, number: int) -> dict[str, Any]:
    if piece.sort == "call":
        id = piece.id or naming.item("toolu_", number)
        return {"type": "tool_use", "id": id, "name": piece.name, "input": to_object(piece.text)}
    if piece.sort == "thought":
        return {"type": "thinking", "thinking": piece.text, "signature": ""}
    return {"type": "text", "text": piece.text}


class Stream(Writer):
    """A listener that writes events into `out`, and the last one into `tail`."""

    __slots__ = ("_called", "_delta", "_index", "_naming", "_open")

    def __init__(self, naming: Naming) -> None:
        super().__init__()
        self._naming = naming
        self._index = -1  # of the last block
        self._open = ""  # what kind of block is open
        self._delta = b""  # a delta of that block, up to its text
        self._called = False

    def started(self, id: str) -> None:
        """See `Listener`."""
        naming = self._naming
        message: dict[str, Any] = {
            "id": naming.ids("msg_"),
            "type": "message",
            "role": "assistant",
            "model": naming.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": _usage(Tokens()),  # the totals come with `message_delta`
        }
        self._event(b"message_start", {"message": message})

    def thought(self, text: str) -> None:
        """See `Listener`."""
        if self._open != "thinking":
            self._begin(
                "thinking", {"type": "thinking", "thinking": "", "signature": ""}, b"thinking_delta", b"thinking"
            )
        self._say(text)

    def text(self, text: str) -> None:
        """See `Listener`."""
        if self._open != "text":
            self._begin("text", {"type": "text", "text": ""}, b"text_delta", b"text")
        self._say(text)

    def declined(self, text: str) -> None:
        """See `Listener`. What a model says instead of an answer is text here; `stop_reason` tells."""
        if self._open != "declined":
            self._begin("declined", {"type": "text", "text": ""}, b"text_delta", b"text")
        self._say(text)

    def called(self, id: str, name: str) -> None:
        """See `Listener`."""
        self._called = True
        id = id or self._naming.item("toolu_", self._index + 1)
        block = {"type": "tool_use", "id": id, "name": name, "input": {}}
        self._begin("tool_use", block, b"input_json_delta", b"partial_json")

    def arguments(self, text: str) -> None:
        """See `Listener`."""
        self._say(text)

    def error(self, failure: Failure) -> bytes:
        """See `Writer`."""
        return event("messages", failure)

    def end(self) -> bytes:
        """See `Writer`."""
        self._finish_block()
        delta = _stop(self.reason, self.sequence, called=self._called)
        self._event(b"message_delta", {"delta": delta, "usage": _usage(self.tokens or Tokens())})
        return END

    def _begin(self, kind: str, block: dict[str, Any], delta: bytes, member: bytes) -> None:
        self._finish_block()
        self._open = kind
        self._index += 1
        self._event(b"content_block_start", {"index": self._index, "content_block": block})
        self._delta = (
            b'event: content_block_delta\ndata: {"type":"content_block_delta","index":%d,"delta":{"type":"%b","%b":'
            % (self._index, delta, member)
        )

    def _say(self, text: str) -> None:
        self.out.append(self._delta + _encode(text) + b"}}\n\n")

    def _finish_block(self) -> None:
        if self._open:
            self._open = ""
            self._event(b"content_block_stop", {"index": self._index})

    def _event(self, type: bytes, members: dict[str, Any]) -> None:
        self.out.append(b"event: %b\ndata: %b\n\n" % (type, _encode({"type": type.decode(), **members})))


def _stop(reason: str, sequence: str, *, called: bool) -> dict[str, Any]:
    """Why it ended. Some engines say `stop` behind calls; here calls have a reason of their own."""
    said = "stop_sequence" if sequence else _REASONS.get(reason, "end_turn")
    return {"stop_reason": "tool_use" if called and said == "end_turn" else said, "stop_sequence": sequence or None}


def _usage(tokens: Tokens) -> dict[str, Any]:
    """Counts that are not known are zero where the dialect requires them, and absent elsewhere."""
    fresh = tokens.input - max(tokens.cached, 0) - max(tokens.written, 0)
    said: dict[str, Any] = {"input_tokens": max(fresh, 0), "output_tokens": max(tokens.output, 0)}
    if tokens.cached >= 0:
        said["cache_read_input_tokens"] = tokens.cached
    if tokens.written >= 0:
        said["cache_creation_input_tokens"] = tokens.written
    if tokens.reasoning >= 0:
        said["output_tokens_details"] = {"thinking_tokens": tokens.reasoning}
    return said
