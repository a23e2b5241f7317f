"""What an answer says of itself: why it ended and how many tokens it took."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

FINISHES = frozenset({"stop", "length", "tool_calls", "content_filter", "function_call"})
"""Reasons that entries name; every other is `other` (docs/spec/entry.md)."""

MAX_TOKENS = 2**53 - 1
"""Largest count that canonical JSON can hold; a deployment that reports more reports nonsense."""

BYTES_A_TOKEN = 4
"""Of a request's body, for an estimate: English prose in JSON has 4.5 bytes a token, code and other scripts fewer."""


End: TypeAlias = Literal["", "held", "final"]
"""`final` for the last event of a stream, `held` for one that may be the last."""


class Usage(Struct, frozen=True, gc=False):
    """What an answer took; -1 where the deployment did not say.

    Attributes:
        prompt_tokens: tokens read, those from a cache too.
        completion_tokens: tokens written.
        seconds: of sound, rounded up, where a deployment counts those.
        estimated: the counts are ours: the answer was over before the deployment told its own.
    """

    prompt_tokens: int = -1
    completion_tokens: int = -1
    seconds: int = -1
    estimated: bool = False


class Said(Struct, frozen=True, gc=False):
    """What a document or one event of a stream says; `finish` is empty where it gives no reason.

    Attributes:
        usage: counts that are final, or of one side only (-1 for the other).
        failed: it tells an error.
        end: whether a stream is over with it.
        bears: whether the receipt is told in it.
        within: the object in it that tells the receipt, as it is written; empty for the event's own.
        usage_only: nothing but the usage is in it.
    """

    finish: str = ""
    usage: Usage | None = None
    failed: bool = False
    end: End = ""
    bears: bool = False
    within: bytes = b""
    usage_only: bool = False


NOTHING = Said()


def finish(reason: str) -> str:
    """A reason as entries have it."""
    return reason if reason in FINISHES else "other"


def count(value: object) -> int:
    """A count that a deployment told, -1 if it is none."""
    return value if type(value) is int and 0 <= value <= MAX_TOKENS else -1


def united(before: Usage | None, now: Usage | None) -> Usage | None:
    """Counts told one after the other: the later one holds where it says something."""
    if before is None or now is None:
        return now or before
    return Usage(
        now.prompt_tokens if now.prompt_tokens >= 0 else before.prompt_tokens,
        now.completion_tokens if now.completion_tokens >= 0 else before.completion_tokens,
        now.seconds if now.seconds >= 0 else before.seconds,
    )


def estimate(told: Usage | None, request_bytes: int, events: int) -> Usage:
    """What a stream took until its client left: what was told, else an estimate by the request and the events."""
    prompt = told.prompt_tokens if told is not None and told.prompt_tokens >= 0 else request_bytes // BYTES_A_TOKEN
    written = told.completion_tokens if told is not None else -1
    return Usage(prompt, max(written, events), estimated=True)
