"""What an answer says of itself: why it ended and how many tokens it took."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

FINISHES = frozenset({"stop", "length", "tool_calls", "content_filter", "function_call"})
"""Reasons that entries name; every other is `other` (docs/spec/entry.md)."""

MAX_TOKENS = 2**53 - 1
"""Largest count that canonical JSON can hold; a deployment that reports more reports nonsense."""


class Usage(Struct, frozen=True, gc=False):
    """Tokens as the deployment reported them; -1 where it did not."""

    prompt_tokens: int = -1
    completion_tokens: int = -1


class _Choice(Struct, gc=False):
    finish_reason: str | None = None


class _Said(Struct):
    choices: list[_Choice] | None = None
    usage: dict[str, Any] | None = None
    error: Any = None


class Said(Struct, frozen=True, gc=False):
    """What a JSON answer or one event of a stream says; `finish` is empty where it gives no reason."""

    finish: str = ""
    usage: Usage | None = None
    failed: bool = False


_DECODE = msgspec.json.Decoder(_Said).decode
NOTHING = Said()


def said(document: bytes) -> Said | None:
    """Read one JSON document of the OpenAI chat shape; None if it is not one."""
    try:
        read = _DECODE(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    finish = ""
    for choice in read.choices or ():
        if choice.finish_reason is not None:
            finish = choice.finish_reason if choice.finish_reason in FINISHES else "other"
    return Said(finish, _usage(read.usage), failed=read.error is not None)


def _usage(reported: dict[str, Any] | None) -> Usage | None:
    if reported is None:
        return None
    return Usage(_count(reported.get("prompt_tokens")), _count(reported.get("completion_tokens")))


def _count(value: object) -> int:
    return value if type(value) is int and 0 <= value <= MAX_TOKENS else -1
