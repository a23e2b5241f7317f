"""Answers of Anthropic's `/messages`."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import Struct

from comity.relay.telling.telling import ESCAPED
from comity.relay.usage import End, Said, Usage, count

REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
"""`stop_reason` in the words of entries."""


class _Message(Struct):
    type: str | None = None
    stop_reason: str | None = None
    usage: dict[str, Any] | None = None
    error: Any = None


class _Event(Struct):
    type: str | None = None
    message: _Message | None = None
    delta: _Message | None = None
    usage: dict[str, Any] | None = None
    error: Any = None


_WHOLE = msgspec.json.Decoder(_Message).decode
_EVENT = msgspec.json.Decoder(_Event).decode
LAST: dict[str, End] = {"message_stop": "final"}
_WORTH = re.compile(rb'message_stop|"message_(?:start|delta)"|"error"|\[DONE\]|' + ESCAPED).search


def whole(document: bytes) -> Said | None:
    """Read a complete message."""
    try:
        read = _WHOLE(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return Said(reason(read.stop_reason), tokens(read.usage), failed=read.error is not None)


def event(document: bytes) -> Said | None:
    """Read one event."""
    try:
        read = _EVENT(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    match read.type:
        case "message_start":
            return Said(usage=tokens(read.message.usage) if read.message is not None else None)
        case "message_delta":
            why = reason(read.delta.stop_reason) if read.delta is not None else ""
            return Said(why, tokens(read.usage), bears=why != "")
        case "message_stop":
            return Said(end="final")
    return Said(failed=read.type == "error" or read.error is not None)


def worth(data: bytes) -> bool:
    """Whether some event may tell the usage, a reason, the end or an error."""
    return _WORTH(data) is not None


def tokens(reported: dict[str, Any] | None) -> Usage | None:
    """The counts of a `usage` object; what was read from a cache, or written to one, was read too."""
    if reported is None:
        return None
    read = count(reported.get("input_tokens"))
    if read >= 0:
        read += sum(max(0, count(reported.get(f"cache_{kind}_input_tokens"))) for kind in ("creation", "read"))
    return Usage(read, count(reported.get("output_tokens")))


def reason(told: str | None) -> str:
    """The word of a `stop_reason`, empty where there is none."""
    return "" if told is None else REASONS.get(told, "other")
