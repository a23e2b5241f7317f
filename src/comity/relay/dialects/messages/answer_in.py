"""Reading answers of the Messages API: a message, or the events of a stream."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw, Struct

from comity.relay.dialects.arguments import to_text
from comity.relay.dialects.errors import told
from comity.relay.dialects.listener import MAX_CALLS, Listener, Tokens, Unreadable, counted
from comity.relay.usage import count

REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
"""`stop_reason` in the words of chat."""


class _Block(Struct, gc=False):
    type: str
    id: str = ""
    name: str = ""
    text: str = ""
    thinking: str = ""
    input: Raw = Raw()


class _Delta(Struct, gc=False):
    type: str = ""
    text: str = ""
    partial_json: str = ""
    thinking: str = ""
    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: Any = None


class _Message(Struct):
    id: str = ""
    type: str = ""
    content: list[_Block] = []
    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: Any = None
    usage: dict[str, Any] | None = None
    error: Any = None


class _Event(Struct, gc=False):
    type: str
    index: int = 0
    delta: _Delta | None = None
    content_block: _Block | None = None
    message: _Message | None = None
    usage: dict[str, Any] | None = None
    error: Any = None


_DECODE = msgspec.json.Decoder(_Event).decode
_DECODE_WHOLE = msgspec.json.Decoder(_Message).decode
_EMPTY = (b"", b"null", b'""')


def _text(given: bytes) -> str:
    try:
        return "{}" if given in _EMPTY else given.decode()
    except UnicodeDecodeError:  # what is kept raw was not looked into
        raise Unreadable from None


class Reader:
    """Tells a listener what an answer says, event by event."""

    __slots__ = ("_block", "_calls", "_given", "_index", "_listener", "_started", "_usage")

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._started = False
        self._usage: dict[str, Any] = {}
        self._calls = 0
        self._index = -1  # of the block that is open, -1 if none is
        self._block = ""  # its type
        self._given = ""  # its input so far as no delta brought any: what stood at its start, or an empty object

    def event(self, content: bytes) -> None:
        """One event.

        Raises:
            Unreadable: it is not of this dialect.
        """
        try:
            event = _DECODE(content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Unreadable from None
        if not self._started and event.type.startswith(("content_block", "message_delta", "message_stop")):
            raise Unreadable
        match event.type:
            case "content_block_delta":
                if event.delta is None or event.index != self._index:
                    raise Unreadable
                self._delta(event.delta)
            case "content_block_start":
                if event.content_block is None or self._index != -1:
                    raise Unreadable
                self._index = event.index
                self._open(event.content_block)
            case "content_block_stop":
                self._close()
            case "message_start":
                message = event.message or _Message()
                if self._started:
                    raise Unreadable
                self._started = True
                self._listener.started(message.id)
                self._used(message.usage)
            case "message_delta":
                self._used(event.usage)
                self._stop(event.delta or _Delta())
            case "message_stop":
                self._listener.ended()
            case "error":
                self._listener.failed(told(event.error))
            # `ping`, and what may come to be: clients of this dialect pass over it

    def whole(self, body: bytes) -> None:
        """A complete answer.

        Raises:
            Unreadable: it is not of this dialect.
        """
        try:
            message = _DECODE_WHOLE(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Unreadable from None
        if message.type == "error":
            self._listener.failed(told(message.error))
            return
        if message.type != "message":
            raise Unreadable
        self._listener.started(message.id)
        for block in message.content:
            self._open(block)
            self._close()
        self._used(message.usage)
        self._stop(_Delta("", "", "", "", message.stop_reason, message.stop_sequence, message.stop_details))
        self._listener.ended()

    def _open(self, block: _Block) -> None:
        self._block, self._given = block.type, ""
        if block.type == "tool_use":
            self._calls += 1
            if self._calls > MAX_CALLS:
                raise Unreadable
            self._listener.called(block.id, block.name)
            self._given = _text(bytes(block.input))
        elif block.type == "text":
            if block.text:
                self._listener.text(block.text)
        elif block.type == "thinking":
            if block.thinking:
                self._listener.thought(block.thinking)
        elif block.type != "redacted_thinking":  # opaque, and of use to its maker alone
            raise Unreadable  # tools that the upstream runs were not asked for

    def _delta(self, delta: _Delta) -> None:
        if delta.type == "text_delta":
            if delta.text:
                self._listener.text(delta.text)
        elif delta.type == "input_json_delta":
            if self._block != "tool_use":
                raise Unreadable
            if delta.partial_json:
                self._given = ""
                self._listener.arguments(delta.partial_json)
        elif delta.type == "thinking_delta" and delta.thinking:
            self._listener.thought(delta.thinking)

    def _close(self) -> None:
        if self._given:
            self._listener.arguments(_as_written(self._given))
        self._index, self._block, self._given = -1, "", ""

    def _stop(self, said: _Delta) -> None:
        if said.stop_reason is None:
            return
        details = said.stop_details
        explained = details.get("explanation") if isinstance(details, dict) else None
        if isinstance(explained, str) and explained:
            self._listener.declined(explained)
        self._listener.stopped(REASONS.get(said.stop_reason, said.stop_reason), said.stop_sequence or "")

    def _used(self, usage: dict[str, Any] | None) -> None:
        """Counts are totals so far; one that is absent keeps its last value."""
        if usage is None:
            return
        self._usage |= {name: value for name, value in usage.items() if value is not None}
        said = self._usage
        fresh, cached = count(said.get("input_tokens")), count(said.get("cache_read_input_tokens"))
        written, details = count(said.get("cache_creation_input_tokens")), said.get("output_tokens_details")
        thinking = details.get("thinking_tokens") if isinstance(details, dict) else None
        self._listener.used(
            Tokens(counted(fresh, cached, written), count(said.get("output_tokens")), cached, written, count(thinking))
        )


def _as_written(text: str) -> str:
    """The text of an input; of one that a gateway put under `INVALID_JSON`, the model's own."""
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unreadable from None
    return to_text(value) if isinstance(value, dict) and "INVALID_JSON" in value else text
