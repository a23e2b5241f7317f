"""`/responses`: what its body may say.

The upstream keeps a response unless `store` is false: that is the default of OpenAI and Azure (ADR 0027).
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Raw, UnsetType

from comity.relay.reading.chat import CALLERS, CHOICES
from comity.relay.reading.parameters import (
    BEYOND,
    BREAKPOINT,
    ENGINES,
    FETCHED,
    KEPT_FILE,
    OTHER_MODEL,
    OURS,
    SANDBOX,
    STATE,
)
from comity.relay.reading.plain import UNREAD, Closed, decoder
from comity.relay.reading.shapes import (
    BYTES,
    PASS,
    REFUSED,
    SCHEMA,
    UNKNOWN_REFUSED,
    URL,
    Asks,
    Each,
    Either,
    Kinds,
    Members,
    OneOf,
    Row,
    Shape,
    passing,
)

PARAMETERS = """
    access_programs image include max_output_tokens max_tool_calls parallel_tool_calls
    prompt_cache_key reasoning safety_identifier service_tier stream_options temperature top_logprobs top_p truncation
    user
"""
INFERENCE = passing(PARAMETERS, ENGINES)

MEDIA: dict[str, Shape] = {
    **passing("type detail filename format"),
    "prompt_cache_breakpoint": BREAKPOINT,
    "image_url": URL,
    "file_data": BYTES,
    "data": BYTES,
    "file_url": Row("fetch", FETCHED),
    "file_id": Row("files", KEPT_FILE),
}
"""Members of parts with media; each is judged wherever it stands."""

TEXT = Members(
    {**passing("type text refusal annotations logprobs"), "prompt_cache_breakpoint": BREAKPOINT}, UNKNOWN_REFUSED
)
PART = Kinds(
    {
        **dict.fromkeys(
            ("input_text", "output_text", "text", "refusal", "reasoning_text", "summary_text", "summary"), TEXT
        ),
        **dict.fromkeys(("input_image", "input_file", "computer_screenshot"), Members(MEDIA, UNKNOWN_REFUSED)),
        "input_audio": Members({"type": PASS, "input_audio": Members({"data": BYTES, "format": PASS})}),
    },
    "an unknown type of part",
)
CONTENT = Either(PASS, parts=Each(PART), what="neither text nor a list of parts")

SKILLS = Row("files", "skills that are kept at the upstream", (None, []))
CONTAINER = Members(
    {
        **passing("type memory_limit"),
        "network_policy": Kinds(
            {"disabled": PASS, "allowlist": Row("fetch", "what runs there may call these hosts")},
            "a policy that nobody here knows",
        ),
        "file_ids": Row("files", KEPT_FILE, (None, [])),
        "skills": SKILLS,
    }
)
"""Where code would run, and what it would reach from there."""

HOSTED: dict[str, Shape] = {
    **dict.fromkeys(("web_search", "web_search_preview"), Row("web-search", "a hosted tool")),
    "file_search": Row("files", "a hosted tool over vector stores that are kept at the upstream"),
    "mcp": Row("mcp", "the upstream would call that server or connector"),
    "programmatic_tool_calling": Row("code", SANDBOX),
    "image_generation": Row(REFUSED, OTHER_MODEL),
}
"""Hosted tools of which the type says all."""

CALLER = Members({**CALLERS, **passing("allowed_callers async defer_loading"), "output_schema": SCHEMA})
ON_SCREEN = Members(passing("type display_height display_width environment"))
SHELL = Members(
    {
        "type": PASS,
        "allowed_callers": PASS,
        "environment": Kinds(
            {
                "local": PASS,
                "container_auto": Asks(Row("code", SANDBOX), CONTAINER),
                "container_reference": Row(REFUSED, STATE),
            },
            "an environment that nobody here knows",
        ),
    },
    missing={"environment": Row("code", SANDBOX)},
)
"""In a local environment the caller runs the commands."""

TOOL = Kinds(
    {
        **HOSTED,
        **dict.fromkeys(("function", "custom"), CALLER),
        "namespace": Members(
            {
                **passing("type name description"),
                "tools": Each(Kinds({"function": CALLER, "custom": CALLER}, "a type of tool that nobody here knows")),
            }
        ),
        "code_interpreter": Asks(
            Row("code", SANDBOX),
            Members(
                {
                    **passing("type allowed_callers"),
                    "container": Either(
                        Row(REFUSED, STATE, (None,)),
                        object=CONTAINER,
                        what="neither a container nor how to make one",
                    ),
                }
            ),
        ),
        "shell": SHELL,
        **dict.fromkeys(("local_shell", "apply_patch"), Members(passing("type allowed_callers"))),
        **dict.fromkeys(("computer", "computer_use_preview"), ON_SCREEN),
        "tool_search": Members({**passing("type description execution"), "parameters": SCHEMA}),
    },
    "a type of tool that nobody here knows",
)
"""`local_shell`, `apply_patch` and the screen are the caller's: the answer says what to do there. `tool_search` looks
among the tools of the request, of which each is judged."""

CHOICE = Either(
    OneOf(frozenset(CHOICES), "no known choice"),
    object=Kinds(
        dict.fromkeys(
            (
                *("function", "custom", "allowed_tools", "mcp", "shell", "apply_patch", "computer", "computer_use"),
                *("computer_use_preview", "file_search", "web_search", "web_search_preview", "code_interpreter"),
                "programmatic_tool_calling",
            ),
            PASS,
        ),
        "picks a tool that nobody here knows",
    ),
    what="no known choice",
)
"""It can pick only among the tools that the request declares, and those are judged."""

STEP = "id type status call_id caller created_by"
"""What items have in common: ids of what is told in them, and how it went."""


def _item(*names: str, **judged: Shape) -> Members:
    return Members({**passing(STEP, *names), **judged})


SAID = _item(
    "role phase encrypted_content arguments async name namespace", summary=CONTENT, content=CONTENT, output=CONTENT
)
"""Judged by every member that it has, whatever its type says."""

ITEM = Kinds(
    {
        **dict.fromkeys(("message", "reasoning", "function_call", "function_call_output"), SAID),
        "compaction": _item("encrypted_content"),
        "compaction_trigger": _item(),
        "configuration_update": _item("reasoning", text=SCHEMA),
        "custom_tool_call": _item("input async name namespace"),
        "custom_tool_call_output": _item(output=CONTENT),
        "tool_search_call": _item("arguments execution"),
        "tool_search_output": _item("execution", tools=Each(TOOL)),
        "additional_tools": _item("role", tools=Each(TOOL)),
        "computer_call": _item("action actions pending_safety_checks"),
        "computer_call_output": _item("acknowledged_safety_checks", output=PART),
        "local_shell_call": _item("action"),
        "local_shell_call_output": _item("output"),
        "shell_call": _item("action", environment=SHELL.known["environment"]),
        "shell_call_output": _item("output max_output_length"),
        "apply_patch_call": _item("operation"),
        "apply_patch_call_output": _item("output"),
        "program": _item("code fingerprint"),
        "program_output": _item("result"),
        "web_search_call": _item("action"),
        "file_search_call": _item("queries results"),
        "code_interpreter_call": _item(
            "code container_id", outputs=Each(Members({"type": PASS, "logs": PASS, "url": URL}))
        ),
        "image_generation_call": _item(
            "action background error output_format quality result revised_prompt size svg_usage"
        ),
        "mcp_list_tools": _item("server_label tools error"),
        "mcp_call": _item("arguments name server_label approval_request_id error output"),
        "mcp_approval_request": _item("arguments name server_label"),
        "mcp_approval_response": Row("mcp", "the upstream would call that server"),
        "item_reference": Row(REFUSED, STATE),
    },
    "an unknown type of item",
    absent=Members(SAID.known, needed=("role",)),
)
"""What was said and done before. Items of hosted tools tell what came of them; they ask for nothing."""

TABLE = Members(
    {
        **OURS,
        **INFERENCE,
        **BEYOND,
        "instructions": Either(PASS, what="not text"),
        "prompt": Row(REFUSED, "a template that is stored at the upstream: what is asked would not be in the request"),
        "thread": Row(REFUSED, STATE),
        "text": SCHEMA,
        "context_management": Each(Kinds({"compaction": PASS}, "an unknown way to manage the context")),
        "tools": Each(TOOL),
        "tool_choice": CHOICE,
        "input": Either(PASS, parts=Each(ITEM), what="neither text nor a list of items"),
    }
)


class _Text(Closed):
    type: Literal["input_text", "output_text", "reasoning_text", "summary_text"]
    text: str
    annotations: Raw = UNREAD
    logprobs: Raw = UNREAD


class _Item(Closed):
    type: Literal["message", "function_call", "function_call_output", "reasoning"] = "message"
    role: str = ""
    content: str | list[_Text] | None = None
    summary: list[_Text] | None = None
    output: str | list[_Text] | None = None
    encrypted_content: str | None = None
    id: Raw = UNREAD
    status: Raw = UNREAD
    call_id: Raw = UNREAD
    name: Raw = UNREAD
    arguments: Raw = UNREAD
    phase: Raw = UNREAD


class _Tool(Closed):
    type: Literal["function", "custom"]
    name: str
    description: Raw = UNREAD
    parameters: Raw = UNREAD
    strict: Raw = UNREAD
    format: Raw = UNREAD


PLAIN = decoder(
    {
        "input": str | list[_Item],
        "instructions": str | None,
        "store": bool | UnsetType,
        "max_output_tokens": int | None,
        "tools": list[_Tool] | None,
        "tool_choice": Literal[CHOICES] | None,
    },
    raw=(*INFERENCE, "text"),
)


def sound(plain: Any) -> bool:
    """Whether no item is a bare id: one without a type may be a reference to what an upstream holds."""
    return isinstance(plain.input, str) or all(item.role or item.type != "message" for item in plain.input)
