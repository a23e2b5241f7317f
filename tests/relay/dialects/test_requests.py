"""Nothing of a request is dropped unseen: it is carried over, or in a published table, or refused by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from comity.relay.body import BadRequest
from comity.relay.dialects import Dialect, translate_request
from comity.relay.dialects.complaints import NAMED, Table
from comity.relay.dialects.messages.request_in import BUDGETS
from comity.relay.dialects.messages.request_out import DEFAULT_MAX_TOKENS
from comity.relay.dialects.tables import DOCUMENTED

from .transcripts import DIALECTS

PAGE = Path(__file__).parents[3] / "docs/reference/dialects.md"
SCHEMA = {"type": "object", "properties": {}}
TEXT = {"chat": "text", "responses": "input_text", "messages": "text"}
TOOLS: dict[str, Any] = {
    "chat": {"type": "function", "function": {"name": "f", "parameters": SCHEMA}},
    "responses": {"type": "function", "name": "f", "parameters": SCHEMA},
    "messages": {"name": "f", "input_schema": SCHEMA},
}
OTHERS = [(a, b) for a in DIALECTS for b in DIALECTS if a != b]


def base(dialect: Dialect) -> dict[str, Any]:
    """The least request of a dialect."""
    message = {"role": "user", "content": [{"type": TEXT[dialect], "text": "hello"}]}
    if dialect == "responses":
        return {"model": "m", "input": [message], "store": False}
    return {"model": "m", "messages": [message], **({"max_tokens": 10} if dialect == "messages" else {})}


def put(dialect: Dialect, place: str, name: str, value: Any) -> tuple[dict[str, Any], str]:
    """The least request with a member at one of the places of the tables; and that place as errors name it."""
    body = base(dialect)
    turns = body.get("messages", body.get("input"))
    member = {name: value}
    match place:
        case "":
            return body | member, name
        case "tools[].":
            return body | {"tools": [TOOLS[dialect] | member]}, f"tools[0].{name}"
        case "messages[]." | "input[].":
            turns[0] |= member
        case "messages[].content[type=tool_result].":
            turns.insert(
                0, {"role": "assistant", "content": [{"type": "tool_use", "id": "c", "name": "f", "input": {}}]}
            )
            turns[1]["content"] = [{"type": "tool_result", "tool_use_id": "c", "content": "x"} | member]
            return body, f"messages[1].content[0].{name}"
        case "messages[].content[]." | "input[].content[].":
            turns[0]["content"][0] |= member
        case "thinking.":
            return body | {"thinking": {"type": "adaptive"} | member}, f"thinking.{name}"
        case _:
            return body | {place.rstrip("."): member}, f"{place}{name}"
    return body, place.replace("[]", "[0]") + name


def say(body: Any, source: Dialect, target: Dialect) -> Any:
    return json.loads(translate_request(json.dumps(body).encode(), source, target, "served"))


def refused(body: Any, source: Dialect, target: Dialect) -> str:
    with pytest.raises(BadRequest) as caught:
        say(body, source, target)
    assert f"`{caught.value.field}`" in str(caught.value)
    return str(caught.value)


ROWS = [(dialect, place, table) for dialect, place, table in DOCUMENTED]


@pytest.mark.parametrize(("dialect", "place", "table"), ROWS, ids=lambda value: value if isinstance(value, str) else "")
def test_the_tables(dialect: Dialect, place: str, table: Table) -> None:
    for target in DIALECTS:
        if target == dialect:
            continue
        plain = say(put(dialect, place, "comment", None)[0], dialect, target)
        for name in table.dropped:
            for value in (True, "x", {"a": [1]}):
                assert say(put(dialect, place, name, value)[0], dialect, target) == plain, name
        for name, idle in table.idle.items():
            for value in (None, *idle):
                assert say(put(dialect, place, name, value)[0], dialect, target) == plain, name
        for name in {*table.refused, *table.idle} - set(table.dropped):
            body, where = put(dialect, place, name, {"a": 1})
            said = refused(body, dialect, target)
            assert f"`{where}`: {table.refused.get(name, '')}" in said or f"`{where}`:" in said
        body, where = put(dialect, place, "unheard_of", False)
        assert f"`{where}`" in refused(body, dialect, target)


@pytest.mark.parametrize(("source", "target"), OTHERS)
def test_all_that_cannot_be_said_is_named_at_once(source: Dialect, target: Dialect) -> None:
    said = refused(base(source) | {f"odd_{number}": 1 for number in range(NAMED + 5)} | {"x" * 500: 1}, source, target)
    assert all(f"`odd_{number}`" in said for number in range(NAMED))
    assert f"odd_{NAMED}" not in said and said.endswith("; and more.") and len(said) < 4000


CANNOT: list[tuple[Dialect, Dialect, dict[str, Any], str]] = [
    ("chat", "responses", {"stop": ["a"]}, "stop"),
    ("messages", "responses", {"stop_sequences": ["a"]}, "stop_sequences"),
    ("messages", "responses", {"top_k": 4}, "top_k"),
    ("chat", "responses", {"top_k": 4}, "top_k"),
    ("chat", "messages", {"temperature": 1.5}, "temperature"),
    ("responses", "messages", {"temperature": 2}, "temperature"),
    ("chat", "messages", {"response_format": {"type": "json_object"}}, "response_format"),
    ("responses", "messages", {"text": {"format": {"type": "json_object"}}}, "text.format"),
    ("chat", "messages", {"reasoning_effort": "minimal"}, "reasoning_effort"),
    ("responses", "messages", {"reasoning": {"effort": "minimal"}}, "reasoning.effort"),
    ("chat", "messages", {"verbosity": "low"}, "verbosity"),
    ("responses", "messages", {"text": {"verbosity": "low"}}, "text.verbosity"),
    ("chat", "responses", {"reasoning_effort": "utmost"}, "reasoning_effort"),
    ("chat", "responses", {"tools": [{"type": "custom", "custom": {"name": "x"}}]}, "tools[0].type=custom"),
    ("responses", "chat", {"tools": [{"type": "web_search"}]}, "tools[0].type=web_search"),
    ("messages", "chat", {"tools": [{"type": "bash_20250124", "name": "bash"}]}, "tools[0].type=bash_20250124"),
    ("responses", "chat", {"include": ["message.output_text.logprobs"]}, "include[0]=message.output_text.logprobs"),
    ("responses", "chat", {"input": [{"type": "item_reference", "id": "x"}]}, "input[0].type=item_reference"),
    ("chat", "messages", {"messages": [{"role": "function", "content": "x", "name": "f"}]}, "messages[0].role"),
    ("messages", "chat", {"thinking": {"type": "between_tools"}}, "thinking.type"),
    ("messages", "chat", {"thinking": {"type": "disabled"}, "output_config": {"effort": "low"}}, "thinking.type"),
    ("messages", "chat", {"output_config": {"task_budget": {"total": 1}}}, "output_config.task_budget"),
    (
        "messages",
        "chat",
        {"context_management": {"edits": [{"type": "clear_tool_uses_20250919"}]}},
        "context_management.edits[0].type=clear_tool_uses_20250919",
    ),
    (
        "chat",
        "messages",
        {
            "tools": [TOOLS["chat"]],
            "tool_choice": {
                "type": "allowed_tools",
                "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "f"}}]},
            },
        },
        "tool_choice",
    ),
    ("chat", "messages", {"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]}, "messages[1]"),
    ("messages", "chat", {"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]}, "messages[1]"),
    ("messages", "responses", {"messages": []}, "messages"),
    ("chat", "messages", {"messages": None}, "messages"),
    ("chat", "messages", {"logprobs": 0}, "logprobs"),
    ("chat", "messages", {"n": True}, "n"),
    ("responses", "messages", {"input": []}, "input"),
    ("chat", "messages", {"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}]}, "messages[0].content[0].type=input_audio"),
    ("messages", "chat", {"messages": [{"role": "user", "content": [{"type": "document", "source": {}}]}]}, "messages[0].content[0].type=document"),
    ("messages", "chat", {"messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "file", "file_id": "f"}}]}]}, "messages[0].content[0].source"),
    ("responses", "chat", {"input": [{"role": "user", "content": [{"type": "input_image", "file_id": "f", "detail": "auto"}]}]}, "input[0].content[0].image_url"),
    ("chat", "messages", {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png,x"}}]}]}, "messages[0].content[0]"),
    ("chat", "responses", {"messages": [{"role": "system", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,x"}}]}, {"role": "user", "content": "x"}]}, "messages[0].content[0]"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "target", "more", "field"), CANNOT, ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_the_other_cannot_say_is_refused_by_the_callers_own_name(
    source: Dialect, target: Dialect, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadRequest) as caught:
        say(base(source) | more, source, target)
    assert caught.value.field == field


def test_a_picture_from_a_tool_goes_where_results_may_have_pictures() -> None:
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
    turns = [
        {"role": "assistant", "content": [{"type": "tool_use", "id": "c", "name": "f", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c", "content": [picture]}]},
    ]
    body = base("messages") | {"messages": turns}
    output = say(body, "messages", "responses")["input"][-1]["output"]
    assert output == [{"type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "auto"}]
    assert "`messages[1].content[0].content[0]`" in refused(body, "messages", "chat")


def test_only_texts_and_pictures_are_results() -> None:
    result = {
        "type": "tool_result",
        "tool_use_id": "c",
        "content": [{"type": "tool_use", "id": "d", "name": "g", "input": {}}],
    }
    body = base("messages") | {"messages": [{"role": "user", "content": [result]}]}
    assert "`messages[0].content[0]`" in refused(body, "messages", "responses")


def test_max_tokens_has_a_default_where_it_is_required_and_only_there() -> None:
    for source in ("chat", "responses"):
        assert say(base(source), source, "messages")["max_tokens"] == DEFAULT_MAX_TOKENS
    assert "max_completion_tokens" not in say(base("responses"), "responses", "chat")
    assert "max_output_tokens" not in say(base("chat"), "chat", "responses")
    assert say(base("chat") | {"max_tokens": 7}, "chat", "messages")["max_tokens"] == 7


def test_budgets_of_thought_become_efforts() -> None:
    for budget, effort in ((1024, "low"), *BUDGETS, (BUDGETS[-1][0] + 1, "high")):
        body = base("messages") | {"thinking": {"type": "enabled", "budget_tokens": budget}}
        assert say(body, "messages", "chat")["reasoning_effort"] == effort
    adaptive = base("messages") | {"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}}
    assert say(adaptive, "messages", "responses")["reasoning"] == {"effort": "max"}


def test_without_tools_there_is_nothing_to_choose() -> None:
    body = base("responses") | {"tools": [], "tool_choice": "auto", "parallel_tool_calls": True}
    for target in ("chat", "messages"):
        assert not {"tools", "tool_choice", "parallel_tool_calls"} & set(say(body, "responses", target))


def test_between_calls_and_their_results_the_assistant_has_one_turn() -> None:
    items = [
        {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"},
        {"type": "message", "role": "assistant", "content": "Wait."},
        {"type": "function_call", "call_id": "b", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "a", "output": "1"},
        {"type": "function_call_output", "call_id": "b", "output": "2"},
    ]
    said = say({"model": "m", "input": items}, "responses", "chat")["messages"]
    assert [turn["role"] for turn in said] == ["assistant", "tool", "tool"]
    assert said[0]["content"] == "Wait." and [call["id"] for call in said[0]["tool_calls"]] == ["a", "b"]


def test_instructions_in_the_middle_stay_there() -> None:
    turns = [
        {"role": "developer", "content": "a"},
        {"role": "system", "content": "b"},
        {"role": "user", "content": "c"},
        {"role": "developer", "content": "d"},
    ]
    said = say(base("chat") | {"messages": turns}, "chat", "messages")
    assert [part["text"] for part in said["system"]] == ["a", "b"]
    assert [(turn["role"], turn["content"]) for turn in said["messages"]] == [("user", "c"), ("system", "d")]
    items = say(base("chat") | {"messages": turns}, "chat", "responses")["input"]
    assert [(item["role"], item["content"]) for item in items] == [
        ("developer", "a"),
        ("system", "b"),
        ("user", "c"),
        ("developer", "d"),
    ]


def test_it_is_never_kept_unless_somebody_said_so() -> None:
    for source in ("chat", "messages"):
        assert say(base(source), source, "responses")["store"] is False


@pytest.mark.parametrize("usage", [True, False])
def test_a_stream_is_asked_for_its_usage(usage: bool) -> None:
    body = json.dumps(base("messages") | {"stream": True}).encode()
    said = json.loads(translate_request(body, "messages", "chat", "served", usage=usage))
    assert said.get("stream_options") == ({"include_usage": True} if usage else None)


def test_the_page_has_the_figures() -> None:
    text = PAGE.read_text("utf-8")  # its tables are made from the code
    assert f"{DEFAULT_MAX_TOKENS:,}" in text and all(f"{most:,}" in text for most, _ in BUDGETS)
