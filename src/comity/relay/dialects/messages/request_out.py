"""Writing a request of the Messages API."""

from __future__ import annotations

from typing import Any

from comity.relay.dialects.arguments import to_object
from comity.relay.dialects.complaints import Complaints
from comity.relay.dialects.conversation import (
    Conversation,
    Declined,
    Image,
    Part,
    Text,
    Tool,
    ToolCall,
    ToolResult,
    Turn,
)

DEFAULT_MAX_TOKENS = 8192
"""`max_tokens` is required here and in no other dialect. Where the caller sets none: what every model behind this API
can write in one answer, so that none refuses it; who wants more says so."""

MAX_TEMPERATURE = 1
"""Of this API; OpenAI's dialects go up to 2, and what lies above has no counterpart."""


def write(talk: Conversation, served_as: str, complaints: Complaints, *, usage: bool) -> dict[str, Any]:
    """The request of the Messages API that says the same. It always reports usage, asked or not."""
    said: dict[str, Any] = {"model": served_as}
    said["max_tokens"] = DEFAULT_MAX_TOKENS if talk.max_tokens is None else talk.max_tokens
    system, turns = _system(talk.turns)
    if system:
        blocks = [_block(part, turn.place, complaints) for turn in system for part in turn.parts]
        said["system"] = _content(blocks)
    said["messages"] = _messages(turns, complaints)
    if talk.tools:
        said["tools"] = [_tool(tool) for tool in talk.tools]
    choice = _choice(talk, complaints)
    if choice:
        said["tool_choice"] = choice
    _set(said, talk, complaints)
    if talk.stream:
        said["stream"] = True
    return said


def _set(said: dict[str, Any], talk: Conversation, complaints: Complaints) -> None:
    """How to answer."""
    config: dict[str, Any] = {}
    if talk.form and talk.form.schema is None:
        complaints.add(talk.places["form"], "JSON of no schema; the other dialect takes a schema")
    elif talk.form:
        config["format"] = {"type": "json_schema", "schema": talk.form.schema}
    if talk.effort == "minimal":
        complaints.add(talk.places["effort"], "the other dialect begins at `low`")
    elif talk.effort and talk.effort != "none":
        config["effort"] = talk.effort
    if talk.temperature is not None and not 0 <= talk.temperature <= MAX_TEMPERATURE:
        complaints.add(talk.places["temperature"], f"the other dialect goes from 0 to {MAX_TEMPERATURE}")
    if talk.verbosity not in (None, "medium"):
        complaints.add(talk.places["verbosity"], "the other dialect has no word for it")
    for name, value in (
        ("thinking", {"type": "disabled"} if talk.effort == "none" else None),
        ("output_config", config or None),
        ("temperature", talk.temperature),
        ("top_p", talk.top_p),
        ("top_k", talk.top_k),
        ("stop_sequences", talk.stop or None),
    ):
        if value is not None:
            said[name] = value


def _system(turns: list[Turn]) -> tuple[list[Turn], list[Turn]]:
    """Instructions before the first message, and everything else."""
    for number, turn in enumerate(turns):
        if turn.role not in ("system", "developer"):
            return turns[:number], turns[number:]
    return turns, []


def _messages(turns: list[Turn], complaints: Complaints) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = []
    joins = False  # results of all calls of a turn stand in one message, and what the user says next behind them
    for turn in turns:
        role = {"tool": "user", "developer": "system"}.get(turn.role, turn.role)
        blocks = [_block(part, turn.place, complaints) for part in turn.parts]
        if len(blocks) > 1:
            blocks = [block for block in blocks if block.get("text") != ""]  # it refuses empty text
        if joins and role == "user":
            said[-1]["content"] += [block for block in blocks if block.get("text") != ""]
        else:
            said.append({"role": role, "content": blocks})
        joins = turn.role == "tool"
    return [{"role": each["role"], "content": _content(each["content"])} for each in said]


def _content(blocks: list[dict[str, Any]]) -> str | list[dict[str, Any]]:
    if not blocks:
        return ""
    if len(blocks) == 1 and blocks[0]["type"] == "text":
        return str(blocks[0]["text"])
    return blocks


def _block(part: Part, place: str, complaints: Complaints) -> dict[str, Any]:
    match part:
        case Text(text) | Declined(text):
            return {"type": "text", "text": text}
        case Image():
            return _image(part)
        case ToolCall(id, name, arguments):
            return {"type": "tool_use", "id": id, "name": name, "input": to_object(arguments)}
        case ToolResult(id, parts):
            content = _content([_block(each, place, complaints) for each in parts])
            return {"type": "tool_result", "tool_use_id": id, "content": content}


def _image(image: Image) -> dict[str, Any]:
    if image.url:
        return {"type": "image", "source": {"type": "url", "url": image.url}}
    return {"type": "image", "source": {"type": "base64", "media_type": image.media_type, "data": image.data}}


def _tool(tool: Tool) -> dict[str, Any]:
    said: dict[str, Any] = {"name": tool.name}
    if tool.description:
        said["description"] = tool.description
    said["input_schema"] = {"type": "object", "properties": {}} if tool.parameters is None else tool.parameters
    if tool.strict is not None:
        said["strict"] = tool.strict
    return said


def _choice(talk: Conversation, complaints: Complaints) -> dict[str, Any] | None:
    choice = talk.choice
    if choice and choice.kind == "allowed":
        complaints.add(
            talk.places["choice"], "the other dialect cannot pick among tools; send those that may be called"
        )
        return None
    if not talk.tools and choice is None:
        return None
    said: dict[str, Any] | None = None
    if choice and choice.kind == "named":
        said = {"type": "tool", "name": choice.names[0]}
    elif choice:
        said = {"type": {"required": "any"}.get(choice.kind, choice.kind)}
    if talk.parallel is False and (said is None or said["type"] != "none"):
        said = {**(said or {"type": "auto"}), "disable_parallel_tool_use": True}
    return said
