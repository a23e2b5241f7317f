"""`/chat/completions`: what its body may say."""

from __future__ import annotations

from typing import Literal

from msgspec import Raw, UnsetType

from comity.relay.reading.parameters import (
    BEYOND,
    BREAKPOINT,
    ENGINES,
    FETCHED,
    GUIDES,
    KEPT_FILE,
    OTHER_MODEL,
    OURS,
    SAMPLING,
    STATE,
)
from comity.relay.reading.plain import UNREAD, Closed, DataUrl, StreamOptions, decoder
from comity.relay.reading.shapes import (
    BYTES,
    PASS,
    REFUSED,
    SCHEMA,
    UNKNOWN_REFUSED,
    URL,
    Each,
    Either,
    Kinds,
    Members,
    OneOf,
    Row,
    Shape,
    passing,
)

OPENAI = """
    function_call max_completion_tokens modalities parallel_tool_calls prompt_cache_key reasoning_effort
    safety_identifier top_logprobs verbosity
"""
INFERENCE: dict[str, Shape] = passing(SAMPLING, OPENAI, ENGINES)

HOLDERS: dict[str, str] = {
    "image_url": "url",
    "video_url": "url",
    "audio_url": "url",
    "input_audio": "data",
    "file": "file_data",
}
"""Parts with media: the member that holds it. A `data:` URL or base64 is inference."""

BESIDE = "detail filename format mime_type"
"""Members of media that describe it."""


def _media(holder: str) -> Shape:
    content = URL if holder == "url" else BYTES
    members: dict[str, Shape] = {
        holder: content,
        **passing(BESIDE),
        "file_id": Row("files", KEPT_FILE),
        "file_url": Row("fetch", FETCHED),
    }
    return Either(content, object=Members(members, UNKNOWN_REFUSED), what="neither a URL nor an object")


PART = Members(
    {
        "type": OneOf(frozenset({"text", "refusal", "thinking", *HOLDERS}), "an unknown type of part"),
        **passing("text refusal thinking signature cache_control"),
        "prompt_cache_breakpoint": BREAKPOINT,
        **{name: _media(holder) for name, holder in HOLDERS.items()},
    },
    UNKNOWN_REFUSED,
)
"""A part is judged by every member that it has, whatever its type says: an engine may guess the type from them."""

CONTENT = Either(
    PASS,
    parts=Each(Either(PASS, object=PART, what="neither text nor a part")),
    what="neither text nor a list of parts",
)

MESSAGE = Members(
    {
        **passing(
            "annotations cache_control function_call name partial prefix reasoning reasoning_content reasoning_details",
            "refusal role thinking tool_call_id tool_calls",
        ),
        "content": CONTENT,
        "audio": Row(REFUSED, "an earlier answer's sound, which only the deployment that made it holds"),
        "container": Row(REFUSED, STATE),
    },
    needed=("role",),
)

CALLERS: dict[str, Shape] = {
    **passing("type strict name description format cache_control"),
    **dict.fromkeys(("function", "custom", "parameters"), SCHEMA),
}
"""Members of a tool that the caller runs: the model only says how to call it."""

HOSTED: dict[str, Shape] = {
    "web_search": Row("web-search", "a hosted tool"),
    "web_search_preview": Row("web-search", "a hosted tool"),
    "file_search": Row("files", "a hosted tool over files that are kept at the upstream"),
    "code_interpreter": Row("code", "a hosted tool"),
    "computer_use_preview": Row("code", "a hosted tool"),
    "local_shell": Row("code", "a hosted tool"),
    "shell": Row("code", "a hosted tool"),
    "mcp": Row("mcp", "the upstream would call that server"),
    "image_generation": Row(REFUSED, OTHER_MODEL),
}

TOOL = Kinds(
    {**dict.fromkeys(("function", "custom"), Members(CALLERS)), **HOSTED}, "a type of tool that nobody here knows"
)

CHOICES = ("auto", "none", "required", "any")
"""`tool_choice` as a word."""

CHOICE = Either(
    OneOf(frozenset(CHOICES), "picks a tool that the caller does not run"),
    object=Kinds(
        dict.fromkeys(("function", "custom", "allowed_tools"), PASS), "picks a tool that the caller does not run"
    ),
    what="picks a tool that the caller does not run",
)

TEMPLATE = Members(
    passing(
        "add_generation_prompt add_vision_id clear_thinking continue_final_message date_string documents",
        "enable_thinking preserve_thinking reasoning_effort thinking thinking_budget thinking_mode",
    )
)
"""Members of `chat_template_kwargs` that are inference. Not `chat_template`: engines run it, as the field."""

TABLE = Members(
    {
        **OURS,
        **INFERENCE,
        **dict.fromkeys(("response_format", "functions", *GUIDES.split()), SCHEMA),
        **BEYOND,
        "prompt": Row(REFUSED, "a template that is stored at the upstream: what is asked would not be in the request"),
        "messages": Each(MESSAGE),
        "tools": Each(TOOL),
        "tool_choice": CHOICE,
        "audio": Members({"format": PASS, "voice": Either(PASS, object=Row("files", KEPT_FILE), what="not a name")}),
        "chat_template_kwargs": TEMPLATE,
        "prediction": Members({"type": PASS, "content": CONTENT}),
    }
)


class _Image(Closed):
    url: DataUrl
    detail: Raw = UNREAD


class _Part(Closed):
    type: Literal["text", "image_url"]
    text: str | None = None
    image_url: _Image | None = None


class _Message(Closed):
    role: str
    content: str | list[_Part] | None = None
    name: Raw = UNREAD
    tool_calls: Raw = UNREAD
    tool_call_id: Raw = UNREAD
    refusal: Raw = UNREAD
    reasoning_content: Raw = UNREAD


class _Tool(Closed):
    type: Literal["function", "custom"]
    function: Raw = UNREAD
    custom: Raw = UNREAD
    strict: Raw = UNREAD


class _Choice(Closed):
    type: Literal["function", "custom", "allowed_tools"]
    function: Raw = UNREAD
    custom: Raw = UNREAD
    allowed_tools: Raw = UNREAD


PLAIN = decoder(
    {
        "messages": list[_Message],
        "stream_options": StreamOptions | UnsetType,
        "max_completion_tokens": int | None,
        "max_tokens": int | None,
        "tools": list[_Tool] | None,
        "tool_choice": Literal[CHOICES] | _Choice | None,
    },
    raw=(*INFERENCE, "response_format", "functions", *GUIDES.split()),
)
