"""Where the text of a delta stands in an event of a stream, in any of the dialects."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any, NamedTuple

_OF_MESSAGES = ("text", "partial_json", "thinking")
_OF_CHAT = ("content", "reasoning_content", "reasoning", "refusal")


class Delta(NamedTuple):
    """A piece of a text that continues from event to event.

    Attributes:
        lane: what is written one after the other: a choice, a block, an item.
        channel: the text, within its lane.
        holder, key: where the piece stands.
    """

    lane: Hashable
    channel: Hashable
    holder: dict[str, Any]
    key: str

    @property
    def text(self) -> str:
        """The piece."""
        text: str = self.holder[self.key]
        return text

    def put(self, text: str) -> None:
        """Another in its place."""
        self.holder[self.key] = text


def deltas(event: Any) -> list[Delta]:
    """All of an event, which was parsed; none where it has none, or is of no dialect."""
    if not isinstance(event, dict):
        return []
    if isinstance(event.get("choices"), list):
        return list(_chat(event["choices"]))
    kind, delta = event.get("type"), event.get("delta")
    if kind == "content_block_delta" and isinstance(delta, dict):
        lane = str(event.get("index"))
        return [Delta(lane, key, delta, key) for key in _OF_MESSAGES if isinstance(delta.get(key), str)]
    if isinstance(kind, str) and kind.endswith(".delta") and isinstance(delta, str):
        lane = str(event.get("output_index"))
        part = event.get("content_index", event.get("summary_index"))
        return [Delta(lane, f"{kind} {part}", event, "delta")]
    return []


def is_ping(event: Any) -> bool:
    """Whether it says nothing but that the line is open."""
    return isinstance(event, dict) and event.get("type") == "ping"


def _chat(choices: list[Any]) -> Iterator[Delta]:
    for choice in choices:
        if not isinstance(choice, dict):
            continue
        lane = str(choice.get("index"))
        if isinstance(choice.get("text"), str):
            yield Delta(lane, "text", choice, "text")
        delta = choice.get("delta")
        if not isinstance(delta, dict):
            continue
        for key in _OF_CHAT:
            if isinstance(delta.get(key), str):
                yield Delta(lane, key, delta, key)
        calls = delta.get("tool_calls")
        for call in calls if isinstance(calls, list) else ():
            function = call.get("function") if isinstance(call, dict) else None
            if isinstance(function, dict) and isinstance(function.get("arguments"), str):
                yield Delta(lane, f"call {call.get('index')}", function, "arguments")
        function = delta.get("function_call")
        if isinstance(function, dict) and isinstance(function.get("arguments"), str):
            yield Delta(lane, "function", function, "arguments")
