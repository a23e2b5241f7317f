"""Reading a request of the Responses API."""

from __future__ import annotations

from typing import Any

from comity.relay.dialects.complaints import CLOSED, Complaints, Members
from comity.relay.dialects.conversation import (
    EFFORTS,
    Choice,
    Conversation,
    Declined,
    Form,
    Image,
    Kind,
    Part,
    Text,
    Tool,
    ToolCall,
    ToolResult,
    Turn,
)
from comity.relay.dialects.images import from_url
from comity.relay.dialects.results import shown
from comity.relay.dialects.tables import (
    DROPPED_TYPES,
    RESPONSES,
    RESPONSES_INCLUDE,
    RESPONSES_ITEM,
    RESPONSES_PART,
    RESPONSES_REASONING,
    RESPONSES_STREAM,
    RESPONSES_TOOL,
)

_WORDS: dict[str, Kind] = {"auto": "auto", "none": "none", "required": "required"}


def read(document: dict[str, Any], complaints: Complaints) -> Conversation:
    """The conversation that a request of the Responses API is."""
    asked = Members(document, "", complaints)
    asked.take("model")
    talk = Conversation()
    instructions = asked.text("instructions")
    if instructions:
        talk.turns.append(Turn("system", [Text(instructions)], "instructions"))
    _input(asked, talk.turns)
    talk.tools = [tool for tool in map(_tool, asked.each("tools")) if tool]
    talk.choice = _choice(asked)
    talk.parallel = asked.flag("parallel_tool_calls")
    shape = asked.members("text")
    if shape:
        talk.form = _form(shape.members("format"))
        talk.verbosity = shape.text("verbosity") or None
        shape.finish(CLOSED)
    talk.max_tokens = asked.whole("max_output_tokens")
    talk.temperature, talk.top_p = asked.number("temperature"), asked.number("top_p")
    reasoning = asked.members("reasoning")
    if reasoning:
        talk.effort = reasoning.text("effort") or None
        if talk.effort and talk.effort not in EFFORTS:
            reasoning.refuse("effort", f"none of {', '.join(EFFORTS)}")
        reasoning.finish(RESPONSES_REASONING)
    talk.stream = bool(asked.flag("stream"))
    options = asked.members("stream_options")
    if options:
        options.finish(RESPONSES_STREAM)
    _include(asked)
    talk.places = {
        **{name: name for name in ("temperature", "tools")},
        "verbosity": "text.verbosity",
        "effort": "reasoning.effort",
        "form": "text.format",
        "choice": "tool_choice",
    }
    asked.finish(RESPONSES)
    return talk


def _include(asked: Members) -> None:
    for number, value in enumerate(asked.texts("include")):
        if value not in RESPONSES_INCLUDE:
            asked.refuse(f"include[{number}]={value}", "the other dialect gives no such thing")


def _input(asked: Members, turns: list[Turn]) -> None:
    given = asked.take("input")
    if isinstance(given, str):
        turns.append(Turn("user", [Text(given)], "input"))
    elif isinstance(given, list) and given:
        for item in asked.objects("input", given):
            _item(item, turns)
    else:
        asked.refuse("input", "required: text, or a list of items")


def _item(item: Members, turns: list[Turn]) -> None:
    """One item. What the assistant said and called stands in items of their own; here it is one turn."""
    kind = item.text("type") or "message"
    last = turns[-1] if turns else None
    if kind == "message":
        role = item.text("role", required=True)
        if role not in ("system", "developer", "user", "assistant"):
            item.refuse("role", "not one that the other dialect has")
            role = "user"
        parts = _parts(item, "content")
        if role == "assistant" and last and last.role == "assistant" and _calls(last):
            last.parts.extend(parts)  # between calls and their results nobody else may speak
        else:
            turns.append(Turn(role, parts, item.place))  # type: ignore[arg-type]
    elif kind == "function_call":
        call = ToolCall(item.text("call_id", required=True), item.text("name", required=True), item.text("arguments"))
        _append(turns, "assistant", call, item.place)
    elif kind == "function_call_output":
        result = ToolResult(item.text("call_id", required=True), shown(_parts(item, "output"), item))
        _append(turns, "tool", result, item.place)
    elif kind in DROPPED_TYPES["responses"]:
        return
    else:
        item.refuse(f"type={kind}", "a type of item that is not carried over")
        return
    item.finish(RESPONSES_ITEM)


def _calls(turn: Turn) -> bool:
    return any(isinstance(part, ToolCall) for part in turn.parts)


def _append(turns: list[Turn], role: str, part: ToolCall | ToolResult, place: str) -> None:
    if not turns or turns[-1].role != role:
        turns.append(Turn(role, [], place))  # type: ignore[arg-type]
    turns[-1].parts.append(part)


def _parts(item: Members, name: str) -> list[Part]:
    content = item.take(name)
    if content is None:
        return []
    if isinstance(content, str):
        return [Text(content)]
    if not isinstance(content, list):
        item.refuse(name, "neither text nor a list of parts")
        return []
    return [part for part in map(_part, item.objects(name, content)) if part is not None]


def _part(part: Members) -> Text | Declined | Image | None:
    kind = part.text("type", required=True)
    made: Text | Declined | Image | None = None
    if kind in ("input_text", "output_text", "text"):
        made = Text(part.text("text", required=True))
    elif kind == "refusal":
        made = Declined(part.text("refusal", required=True))
    elif kind == "input_image":
        made = from_url(part.text("image_url", required=True), part.text("detail"), part.place, part.complaints)
    else:
        part.refuse(f"type={kind}", "a type of part that is not carried over")
        return None
    part.finish(RESPONSES_PART)
    return made


def _tool(tool: Members) -> Tool | None:
    kind = tool.text("type", required=True)
    if kind != "function":
        tool.refuse(f"type={kind}", "only functions that the caller runs are carried over")
        return None
    made = Tool(
        tool.text("name", required=True), tool.text("description"), tool.mapping("parameters"), tool.flag("strict")
    )
    tool.finish(RESPONSES_TOOL)
    return made


def _choice(asked: Members) -> Choice | None:
    choice = asked.take("tool_choice")
    if choice is None:
        return None
    if isinstance(choice, str) and choice in _WORDS:
        return Choice(_WORDS[choice])
    if isinstance(choice, str):
        asked.refuse("tool_choice", "not a choice that the other dialect has")
        return None
    picked = Members(choice, "tool_choice", asked.complaints)
    kind = picked.text("type", required=True)
    made = None
    if kind == "function":
        made = Choice("named", (picked.text("name", required=True),))
    elif kind == "allowed_tools":
        names = tuple(_named(tool) for tool in picked.each("tools"))
        made = Choice("allowed", names, must=picked.text("mode") == "required")
    else:
        picked.refuse("type", "not a choice that the other dialect has")
    picked.finish(CLOSED)
    return made


def _named(tool: Members) -> str:
    if tool.text("type", required=True) != "function":
        tool.refuse("type", "only functions are carried over")
    return tool.text("name", required=True)


def _form(form: Members | None) -> Form | None:
    if form is None:
        return None
    kind = form.text("type", required=True)
    made = None
    if kind == "json_object":
        made = Form()
    elif kind == "json_schema":
        made = Form(form.mapping("schema") or {}, form.text("name"), form.text("description"), form.flag("strict"))
    elif kind != "text":
        form.refuse("type", "not a form of answer that the other dialect has")
    form.finish(CLOSED)
    return made
