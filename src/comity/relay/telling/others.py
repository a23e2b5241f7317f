"""Answers of the surfaces that write no text: vectors, ranks, sounds, pictures. None of them gives a reason."""

from __future__ import annotations

import math
import re
from typing import Any

import msgspec
from msgspec import Struct

from comity.relay.telling import chat, responses
from comity.relay.telling.telling import ESCAPED
from comity.relay.usage import End, Said, Usage, count

EVENT_BYTES = 16 * 1024 * 1024
"""An event with a picture in base64."""

DONE = "stop"
"""The reason of a complete answer that gives none."""

FINAL = frozenset({"transcript.text.done", "speech.audio.done"})
HELD = frozenset({"image_generation.completed"})
"""One for each picture: it is the last event if no other follows."""


LAST: dict[str, End] = {**dict.fromkeys(FINAL, "final"), **dict.fromkeys(HELD, "held")}


class _Meta(Struct):
    tokens: dict[str, Any] | None = None
    billed_units: dict[str, Any] | None = None


class _Answer(Struct):
    type: str | None = None
    usage: dict[str, Any] | None = None
    meta: _Meta | None = None
    error: Any = None


_DECODE = msgspec.json.Decoder(_Answer).decode
_WORTH = re.compile(
    rb'(?:transcript\.text|speech\.audio)\.done|image_generation\.completed|"error"|\[DONE\]|' + ESCAPED
).search


def whole(document: bytes) -> Said | None:
    """Read an answer in one document; one that is no JSON (a sound, a transcript as text) says nothing."""
    read = _read(document)
    return None if read is None else Said(DONE, _tokens(read), failed=read.error is not None)


def event(document: bytes) -> Said | None:
    """Read one event; of an engine that streams transcripts in chunks as of chat, the chunk."""
    read = _read(document)
    if read is None:
        return None
    if read.type in FINAL:
        return Said(DONE, _tokens(read), end="final", bears=True)
    if read.type in HELD:
        return Said(DONE, _tokens(read), end="held", bears=True)
    return chat.said(document)


def worth(data: bytes) -> bool:
    """Whether some event may be the last one, or an error."""
    return _WORTH(data) is not None or chat.worth(data)


def _read(document: bytes) -> _Answer | None:
    try:
        return _DECODE(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _tokens(read: _Answer) -> Usage | None:
    """The counts, in whichever of the words in use: OpenAI's old and new ones, Cohere's, seconds of sound."""
    usage = read.usage
    if usage is None and read.meta is not None:
        usage = read.meta.tokens or read.meta.billed_units
    if usage is None:
        return None
    seconds = usage.get("seconds")
    if usage.get("type") == "duration" and isinstance(seconds, int | float) and 0 <= seconds < 10**9:
        return Usage(seconds=math.ceil(seconds))
    told = responses.tokens(usage)
    if told is not None and told.prompt_tokens < 0:
        told = chat.tokens(usage)
    if told is not None and told.prompt_tokens < 0:
        told = Usage(count(usage.get("total_tokens")))
    return told
