"""Answers of `/responses`. Their streams end with the whole response, which says how it went."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import Raw, Struct

from comity.relay.telling.telling import ESCAPED
from comity.relay.usage import End, Said, Usage, count

ENDS = {"response.completed": "completed", "response.incomplete": "incomplete", "response.failed": "failed"}
"""Types of the last event, and the status of its response."""

EVENT_BYTES = 8 * 1024 * 1024
"""Events with the whole response repeat its instructions and tools beside what was written."""

CUT = {"max_output_tokens": "length", "content_filter": "content_filter"}
"""Reasons of an incomplete response, in the words of entries."""

CALLS = frozenset({"function_call", "custom_tool_call"})
"""Items with which an answer ends because the caller has to act."""


class _Item(Struct, gc=False):
    type: str | None = None


class _Details(Struct, gc=False):
    reason: str | None = None


class _Response(Struct):
    status: str | None = None
    incomplete_details: _Details | None = None
    output: list[_Item] | None = None
    usage: dict[str, Any] | None = None
    error: Any = None


class _Event(Struct):
    type: str | None = None
    response: Raw = Raw(b"{}")
    error: Any = None


_EVENT = msgspec.json.Decoder(_Event).decode
_RESPONSE = msgspec.json.Decoder(_Response).decode
LAST: dict[str, End] = dict.fromkeys(ENDS, "final")
_WORTH = re.compile(rb'response\.(?:completed|incomplete|failed)|"error"|\[DONE\]|' + ESCAPED).search


def whole(document: bytes) -> Said | None:
    """Read a complete response."""
    try:
        return _said(_RESPONSE(document))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def event(document: bytes) -> Said | None:
    """Read one event."""
    try:
        read = _EVENT(document)
        if read.type not in ENDS:
            return Said(failed=read.type == "error" or read.error is not None)
        within = bytes(read.response)
        response = _RESPONSE(within)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    response.status = response.status or ENDS[read.type]
    within = within if len(within) > len(b"{}") else b""
    return msgspec.structs.replace(_said(response), end="final", bears=True, within=within)


def worth(data: bytes) -> bool:
    """Whether some event may be the last one, or an error."""
    return _WORTH(data) is not None


def tokens(reported: dict[str, Any] | None) -> Usage | None:
    """The counts of a `usage` object."""
    if reported is None:
        return None
    return Usage(count(reported.get("input_tokens")), count(reported.get("output_tokens")))


def reason(status: str) -> str:
    """The word of a status, of a response that was not read as a whole."""
    return {"completed": "stop", "incomplete": "length"}.get(status, "other")


def _said(response: _Response) -> Said:
    why = ""
    if response.status == "completed":
        calls = any(item.type in CALLS for item in response.output or ())
        why = "tool_calls" if calls else "stop"
    elif response.status == "incomplete":
        told = response.incomplete_details.reason if response.incomplete_details is not None else None
        why = CUT.get(told or "", "other")
    failed = response.status == "failed" or (response.status is None and response.error is not None)
    return Said(why, tokens(response.usage), failed=failed)
