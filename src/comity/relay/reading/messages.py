"""Anthropic's `/messages` and `/messages/count_tokens`: what their body may say."""

from __future__ import annotations

from typing import Literal

from msgspec import Raw

from comity.relay.reading.parameters import BEYOND, FETCHED, KEPT_FILE, OTHER_MODEL, OURS, ROUTING, SANDBOX, STATE
from comity.relay.reading.plain import UNREAD, Closed, decoder
from comity.relay.reading.shapes import (
    PASS,
    REFUSED,
    SCHEMA,
    UNKNOWN_REFUSED,
    Each,
    Either,
    Kinds,
    Later,
    Members,
    OneOf,
    Row,
    Shape,
    passing,
)

PARAMETERS = """
    cache_control max_tokens service_tier speed stop_sequences temperature
    thinking top_k top_p
"""
INFERENCE = passing(PARAMETERS)

CACHED = "cache_control citations caller"
SOURCE = Members(
    {
        "type": OneOf(frozenset({"base64", "text", "content", "url", "file"}), "an unknown type of source"),
        "media_type": PASS,
        "data": PASS,
        "content": Later("content", lambda: CONTENT),
        "url": Row("fetch", FETCHED),
        "file_id": Row("files", KEPT_FILE),
    },
    UNKNOWN_REFUSED,
)
"""Judged by every member that it has, whatever its type says."""


def _block(*names: str, **judged: Shape) -> Members:
    return Members({**passing("type", CACHED, *names), **judged}, UNKNOWN_REFUSED)


NESTED = Later("content", lambda: CONTENT)
SAID = _block("text thinking signature data id name input tool_use_id is_error toolset_name", content=NESTED)
"""Judged by every member that it has, whatever its type says."""

RESULT = _block("tool_use_id", content=Later("result", lambda: RESULTS))
BLOCK = Kinds(
    {
        **dict.fromkeys(("text", "thinking", "redacted_thinking", "tool_use", "tool_result"), SAID),
        "compaction": _block("content encrypted_content"),
        "image": _block("transformations", source=SOURCE),
        "document": _block("context title", source=SOURCE),
        "search_result": _block("source title", content=NESTED),
        "tool_reference": _block("tool_name"),
        "browser_state": _block("tabs state_changes"),
        "server_tool_use": _block("id name input"),
        "mcp_tool_use": _block("id name input server_name"),
        "mcp_tool_result": _block("tool_use_id is_error", content=NESTED),
        "web_search_tool_result": _block("tool_use_id content"),
        "tool_search_tool_result": _block("tool_use_id content"),
        **dict.fromkeys(
            (
                "web_fetch_tool_result",
                "code_execution_tool_result",
                "bash_code_execution_tool_result",
                "text_editor_code_execution_tool_result",
            ),
            RESULT,
        ),
        "container_upload": Row("files", KEPT_FILE),
    },
    "an unknown type of block",
)
"""Blocks of server tools tell what came of them; they ask for nothing, but for the files that they name."""

RESULTS: Shape = Either(
    object=Members(
        {
            **passing("type error_code error_message return_code stderr stdout encrypted_stdout url retrieved_at"),
            **passing("file_type is_file_update lines new_lines new_start num_lines old_lines old_start"),
            **passing("start_line total_lines"),
            "content": Either(
                PASS,
                parts=Each(Members({"type": PASS, "file_id": Row("files", KEPT_FILE)}, UNKNOWN_REFUSED)),
                object=BLOCK,
                what="no known result",
            ),
        },
        UNKNOWN_REFUSED,
    ),
    parts=Each(BLOCK),
    what="no known result",
)

CONTENT: Shape = Either(PASS, parts=Each(BLOCK), what="neither text nor a list of blocks")

OPTIONS = "type name cache_control defer_loading allowed_callers strict"
OWN = Members(
    {
        **passing(OPTIONS, "description eager_input_streaming input_examples"),
        "input_schema": SCHEMA,
    }
)
CLIENT = Members(
    passing(
        OPTIONS,
        "input_examples max_characters display_height_px display_width_px display_number enable_zoom configs",
    )
)

TOOL = Kinds(
    {
        "custom": OWN,
        **dict.fromkeys(
            ("bash", "text_editor", "computer", "memory", "browser_toolset", "computer_toolset"),
            CLIENT,
        ),
        **dict.fromkeys(
            ("tool_search_tool_bm25", "tool_search_tool_regex"),
            CLIENT,
        ),
        "web_search": Row("web-search", "a server tool"),
        "web_fetch": Row("fetch", "a server tool"),
        "code_execution": Row("code", SANDBOX),
        "mcp_toolset": Row("mcp", "the upstream would call that server"),
        "advisor": Row(REFUSED, OTHER_MODEL),
    },
    "a type of tool that nobody here knows",
    absent=OWN,
)
"""The shell, the editor, the screen, the browser and the memory are the caller's: the answer says what to do there. A
tool search looks among the tools of the request, of which each is judged."""

TABLE = Members(
    {
        **OURS,
        **INFERENCE,
        **BEYOND,
        "metadata": Members(passing("user_id")),
        "fallbacks": Row(REFUSED, ROUTING),
        "compaction": Members(passing("type instructions")),
        "context_management": Members(
            {
                "edits": Each(
                    Kinds(
                        dict.fromkeys(("clear_tool_uses", "clear_thinking", "compact"), PASS),
                        "an unknown way to manage the context",
                    )
                )
            }
        ),
        "diagnostics": Members({"previous_message_id": Row(REFUSED, STATE)}),
        "thread": Row(REFUSED, STATE),
        "container": Either(
            Row(REFUSED, STATE, (None,)),
            object=Members({"id": Row(REFUSED, STATE), "skills": Row("code", SANDBOX, (None, []))}),
            what="neither a container nor what it should have",
        ),
        "system": CONTENT,
        "messages": Each(Members({"role": PASS, "content": CONTENT}, needed=("role",))),
        "output_config": Members({"effort": PASS, "task_budget": PASS, "format": SCHEMA}),
        "output_format": SCHEMA,
        "tools": Each(TOOL),
        "tool_choice": Kinds(
            dict.fromkeys(("auto", "any", "tool", "none"), Members(passing("type name disable_parallel_tool_use"))),
            "no known choice",
        ),
    }
)


class _Text(Closed):
    type: Literal["text"]
    text: str
    cache_control: Raw = UNREAD


class _Block(Closed):
    type: Literal["text", "thinking", "redacted_thinking", "tool_use", "tool_result"]
    text: str | None = None
    thinking: str | None = None
    signature: str | None = None
    data: str | None = None
    id: str | None = None
    name: str | None = None
    input: Raw = UNREAD
    tool_use_id: str | None = None
    is_error: bool | None = None
    content: str | list[_Text] | None = None
    cache_control: Raw = UNREAD


class _Message(Closed):
    role: str
    content: str | list[_Block]


class _Tool(Closed):
    name: str
    input_schema: Raw
    type: Literal["custom"] | None = None
    description: Raw = UNREAD
    strict: Raw = UNREAD
    cache_control: Raw = UNREAD


class _Metadata(Closed):
    user_id: str | None = None


class _Choice(Closed):
    type: Literal["auto", "any", "tool", "none"]
    name: str | None = None
    disable_parallel_tool_use: bool | None = None


PLAIN = decoder(
    {
        "messages": list[_Message],
        "system": str | list[_Text] | None,
        "max_tokens": int | None,
        "metadata": _Metadata | None,
        "tools": list[_Tool] | None,
        "tool_choice": _Choice | None,
    },
    raw=INFERENCE,
)
