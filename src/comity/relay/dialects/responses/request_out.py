"""Writing a request of the Responses API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from comity.relay.dialects.complaints import Complaints
from comity.relay.dialects.conversation import (
    NAMELESS_FORM,
    Choice,
    Conversation,
    Declined,
    Form,
    Image,
    Part,
    Text,
    Tool,
    ToolCall,
    ToolResult,
    Turn,
)
from comity.relay.dialects.images import to_url


def write(talk: Conversation, served_as: str, complaints: Complaints, *, usage: bool) -> dict[str, Any]:
    """The request of the Responses API that says the same. It always reports usage, asked or not."""
    said: dict[str, Any] = {"model": served_as}
    instructions, turns = _instructions(talk.turns)
    if instructions:
        said["instructions"] = instructions
    said["input"] = [item for turn in turns for item in _items(turn)]
    said["store"] = False  # or it would be kept, which is the default here and in no other dialect
    if talk.tools:
        said["tools"] = [_tool(tool) for tool in talk.tools]
        if talk.parallel is not None:
            said["parallel_tool_calls"] = talk.parallel
    if talk.choice:
        said["tool_choice"] = _choice(talk.choice)
    shape: dict[str, Any] = {"format": _form(talk.form)} if talk.form else {}
    if talk.verbosity:
        shape["verbosity"] = talk.verbosity
    for name, value in (
        ("text", shape or None),
        ("reasoning", {"effort": talk.effort} if talk.effort else None),
        ("max_output_tokens", talk.max_tokens),
        ("temperature", talk.temperature),
        ("top_p", talk.top_p),
    ):
        if value is not None:
            said[name] = value
    if talk.stop:
        complaints.add(talk.places["stop"], "the other dialect has no words to stop at")
    if talk.top_k is not None:
        complaints.add(talk.places["top_k"], "a way to sample that the other dialect has no word for")
    if talk.stream:
        said["stream"] = True
    return said


def _instructions(turns: list[Turn]) -> tuple[str, list[Turn]]:
    """The text of a first system turn, and the other turns."""
    if turns and turns[0].role == "system" and len(turns[0].parts) == 1:
        part = turns[0].parts[0]
        if isinstance(part, Text):
            return part.text, turns[1:]
    return "", turns


def _items(turn: Turn) -> Iterator[dict[str, Any]]:
    content: list[dict[str, Any]] = []
    later: list[dict[str, Any]] = []
    for part in turn.parts:
        match part:
            case ToolCall(id, name, arguments):
                later.append({"type": "function_call", "call_id": id, "name": name, "arguments": arguments})
            case ToolResult(id, parts):
                output = _content([_part(each, "user") for each in parts])
                later.append({"type": "function_call_output", "call_id": id, "output": output})
            case _:
                content.append(_part(part, turn.role))
    if content or not later:
        yield {"role": turn.role, "content": _content(content)}
    yield from later


def _content(parts: list[dict[str, Any]]) -> str | list[dict[str, Any]]:
    if not parts:
        return ""
    if len(parts) == 1 and "text" in parts[0]:
        return str(parts[0]["text"])
    return parts


def _part(part: Part, role: str) -> dict[str, Any]:
    match part:
        case Text(text):
            return {"type": "output_text" if role == "assistant" else "input_text", "text": text}
        case Declined(text):
            return {"type": "refusal", "refusal": text}
        case Image():
            return {"type": "input_image", "image_url": to_url(part), "detail": part.detail or "auto"}
    raise AssertionError(part)  # calls and results are items


def _tool(tool: Tool) -> dict[str, Any]:
    said: dict[str, Any] = {"type": "function", "name": tool.name}
    if tool.description:
        said["description"] = tool.description
    said["parameters"] = {"type": "object", "properties": {}} if tool.parameters is None else tool.parameters
    said["strict"] = bool(tool.strict)  # absent means true here, and false in every other dialect
    return said


def _choice(choice: Choice) -> str | dict[str, Any]:
    if choice.kind == "named":
        return {"type": "function", "name": choice.names[0]}
    if choice.kind == "allowed":
        tools = [{"type": "function", "name": name} for name in choice.names]
        return {"type": "allowed_tools", "mode": "required" if choice.must else "auto", "tools": tools}
    return choice.kind


def _form(form: Form) -> dict[str, Any]:
    if form.schema is None:
        return {"type": "json_object"}
    said: dict[str, Any] = {"type": "json_schema", "name": form.name or NAMELESS_FORM}
    if form.description:
        said["description"] = form.description
    said["schema"] = form.schema
    if form.strict is not None:
        said["strict"] = form.strict
    return said
