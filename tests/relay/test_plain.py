"""The quick way to read a request never sees less than the strict one, on any surface."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.relay.body import BadRequest
from comity.relay.reading import form as reading
from comity.relay.reading.form import read, read_whole
from comity.relay.surfaces import FORMS

WORDS = st.sampled_from(
    ["x", "http://x", "data:,x", "#/x", "", "model", '"input"', "é", "\\u0065", "function", "message", "url", "auto"]
)
NAMED = """
    type text role content name input output id call_id url file_id source tool_use_id image_url input_text tools
    function parameters schema $ref store model stream metadata user user_id messages arguments tomorrow
"""
TYPES = """
    text input_text output_text message function_call function_call_output reasoning item_reference image tool_use
    tool_result thinking function custom web_search mcp input_image image_url refusal
"""
KEYS, KINDS = (st.sampled_from(words.split()) for words in (NAMED, TYPES))
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)


@st.composite
def objects(draw: st.DrawFn) -> dict[str, Any]:
    """Something like an item, a block, a message or a tool."""
    shown: dict[str, Any] = draw(st.dictionaries(KEYS, VALUES | WORDS, max_size=4))
    if draw(st.booleans()):
        shown["type"] = draw(KINDS)
    if draw(st.booleans()):
        shown["role"] = "user"
    if draw(st.booleans()):
        shown["content"] = draw(WORDS | st.lists(st.fixed_dictionaries({"type": KINDS, "text": WORDS}), max_size=2))
    return shown


@st.composite
def bodies(draw: st.DrawFn, surface: str) -> bytes:
    """A body with members of the surface, some of them twice."""
    listed = VALUES | st.lists(objects(), max_size=3)
    names = st.sampled_from([*FORMS[surface].content, "model", "stream", "tools", "store", "stream_options", "user", "system", "temperature", "documents", "query", "voice"])  # fmt: skip
    members = [("model", "m"), (FORMS[surface].content[0], draw(WORDS | listed))]
    members += [(name, draw(st.just(None) | st.booleans() | listed)) for name in draw(st.lists(names, max_size=4))]
    members = draw(st.permutations(members))
    return ("{" + ",".join(f"{json.dumps(name)}:{json.dumps(value)}" for name, value in members) + "}").encode()


def outcome(call: Any, surface: str, body: bytes) -> Any:
    try:
        ask = call(FORMS[surface], body)
    except BadRequest:
        return None
    return ask.model, ask.stream, ask.hops, ask.asked, ask.usage, ask.sets, ask.option, ask.max_tokens


@pytest.mark.parametrize("surface", FORMS)
@given(data=st.data())
def test_the_quick_way_finds_what_the_strict_way_finds(surface: str, data: st.DataObject) -> None:
    body = data.draw(bodies(surface))
    whole = outcome(read_whole, surface, body)
    assert outcome(read, surface, body) == whole or (whole is None and _only_doubled(surface, body))


def _only_doubled(surface: str, body: bytes) -> bool:
    """A doubled key of pure inference in a plain request is left to the engine; each of the two was judged."""
    try:
        read_whole(FORMS[surface], body)
    except BadRequest as error:
        assert "occurs twice" in str(error), error
    document: list[tuple[str, Any]] = json.loads(body, object_pairs_hook=list)
    for chosen in (dict(document), dict(reversed(document))):
        try:
            assert read(FORMS[surface], json.dumps(_objects(chosen)).encode()).hops == ()
        except BadRequest as error:  # the other of the two was empty
            assert "is required" in str(error), error
    return True


def _objects(value: Any) -> Any:
    if isinstance(value, list) and value and all(isinstance(each, tuple) for each in value):
        return {name: _objects(each) for name, each in value}
    if isinstance(value, dict):
        return {name: _objects(each) for name, each in value.items()}
    return [_objects(each) for each in value] if isinstance(value, list) else value


PLAIN: dict[str, list[dict[str, Any]]] = {
    "chat": [
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}], "max_tokens": 5, "stream": True},
        {"messages": [{"role": "user", "content": "où, 哪里"}]},
        {"messages": [
            {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "type": "function"}]},
            {"role": "tool", "tool_call_id": "c", "content": "x"},
        ], "tools": [{"type": "function", "function": {"name": "f"}}], "tool_choice": "auto"},
        {"messages": [{"role": "user", "content": [
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}},
        ]}], "tool_choice": {"type": "function", "function": {"name": "f"}}},
        {"messages": [{"role": "user", "content": "x"}], "response_format": {"type": "json_schema", "json_schema": {
            "name": "n", "schema": {"$ref": "#/$defs/a", "$defs": {"a": {"type": "string"}}},
        }}},
    ],
    "completions": [{"prompt": "x", "suffix": "y"}, {"prompt": [1, 2]}],
    "responses": [
        {"input": "x", "instructions": "y", "text": {"format": {"type": "text"}}, "include": ["x"]},
        {"input": [
            {"role": "user", "content": [{"type": "input_text", "text": "x"}]},
            {"type": "reasoning", "id": "r", "summary": [], "encrypted_content": "x"},
            {"type": "function_call", "id": "f", "call_id": "c", "name": "n", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c", "output": "x"},
        ], "tools": [{"type": "function", "name": "n", "parameters": {}}], "store": False},
    ],
    "messages": [
        {"messages": [
            {"role": "user", "content": "x"},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "x", "signature": "y"},
                {"type": "tool_use", "id": "t", "name": "n", "input": {"a": 1}},
            ]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "x"}]},
        ], "max_tokens": 5, "system": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}],
         "tools": [{"name": "n", "input_schema": {"type": "object"}}], "metadata": {"user_id": "u"}},
    ],
    "embeddings": [{"input": ["a", "b"], "dimensions": 5}, {"input": [[1], [2]]}],
    "rerank": [{"query": "x", "documents": ["a"], "top_n": 1}],
    "moderations": [{"input": "x"}],
    "speech": [{"input": "x", "voice": "alloy", "speed": 1.0}],
    "images": [{"prompt": "x", "size": "auto", "background": "opaque"}],
}  # fmt: skip


@pytest.mark.parametrize("surface", FORMS)
def test_usual_requests_are_plain(surface: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "read_whole", None)
    for document in PLAIN[surface]:
        assert read(FORMS[surface], json.dumps({"model": "m"} | document).encode()).hops == ()


PICTURE = '{"model":"m","messages":[{"role":"user","content":[%s]}]}'
FETCHED = [
    '{"type":"image_url","image_url":{"url":"http://x"}}',
    '{"type":"image_url","image_url":{"url":"http://x","url":"data:,x"}}',
    '{"type":"image_url","image_url":{"url":"data:,x","url":"http://x"}}',
    '{"type":"image_url","image_url":{"url":"data:,x"},"image_url":{"url":"http://x"}}',
    '{"type":"text","image_url":{"url":"http://x"},"text":"x"}',
]
SCHEMA = '{"model":"m","messages":[{"role":"user","content":"x"}],"response_format":{%s}}'
REFERRED = [
    '"$ref":"http://x"',
    '"$ref":"#/a","$ref":"http://x"',
    '"$ref":"http://x","$ref":"#/a"',
    '"$dynamicRef" : "http://x#/a"',
    r'"a":"{\"$ref\":\"http://x\"}"',
    r'"$ref":"\u0068ttp://x"',
]


@pytest.mark.parametrize("body", [PICTURE % each for each in FETCHED] + [SCHEMA % each for each in REFERRED])
def test_what_is_fetched_is_never_plain(body: str) -> None:
    try:
        assert read(FORMS["chat"], body.encode()).hops == ("fetch",)
    except BadRequest as error:
        assert "occurs twice" in str(error), error


@pytest.mark.parametrize(
    ("surface", "members"),
    [
        ("chat", '"messages":[{"role":"user","content":"x"}],"model":"n"'),
        ("chat", '"messages":[{"role":"user","content":"x"}],"stream":true,"stream":false'),
        ("chat", '"stream":true,"stream_options":{"include_usage":false},"stream_options":{"include_usage":true},'
                 '"messages":[{"role":"user","content":"x"}]'),
        ("responses", '"input":[{"id":"msg_1"}],"input":"x"'),
        ("responses", '"input":"x","store":true,"store":false'),
    ],
)  # fmt: skip
def test_what_decides_by_itself_is_said_once(surface: str, members: str) -> None:
    with pytest.raises(BadRequest, match="occurs twice"):
        read(FORMS[surface], f'{{"model":"m",{members}}}'.encode())
