"""Writing a chat request."""

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
    Text,
    Tool,
    ToolCall,
    ToolResult,
    Turn,
)
from comity.relay.dialects.images import to_url


def write(talk: Conversation, served_as: str, complaints: Complaints, *, usage: bool) -> dict[str, Any]:
    """The chat request that says the same."""
    said: dict[str, Any] = {"model": served_as}
    said["messages"] = [message for turn in talk.turns for message in _messages(turn, complaints)]
    if talk.tools:
        said["tools"] = [_tool(tool) for tool in talk.tools]
        if talk.parallel is not None:
            said["parallel_tool_calls"] = talk.parallel
    if talk.choice:
        said["tool_choice"] = _choice(talk.choice)
    if talk.form:
        said["response_format"] = _form(talk.form)
    if talk.max_tokens is not None:
        said["max_completion_tokens"] = talk.max_tokens
    if talk.stop:
        said["stop"] = talk.stop
    for name, value in (
        ("temperature", talk.temperature),
        ("top_p", talk.top_p),
        ("top_k", talk.top_k),
        ("reasoning_effort", talk.effort),
        ("verbosity", talk.verbosity),
    ):
        if value is not None:
            said[name] = value
    if talk.stream:
        said["stream"] = True
        if usage:
            said["stream_options"] = {"include_usage": True}
    return said


def _messages(turn: Turn, complaints: Complaints) -> Iterator[dict[str, Any]]:
    if turn.role == "tool":
        for part in turn.parts:
            if isinstance(part, ToolResult):
                yield {"role": "tool", "tool_call_id": part.id, "content": _result(part, complaints)}
        return
    said: dict[str, Any] = {"role": turn.role}
    content: list[dict[str, Any]] = []
    calls: list[dict[str, Any]] = []
    for part in turn.parts:
        match part:
            case Text(text):
                content.append({"type": "text", "text": text})
            case Declined(text):
                said["refusal"] = said.get("refusal", "") + text
            case Image():
                content.append(_image(part))
            case ToolCall(id, name, arguments):
                function = {"name": name, "arguments": arguments}
                calls.append({"id": id, "type": "function", "function": function})
            case ToolResult():
                complaints.add(turn.place, "a result of a tool stands where the other dialect has none")
    said["content"] = _content(content) if content or not (calls or "refusal" in said) else None
    if calls:
        said["tool_calls"] = calls
    yield said


def _content(parts: list[dict[str, Any]]) -> str | list[dict[str, Any]]:
    """Text alone as a string, which every engine takes."""
    if not parts:
        return ""
    if len(parts) == 1 and parts[0]["type"] == "text":
        return str(parts[0]["text"])
    return parts


def _result(result: ToolResult, complaints: Complaints) -> str | list[dict[str, Any]]:
    said: list[dict[str, Any]] = []
    for part in result.parts:
        if isinstance(part, Text):
            said.append({"type": "text", "text": part.text})
        else:
            complaints.add(part.place, "a tool's result is text alone in the other dialect")
    return _content(said)


def _image(image: Image) -> dict[str, Any]:
    url = {"url": to_url(image), "detail": image.detail} if image.detail else {"url": to_url(image)}
    return {"type": "image_url", "image_url": url}


def _tool(tool: Tool) -> dict[str, Any]:
    function: dict[str, Any] = {"name": tool.name}
    if tool.description:
        function["description"] = tool.description
    if tool.parameters is not None:
        function["parameters"] = tool.parameters
    if tool.strict is not None:
        function["strict"] = tool.strict
    return {"type": "function", "function": function}


def _choice(choice: Choice) -> str | dict[str, Any]:
    if choice.kind == "named":
        return {"type": "function", "function": {"name": choice.names[0]}}
    if choice.kind == "allowed":
        tools = [{"type": "function", "function": {"name": name}} for name in choice.names]
        return {
            "type": "allowed_tools",
            "allowed_tools": {"mode": "required" if choice.must else "auto", "tools": tools},
        }
    return choice.kind


def _form(form: Form) -> dict[str, Any]:
    if form.schema is None:
        return {"type": "json_object"}
    schema: dict[str, Any] = {"name": form.name or NAMELESS_FORM}
    if form.description:
        schema["description"] = form.description
    schema["schema"] = form.schema
    if form.strict is not None:
        schema["strict"] = form.strict
    return {"type": "json_schema", "json_schema": schema}
