"""Reading a request of the Messages API."""

from __future__ import annotations

from typing import Any

from comity.relay.dialects.arguments import to_text
from comity.relay.dialects.complaints import CLOSED, Complaints, Members
from comity.relay.dialects.conversation import (
    EFFORTS,
    Choice,
    Conversation,
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
from comity.relay.dialects.results import shown
from comity.relay.dialects.tables import (
    DROPPED_TYPES,
    MESSAGES,
    MESSAGES_BLOCK,
    MESSAGES_EDITS,
    MESSAGES_RESULT,
    MESSAGES_THINKING,
    MESSAGES_TOOL,
)

BUDGETS = ((4096, "low"), (16384, "medium"))
"""Tokens of thought up to which an effort stands for a `budget_tokens`; above the last, `high`. No other dialect has
budgets, and no maker publishes the steps: these are ours (docs/adr/0020)."""

_KINDS: dict[str, Kind] = {"auto": "auto", "none": "none", "any": "required", "tool": "named"}


def read(document: dict[str, Any], complaints: Complaints) -> Conversation:
    """The conversation that a request of the Messages API is."""
    asked = Members(document, "", complaints)
    asked.take("model")
    talk = Conversation()
    system = _blocks(asked, "system")
    if system:
        talk.turns.append(Turn("system", system, "system"))
    talk.turns += [turn for message in asked.each("messages") for turn in _turns(message)]
    if len(talk.turns) == bool(system):
        asked.refuse("messages", "required")
    talk.tools = [tool for tool in map(_tool, asked.each("tools")) if tool]
    talk.choice, talk.parallel = _choice(asked.members("tool_choice"))
    talk.max_tokens = asked.whole("max_tokens")
    talk.temperature, talk.top_p, talk.top_k = asked.number("temperature"), asked.number("top_p"), asked.whole("top_k")
    talk.stop = asked.texts("stop_sequences")
    talk.stream = bool(asked.flag("stream"))
    config = asked.members("output_config")
    if config:
        talk.effort = config.text("effort") or None
        if talk.effort and talk.effort not in EFFORTS:
            config.refuse("effort", f"none of {', '.join(EFFORTS)}")
        talk.form = _form(config.members("format"))
        config.finish(CLOSED)
    _thinking(asked.members("thinking"), talk)
    _edits(asked.members("context_management"))
    talk.places = {
        **{name: name for name in ("top_k", "temperature", "tools")},
        "stop": "stop_sequences",
        "effort": "output_config.effort",
        "form": "output_config.format",
        "choice": "tool_choice",
    }
    asked.finish(MESSAGES)
    return talk


def _turns(message: Members) -> list[Turn]:
    """A message; results of tools, which stand in the user's, become turns of their own."""
    role = message.text("role", required=True)
    if role not in ("user", "assistant", "system"):
        message.refuse("role", "not one that the other dialect has")
        role = "user"
    turns: list[Turn] = []
    for part in _blocks(message, "content"):
        speaker = "tool" if isinstance(part, ToolResult) else role
        if not turns or turns[-1].role != speaker:
            turns.append(Turn(speaker, [], message.place))  # type: ignore[arg-type]
        turns[-1].parts.append(part)
    message.finish(CLOSED)
    return turns or [Turn(role, [], message.place)]  # type: ignore[arg-type]


def _blocks(owner: Members, name: str) -> list[Part]:
    content = owner.take(name)
    if content is None:
        return []
    if isinstance(content, str):
        return [Text(content)]
    if not isinstance(content, list):
        owner.refuse(name, "neither text nor a list of blocks")
        return []
    return [part for part in map(_block, owner.objects(name, content)) if part is not None]


def _block(block: Members) -> Part | None:
    kind = block.text("type", required=True)
    made: Part | None = None
    if kind in DROPPED_TYPES["messages"]:
        return None
    if kind == "text":
        made = Text(block.text("text", required=True))
    elif kind == "image":
        made = _image(block)
    elif kind == "tool_use":
        arguments = to_text(block.mapping("input") or {})
        made = ToolCall(block.text("id", required=True), block.text("name", required=True), arguments)
    elif kind == "tool_result":
        made = ToolResult(block.text("tool_use_id", required=True), shown(_blocks(block, "content"), block))
        block.finish(MESSAGES_RESULT)
        return made
    else:
        block.refuse(f"type={kind}", "a type of content that is not carried over")
        return None
    block.finish(MESSAGES_BLOCK)
    return made


def _image(block: Members) -> Image | None:
    source = block.members("source")
    kind = source.text("type", required=True) if source else ""
    made = None
    if source and kind == "base64":
        made = Image(block.place, source.text("media_type", required=True), source.text("data", required=True))
    elif source and kind == "url":
        made = Image(block.place, url=source.text("url", required=True))
    else:
        block.refuse("source", "neither base64 nor a URL")
        return None
    source.finish(CLOSED)
    return made


def _tool(tool: Members) -> Tool | None:
    kind = tool.text("type") or "custom"
    if kind != "custom":
        tool.refuse(f"type={kind}", "only tools that the caller defines and runs are carried over")
        return None
    made = Tool(
        tool.text("name", required=True),
        tool.text("description"),
        tool.mapping("input_schema"),
        tool.flag("strict"),
    )
    tool.finish(MESSAGES_TOOL)
    return made


def _choice(choice: Members | None) -> tuple[Choice | None, bool | None]:
    if choice is None:
        return None, None
    kind = choice.text("type", required=True)
    alone = choice.flag("disable_parallel_tool_use")
    made = None
    if kind in _KINDS:
        made = Choice(_KINDS[kind], (choice.text("name", required=True),) if kind == "tool" else ())
    else:
        choice.refuse("type", "not a choice that the other dialect has")
    choice.finish(CLOSED)
    return made, None if alone is None else not alone


def _form(form: Members | None) -> Form | None:
    if form is None:
        return None
    if form.text("type", required=True) != "json_schema":
        form.refuse("type", "not a form of answer that the other dialect has")
    made = Form(form.mapping("schema") or {}, strict=True)
    form.finish(CLOSED)
    return made


def _thinking(thinking: Members | None, talk: Conversation) -> None:
    if thinking is None:
        return
    kind = thinking.text("type", required=True)
    budget = thinking.whole("budget_tokens")
    if kind == "disabled":
        if talk.effort:
            thinking.refuse("type", "the other dialect has one word for thinking and effort; say either")
        talk.effort = "none"
    elif kind == "enabled":
        steps = (effort for most, effort in BUDGETS if (budget or 0) <= most)
        talk.effort = talk.effort or next(steps, "high")
    elif kind != "adaptive":
        thinking.refuse("type", "a way to think that the other dialect has no word for")
    thinking.finish(MESSAGES_THINKING)


def _edits(management: Members | None) -> None:
    if management is None:
        return
    for edit in management.each("edits"):
        kind = edit.text("type", required=True)
        if kind.rstrip("_0123456789") not in MESSAGES_EDITS:
            edit.refuse(f"type={kind}", "the upstream would shorten the conversation")
    management.finish(CLOSED)
