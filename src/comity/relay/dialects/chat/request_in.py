"""Reading a chat request."""

from __future__ import annotations

from typing import Any, cast, get_args

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
    Role,
    Text,
    Tool,
    ToolCall,
    ToolResult,
    Turn,
)
from comity.relay.dialects.images import from_url
from comity.relay.dialects.results import shown
from comity.relay.dialects.tables import CHAT, CHAT_MESSAGE, CHAT_PART, CHAT_STREAM, CHAT_TOOL, DROPPED_TYPES

_WORDS: dict[str, Kind] = {"auto": "auto", "none": "none", "required": "required", "any": "required"}


def read(document: dict[str, Any], complaints: Complaints) -> Conversation:
    """The conversation that a chat request is."""
    asked = Members(document, "", complaints)
    asked.take("model")
    talk = Conversation(turns=[_turn(message) for message in asked.each("messages")])
    if not talk.turns:
        asked.refuse("messages", "required")
    talk.tools = [tool for tool in map(_tool, asked.each("tools")) if tool]
    talk.choice = _choice(asked)
    talk.parallel = asked.flag("parallel_tool_calls")
    talk.form = _form(asked.members("response_format"))
    talk.temperature, talk.top_p, talk.top_k = asked.number("temperature"), asked.number("top_p"), asked.whole("top_k")
    limit = asked.whole("max_completion_tokens")
    older = asked.whole("max_tokens")
    talk.max_tokens = limit if limit is not None else older
    talk.stop = _stop(asked)
    talk.effort = asked.text("reasoning_effort") or None
    if talk.effort and talk.effort not in EFFORTS:
        asked.refuse("reasoning_effort", f"none of {', '.join(EFFORTS)}")
    talk.verbosity = asked.text("verbosity") or None
    talk.stream = bool(asked.flag("stream"))
    options = asked.members("stream_options")
    if options:
        options.flag("include_usage")
        options.finish(CHAT_STREAM)
    talk.places = {
        "form": "response_format",
        "effort": "reasoning_effort",
        **{name: name for name in ("stop", "top_k", "verbosity", "temperature", "tools")},
        "choice": "tool_choice",
    }
    asked.finish(CHAT)
    return talk


def _turn(message: Members) -> Turn:
    role = message.text("role", required=True)
    if role not in get_args(Role):
        message.refuse("role", "not one that the other dialect has")
        role = "user"
    if role == "tool":
        parts: list[Part] = [_result(message)]
    else:
        parts = _parts(message)
        if role == "assistant":
            declined = message.text("refusal")
            parts += [Declined(declined)] if declined else []
            calls: list[Part] = [_call(call) for call in message.each("tool_calls")]
            # beside calls, no text is what empty text means
            parts = [part for part in parts if part != Text("")] + calls if calls else parts
    message.finish(CHAT_MESSAGE)
    return Turn(cast(Role, role), parts, message.place)


def _parts(message: Members) -> list[Part]:
    content = message.take("content")
    if content is None:
        return []
    if isinstance(content, str):
        return [Text(content)]
    if not isinstance(content, list):
        message.refuse("content", "neither text nor a list of parts")
        return []
    return [part for part in map(_part, message.objects("content", content)) if part is not None]


def _part(part: Members) -> Text | Declined | Image | None:
    kind = part.text("type", required=True)
    made: Text | Declined | Image | None = None
    if kind in DROPPED_TYPES["chat"]:
        return None
    if kind == "text":
        made = Text(part.text("text", required=True))
    elif kind == "refusal":
        made = Declined(part.text("refusal", required=True))
    elif kind == "image_url":
        image = part.members("image_url")
        if image is None:
            part.refuse("image_url", "required")
        else:
            made = from_url(image.text("url", required=True), image.text("detail"), part.place, part.complaints)
            image.finish(CLOSED)
    else:
        part.refuse(f"type={kind}", "a type of part that is not carried over")
        return None
    part.finish(CHAT_PART)
    return made


def _stop(asked: Members) -> list[str]:
    stop = asked.take("stop")
    if stop is None or isinstance(stop, str):
        return [stop] if stop else []
    if isinstance(stop, list) and all(isinstance(each, str) for each in stop):
        return stop
    asked.refuse("stop", "neither text nor a list of texts")
    return []


def _call(call: Members) -> ToolCall:
    kind = call.text("type") or "function"
    function = call.members("function")
    call.take("index")  # which a stream numbered it by
    if kind != "function" or function is None:
        call.refuse("type", "only functions are carried over")
        return ToolCall("", "", "")
    made = ToolCall(call.text("id", required=True), function.text("name", required=True), function.text("arguments"))
    function.finish(CLOSED)
    call.finish(CLOSED)
    return made


def _result(message: Members) -> ToolResult:
    message.take("name")  # its call has it
    return ToolResult(message.text("tool_call_id", required=True), shown(_parts(message), message))


def _tool(tool: Members) -> Tool | None:
    kind = tool.text("type", required=True)
    function = tool.members("function")
    if kind != "function" or function is None:
        tool.refuse(f"type={kind}", "only functions that the caller runs are carried over")
        return None
    made = Tool(
        function.text("name", required=True),
        function.text("description"),
        function.mapping("parameters"),
        function.flag("strict"),
    )
    function.finish(CLOSED)
    tool.finish(CHAT_TOOL)
    return made


def _choice(asked: Members) -> Choice | None:
    choice = asked.take("tool_choice")
    if choice is None:
        return None
    if isinstance(choice, str):
        if choice in _WORDS:
            return Choice(_WORDS[choice])
        asked.refuse("tool_choice", "not a choice that the other dialect has")
        return None
    picked = Members(choice, "tool_choice", asked.complaints)
    kind = picked.text("type", required=True)
    made = None
    if kind == "function" and (function := picked.members("function")):
        made = Choice("named", (function.text("name", required=True),))
        function.finish(CLOSED)
    elif kind == "allowed_tools" and (allowed := picked.members("allowed_tools")):
        names = [_named(tool) for tool in allowed.each("tools")]
        made = Choice("allowed", tuple(names), must=allowed.text("mode") == "required")
        allowed.finish(CLOSED)
    else:
        picked.refuse("type", "not a choice that the other dialect has")
    picked.finish(CLOSED)
    return made


def _named(tool: Members) -> str:
    function = tool.members("function")
    if tool.text("type") != "function" or function is None:
        tool.refuse("type", "only functions are carried over")
        return ""
    return function.text("name", required=True)


def _form(form: Members | None) -> Form | None:
    if form is None:
        return None
    kind = form.text("type", required=True)
    made = None
    if kind == "json_object":
        made = Form()
    elif kind == "json_schema" and (schema := form.members("json_schema")):
        made = Form(
            schema.mapping("schema") or {},
            schema.text("name"),
            schema.text("description"),
            schema.flag("strict"),
        )
        schema.finish(CLOSED)
    elif kind != "text":
        form.refuse("type", "not a form of answer that the other dialect has")
    form.finish(CLOSED)
    return made
