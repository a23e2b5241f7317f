"""The tables of fields, row by row, against the code and against the page that documents them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from comity.relay.body import BadRequest, read
from comity.relay.fields import (
    BEYOND,
    INFERENCE,
    MEDIA,
    MEDIA_BESIDE,
    MEDIA_BEYOND,
    MESSAGE,
    MESSAGE_BEYOND,
    OTHER,
    PART_TEXT,
    PART_TYPES,
    READ,
    REFERENCES,
    REFUSED,
    SCHEMAS,
    TEMPLATE,
    TOOLS,
)
from comity.relay.hops import MAX_HOPS

PAGE = Path(__file__).parents[2] / "docs/reference/hops.md"
VOCABULARY = Path(__file__).parents[2] / "src/comity/law/vocabulary.yaml"
BASE: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}


def asked(**more: Any) -> tuple[str, ...]:
    """The hops that a request asks for; `(refused,)` if it is refused."""
    answers = []
    document = BASE | more
    for separators in ((",", ":"), (", ", ": ")):
        try:
            answers.append(read(json.dumps(document, separators=separators).encode()).hops)
        except BadRequest as error:
            assert "more than inference" in str(error), error
            answers.append((REFUSED,))
    assert answers[0] == answers[1]
    return answers[0]


def message(**members: Any) -> tuple[str, ...]:
    return asked(messages=[{"role": "user", "content": "x"} | members])


def part(**members: Any) -> tuple[str, ...]:
    return asked(messages=[{"role": "user", "content": [{"type": "text", "text": "x"}, members]}])


@pytest.mark.parametrize("name", sorted(INFERENCE))
def test_inference_passes(name: str) -> None:
    for value in (1, "x", ["x"], {"type": "web_search", "url": "http://x"}, None, True):
        assert asked(**{name: value}) == ()


@pytest.mark.parametrize("name", BEYOND)
def test_fields_beyond_inference(name: str) -> None:
    row = BEYOND[name]
    for idle in row.idle:
        assert asked(**{name: idle}) == ()
    for value in (True, 1, 0, "x", "", [], ["x"], {"a": 1}):
        if value not in row.idle or type(value) is int:
            assert asked(**{name: value}) == (row.asks,), value


@pytest.mark.parametrize("name", ["tomorrow", "Store", "STORE", "lora", "chat_template", "bootstrap_host", "id_slot"])
def test_unknown_fields_ask_for_other(name: str) -> None:
    assert asked(**{name: 1}) == (OTHER,)
    assert asked(**{name: None}) == ()


@pytest.mark.parametrize("name", TOOLS)
def test_hosted_tools(name: str) -> None:
    for kind in (name, f"{name}_2025_03_11", f"{name}_20250311"):
        assert asked(tools=[{"type": "function", "function": {"name": "f"}}, {"type": kind}]) == (TOOLS[name].asks,)


@pytest.mark.parametrize(
    "tool", [{"type": "teleport"}, {"type": 3}, {"type": None}, {}, "web_search", None, {"Type": "function"}]
)
def test_unknown_tools_are_refused(tool: Any) -> None:
    assert asked(tools=[tool]) == (REFUSED,)


@pytest.mark.parametrize("kind", ["web_searcher", "mcp2x", "function_", "Function", "web_search_preview_x"])
def test_a_type_that_only_begins_like_a_known_one_is_refused(kind: str) -> None:
    assert asked(tools=[{"type": kind}]) == (REFUSED,)


def test_tools_that_the_caller_runs() -> None:
    schema = {"type": "object", "properties": {"type": {"type": "string"}, "model": {"type": "string"}}}
    tools = [
        {"type": "function", "function": {"name": "f", "parameters": schema}},
        {"type": "custom", "custom": {"name": "c"}},
    ]
    assert asked(tools=tools) == ()
    assert asked(tools=None) == ()
    assert asked(tools={}) == (REFUSED,)
    assert asked(tool_choice="web_search") == (REFUSED,)
    for choice in (
        "auto",
        "none",
        "required",
        "any",
        None,
        {"type": "function", "function": {"name": "f"}},
        {"type": "allowed_tools"},
    ):
        assert asked(tool_choice=choice) == ()
    for choice in ({"type": "web_search"}, {}, 1, []):
        assert asked(tool_choice=choice) == (REFUSED,)


@pytest.mark.parametrize("name", sorted(MESSAGE - {"content"}))
def test_members_of_a_message(name: str) -> None:
    assert message(**{name: "x"}) == ()


@pytest.mark.parametrize("name", MESSAGE_BEYOND)
def test_members_of_a_message_beyond_inference(name: str) -> None:
    assert message(**{name: {"id": "x"}}) == (MESSAGE_BEYOND[name].asks,)
    assert message(**{name: None}) == ()
    assert message(tomorrow=1) == (OTHER,)


@pytest.mark.parametrize("kind", sorted(PART_TYPES))
def test_text_parts(kind: str) -> None:
    for name in sorted(PART_TEXT - {"type"}):
        assert part(type=kind, **{name: "http://x"}) == ()


@pytest.mark.parametrize("name", MEDIA)
def test_media(name: str) -> None:
    holder = MEDIA[name]
    beside = dict.fromkeys(MEDIA_BESIDE, "x")
    for inline in ("data:image/png;base64,AAAA", "DATA:image/png;base64,AAAA"):
        assert part(type=name, **{name: {holder: inline} | beside}) == ()
        assert part(type=name, **{name: inline}) == ()
    for url in ("http://x/y.png", "https://x", "HTTPS://x", "hTTp:x"):
        assert part(type=name, **{name: {holder: url}}) == ("fetch",)
        assert part(type=name, **{name: url}) == ("fetch",)
        assert part(**{name: {holder: url}}) == ("fetch",)  # no type: an engine guesses it
        assert part(type="text", text="x", **{name: {holder: url}}) == ("fetch",)
    for elsewhere in ("file:///etc/passwd", "s3://bucket/x", "ftp://x", " http://x", "javascript:x"):
        assert part(type=name, **{name: {holder: elsewhere}}) == (REFUSED,)
    for nonsense in (1, [], {holder: 1}, {holder: {"url": "http://x"}}, {"tomorrow": "x"}, {"URL": "http://x"}):
        assert part(type=name, **{name: nonsense}) == (REFUSED,)
    assert part(type=name, **{name: {holder: "AAAA"}}) == ((REFUSED,) if holder == "url" else ())
    for other, row in MEDIA_BEYOND.items():
        assert part(type=name, **{name: {other: "x"}}) == (row.asks,)


@pytest.mark.parametrize(
    "odd", [{"type": "image"}, {"type": 3}, {"type": ["text"]}, {"tomorrow": 1}, {"Image_url": "http://x"}, 3, ["x"]]
)
def test_unknown_parts_are_refused(odd: Any) -> None:
    assert asked(messages=[{"role": "user", "content": [odd]}]) == (REFUSED,)


@pytest.mark.parametrize("content", [{}, 3, True, {"type": "image_url", "image_url": "http://x"}])
def test_unknown_content_is_refused(content: Any) -> None:
    assert message(content=content) == (REFUSED,)


@pytest.mark.parametrize("role", [{"a": 1}, None, 3, ["user"]])
def test_a_role_is_a_string(role: Any) -> None:
    assert message(role=role) == (REFUSED,)


def test_what_would_stay_for_the_next_caller() -> None:
    assert asked(cache_prompt=True) == ("store",)
    assert asked(cache_prompt=False) == ()


def test_members_of_template_arguments() -> None:
    assert asked(chat_template_kwargs={"enable_thinking": False, "thinking": True}) == ()
    assert asked(chat_template_kwargs=None) == ()
    assert asked(chat_template_kwargs={"chat_template": "{{ x }}"}) == (OTHER,)
    assert asked(chat_template_kwargs="{{ x }}") == (REFUSED,)


def test_a_prediction_is_judged_as_content() -> None:
    assert asked(prediction={"type": "content", "content": [{"type": "text", "text": "x"}]}) == ()
    picture = {"type": "image_url", "image_url": {"url": "http://x"}}
    assert asked(prediction={"type": "content", "content": [picture]}) == ("fetch",)
    assert asked(prediction={"type": "content", "from": "http://x"}) == (OTHER,)


def test_a_voice_is_a_name() -> None:
    assert asked(audio={"voice": "alloy", "format": "wav"}) == ()
    assert asked(audio={"voice": {"id": "voice_1"}}) == ("files",)


@pytest.mark.parametrize("field", sorted(SCHEMAS))
@pytest.mark.parametrize("name", sorted(REFERENCES))
def test_references_out_of_a_schema(field: str, name: str) -> None:
    def within(target: Any, *, text: bool = False) -> tuple[str, ...]:
        schema: Any = {"type": "object", "properties": {"a": [{name: target}]}}
        if text:
            schema = json.dumps(schema)
        if field == "tools":
            return asked(tools=[{"type": "function", "function": {"name": "f", "parameters": schema}}])
        return asked(**{field: {"schema": schema}})

    for text in (False, True):
        for target in ("#", "#/$defs/office", "#office"):
            assert within(target, text=text) == ()
        for target in ("http://x/y.json", "HTTPS://x", "other.json", "//x/y"):
            assert within(target, text=text) == ("fetch",)
        assert within("file:///etc/passwd", text=text) == (REFUSED,)
    assert within({"type": "string"}) == ()  # a property of that name
    body = b'{"model":"m","messages":[{"role":"user","content":"hi"}],"response_format":{"\\u0024ref":"http://x"}}'
    assert read(body).hops == ("fetch",)


def test_members_of_a_tool_that_the_caller_runs() -> None:
    tool = {"type": "function", "function": {"name": "f"}}
    assert asked(tools=[tool | {"strict": True, "cache_control": {"type": "ephemeral"}}]) == ()
    assert asked(tools=[tool | {"server_url": "http://x"}]) == (OTHER,)


def test_media_with_a_scheme_far_off() -> None:
    for far in (" " * 40 + "http://x", "A" * 40 + "://x"):
        assert part(type="input_audio", input_audio={"data": far, "format": "wav"}) == (REFUSED,)


def test_too_many_hops_are_refused_and_none_is_overlooked() -> None:
    picture = {"type": "image_url", "image_url": {"url": "http://x"}}
    assert asked(messages=[{"role": "user", "content": [picture] * MAX_HOPS}]) == ("fetch",)
    document = BASE | {"messages": [{"role": "user", "content": [picture] * (MAX_HOPS + 1)}], "store": True}
    with pytest.raises(BadRequest, match=str(MAX_HOPS)):
        read(json.dumps(document).encode())


def test_several_hops_are_sorted_and_named() -> None:
    document = BASE | {"store": True, "tools": [{"type": "mcp", "server_url": "https://x"}], "metadata": {"a": "b"}}
    ask = read(json.dumps(document).encode())
    assert ask.hops == ("mcp", "store")
    assert set(ask.asked) == {"store", "tools[0].type=mcp", "metadata"}


def _tables(page: str) -> dict[str, dict[str, list[str]]]:
    """Each table of the page by the title of its first column: first cell to the others."""
    tables: dict[str, dict[str, list[str]]] = {}
    rows: dict[str, list[str]] = {}
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            rows = {}
        elif set(line) <= set("|-"):
            continue
        elif (not rows and cells[0] not in tables and not cells[0].startswith("`")) or cells[0] == "`tools[].type`":
            rows = tables[cells[0]] = {"": cells[1:]}
        else:
            rows[cells[0].strip("`")] = cells[1:]
    return {title: {name: cells for name, cells in table.items() if name} for title, table in tables.items()}


def test_the_page_says_what_the_tables_say() -> None:
    page = PAGE.read_text()
    tables = _tables(page)
    for title, rows in (
        ("field", BEYOND),
        ("`tools[].type`", TOOLS),
        ("other member", MESSAGE_BEYOND),
        ("member of media", MEDIA_BEYOND),
    ):
        shown = {name: (cells[0], cells[1]) for name, cells in tables[title].items()}
        word = {name: "*refused*" if row.asks == REFUSED else f"`{row.asks}`" for name, row in rows.items()}
        assert shown == {name: (word[name], row.why) for name, row in rows.items()}
    for name, row in BEYOND.items():
        assert tables["field"][name][2] == ", ".join(f"`{json.dumps(value)}`" for value in row.idle)
    assert {name: cells[0].strip("`") for name, cells in tables["media part"].items()} == MEDIA
    inference = page.partition("**Inference**")[2].partition("**More than inference**")[0]
    assert set(re.findall(r"`([a-z_]+)`", inference)) == INFERENCE
    members = page.partition("Members of a message that are inference:")[2].partition("|")[0]
    assert set(re.findall(r"`([a-z_]+)`", members)) == MESSAGE
    for name in (*READ, *SCHEMAS, *REFERENCES, *TEMPLATE, *PART_TEXT, *PART_TYPES, *MEDIA_BESIDE):
        assert f"`{name}`" in page


def test_every_word_is_in_the_vocabulary() -> None:
    words = set(yaml.safe_load(VOCABULARY.read_text())["hops"])
    used = {row.asks for rows in (BEYOND, TOOLS, MESSAGE_BEYOND, MEDIA_BEYOND) for row in rows.values()} - {REFUSED}
    assert used | {OTHER, "fetch"} <= words
