"""Answers of `/chat/completions` and `/completions`."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from comity.relay.usage import Said, Usage, count, finish


class _Choice(Struct, gc=False):
    finish_reason: str | None = None


class _Usage(Struct, gc=False):
    """Of its many members two count; the others are not built."""

    prompt_tokens: Any = None
    completion_tokens: Any = None


class _Said(Struct):
    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    error: Any = None


_DECODE = msgspec.json.Decoder(_Said).decode


def said(document: bytes) -> Said | None:
    """Read one JSON document, an answer or a chunk; None if it is not one."""
    try:
        read = _DECODE(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    reason = ""
    for choice in read.choices or ():
        if choice.finish_reason is not None:
            reason = finish(choice.finish_reason)
    return Said(
        reason,
        None if read.usage is None else Usage(count(read.usage.prompt_tokens), count(read.usage.completion_tokens)),
        failed=read.error is not None,
        bears=reason != "",
        usage_only=read.usage is not None and read.choices == [],
    )


def tokens(reported: dict[str, Any] | None) -> Usage | None:
    """The counts of a `usage` object."""
    if reported is None:
        return None
    return Usage(count(reported.get("prompt_tokens")), count(reported.get("completion_tokens")))


def worth(data: bytes) -> bool:
    """Whether some chunk may have a reason to finish, a usage, an error or the end."""
    finishes = data.count(b'"finish_reason"')
    usages = data.count(b'"usage"')
    return (
        (finishes != 0 and finishes != data.count(b'"finish_reason":null'))
        or (usages != 0 and usages != data.count(b'"usage":null'))
        or b"[DONE]" in data
        or b'"error"' in data
    )
