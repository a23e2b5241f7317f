"""The tables of every surface, place by place, against what the readers find."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from comity.relay.body import Ask, BadRequest
from comity.relay.reading.chat import BESIDE, HOLDERS
from comity.relay.reading.rows import Being, Element, Having, OfType, Place, Steps, nodes, places, written
from comity.relay.reading.shapes import BYTES, OTHER, PASS, REFUSED, SCHEMA, URL, WORD, Kinds, Members, OneOf, Row
from comity.relay.reading.walk import MAX_HOPS, REFERENCES
from comity.relay.surfaces import SURFACES, TABLES

VOCABULARY = Path(__file__).parents[2] / "src/comity/law/vocabulary.yaml"
JSON = [name for name in TABLES if name != "transcriptions"]
BASES: dict[str, dict[str, Any]] = {
    "chat": {"messages": [{"role": "user", "content": "hello"}]},
    "completions": {"prompt": "hello"},
    "responses": {"input": "hello", "store": False},
    "messages": {"messages": [{"role": "user", "content": "hello"}], "max_tokens": 9},
    "embeddings": {"input": "hello"},
    "rerank": {"query": "hello", "documents": ["a", "b"]},
    "moderations": {"input": "hello"},
    "speech": {"input": "hello", "voice": "alloy"},
    "images": {"prompt": "hello"},
}


def found(surface: str, **more: Any) -> tuple[str, ...]:
    """The hops that a request asks for; `(refused,)` if it is refused. However it is written."""
    answers = []
    document = {"model": "m"} | BASES[surface] | more
    for separators in ((",", ":"), (", ", ": ")):
        try:
            answers.append(SURFACES[surface].read(json.dumps(document, separators=separators).encode(), {}, "").hops)
        except BadRequest as error:
            assert "more than inference" in str(error) or "is required" in str(error), error
            answers.append((REFUSED,))
    assert answers[0] == answers[1]
    return answers[0]


def built(steps: Steps, value: Any) -> dict[str, Any]:
    """The smallest document that has `value` at a place."""
    for step in reversed(steps):
        match step:
            case str():
                value = {step: value}
            case Element():
                value = [value]
            case OfType() | Having():
                if not isinstance(value, dict):
                    value = {}
                named = {"type": step.types[0]} if isinstance(step, OfType) else dict.fromkeys(step.names, "user")
                value = named | value
    assert isinstance(value, dict)
    return value


def every_place() -> Iterator[Any]:
    for surface in JSON:
        for place in places(TABLES[surface]):
            yield pytest.param(surface, place, id=f"{surface}:{written(place.steps)}"[:120])


def asking(place: Place) -> list[tuple[Any, str]]:
    """Values at a place, and what each asks for."""
    match place.shape:
        case Row():
            if place.steps and isinstance(place.steps[-1], OfType):
                return [({}, place.row.asks)]
            values = (True, 1, 0, "x", "", ["x"], {"a": 1})
            kind = next((step.kind for step in place.steps[-1:] if isinstance(step, Being)), "")
            return [
                (value, place.row.asks)
                for value in values
                if (value not in place.row.idle or type(value) is int)
                and (not kind or isinstance(value, {"text": str, "parts": list, "object": dict}[kind]))
            ]
        case OneOf():
            return [("tomorrow", REFUSED), (3, REFUSED)]
        case Members():
            return [(None, place.row.asks)]
    if place.shape is WORD:
        return [(3, REFUSED), ({}, REFUSED)]
    if place.shape is SCHEMA:
        return [
            *(({"a": [{name: "http://x/y.json"}]}, "fetch") for name in sorted(REFERENCES)),
            ({"a": {"$ref": "other.json"}}, "fetch"),
            (json.dumps({"$ref": "https://x"}), "fetch"),
            ({"$ref": "file:///etc/passwd"}, REFUSED),
        ]
    assert place.shape in (URL, BYTES)
    return [
        *((url, "fetch") for url in ("http://x/y.png", "HTTPS://x", "hTTp:x")),
        *((url, REFUSED) for url in ("file:///etc/passwd", "s3://x", " http://x", "A" * 40 + "://x", 3, {"url": "x"})),
        *([("AAAA", REFUSED)] if place.shape is URL else []),
    ]


def idle(place: Place) -> list[Any]:
    """Values at a place that ask for nothing."""
    match place.shape:
        case Row():
            if place.steps and isinstance(place.steps[-1], OfType):
                return []
            judged = isinstance(place.steps[-1], Being)  # false is no text, no list and no object
            return [value for value in place.row.idle if not (judged and value is False)]
        case OneOf():
            return list(place.row.idle)
        case Members():
            return []
    if place.shape is WORD:
        return ["x"]
    if place.shape is SCHEMA:
        return [None, {"a": {"$ref": "#/$defs/a", "b": "http://x"}}, {"$ref": {"type": "string"}}, "http://x"]
    inline = ["data:image/png;base64,AAAA", "DATA:image/png;base64,AAAA", None]
    return [*inline, "AAAA"] if place.shape is BYTES else inline


def of_each_type(steps: Steps) -> Iterator[Steps]:
    """The ways to a place through each of the types that are alike."""
    for number, step in enumerate(steps):
        if isinstance(step, OfType) and len(step.types) > 1:
            for kind in step.types:
                yield from of_each_type((*steps[:number], OfType((kind,)), *steps[number + 1 :]))
            return
    yield steps


@pytest.mark.parametrize(("surface", "place"), list(every_place()))
def test_every_place_asks_for_what_the_table_says(surface: str, place: Place) -> None:
    context = _context(surface, place)
    for steps in of_each_type(place.steps):
        for value, word in asking(place):
            wanted = (REFUSED,) if word == REFUSED else tuple(sorted({*context, word}))
            assert found(surface, **built(steps, value)) == wanted, (steps, value)
        for value in idle(place):
            assert found(surface, **built(steps, value)) == context, (steps, value)


def _context(surface: str, place: Place) -> tuple[str, ...]:
    """What the objects around a place ask for by being there: a code interpreter does."""
    words = set()
    for other in places(TABLES[surface]):
        at = len(other.steps)
        if 0 < at < len(place.steps) and other.steps == place.steps[:at] and isinstance(other.steps[-1], OfType):
            words.add(other.row.asks)
    return tuple(sorted(words))


@pytest.mark.parametrize("surface", JSON)
def test_names_of_inference_ask_for_nothing_and_unknown_ones_for_what_the_table_says(surface: str) -> None:
    for steps, shape in nodes(TABLES[surface]):
        if not isinstance(shape, Members) or shape.missing:
            continue
        context = _context(surface, Place((*steps, ""), Row("", ""), PASS))
        if not steps:
            context = ()
        needed = dict.fromkeys(shape.needed, "user")
        for name in (name for name, each in shape.known.items() if each is PASS and name not in BASES[surface]):
            if (steps == () and name in ("model", "stream", "provider")) or name in ("type", *shape.needed):
                continue
            for value in (1, "x", ["x"], {"type": "web_search", "url": "http://x"}, None, True):
                assert found(surface, **built(steps, needed | {name: value})) == context, (written(steps), name)
        for name in ("tomorrow", "Store", "TYPE"):
            word = REFUSED if name.lower() in shape.known else shape.unknown.asks
            wanted = (REFUSED,) if word == REFUSED else tuple(sorted({*context, word}))
            assert found(surface, **built(steps, needed | {name: 1})) == wanted, (written(steps), name)
            assert found(surface, **built(steps, needed | {name: None})) == context


@pytest.mark.parametrize("surface", JSON)
def test_unknown_types_are_refused_and_dates_are_not_looked_at(surface: str) -> None:
    for steps, shape in nodes(TABLES[surface]):
        if not isinstance(shape, Kinds):
            continue
        known = next(iter(shape.known))
        for kind in ("tomorrow", f"{known}er", f"{known}_x", f"{known}_", known.upper(), 3, ["text"]):
            assert found(surface, **built(steps, {"type": kind})) == (REFUSED,), (written(steps), kind)
        for odd in (3, ["x"]):
            assert found(surface, **built(steps, odd)) == (REFUSED,), (written(steps), odd)
        for name in shape.known:
            undated = found(surface, **built(steps, {"type": name}))
            for kind in (f"{name}_2025_03_11", f"{name}_20250311"):
                assert found(surface, **built(steps, {"type": kind})) == undated


@pytest.mark.parametrize("surface", JSON)
def test_lists_are_lists_and_hold_no_nothing(surface: str) -> None:
    for name in ("tools", "messages"):
        if name in TABLES[surface].known and name not in BASES[surface]:
            assert found(surface, **{name: {}}) == (REFUSED,)
            assert found(surface, **{name: [None]}) == (REFUSED,)
            assert found(surface, **{name: None}) == ()


@pytest.mark.parametrize("name", HOLDERS)
def test_a_part_of_a_chat_is_judged_by_every_member_that_it_has(name: str) -> None:
    def part(**members: Any) -> tuple[str, ...]:
        content = [{"type": "text", "text": "x"}, members]
        return found("chat", messages=[{"role": "user", "content": content}])

    holder = HOLDERS[name]
    beside = dict.fromkeys(BESIDE.split(), "x")
    assert part(type=name, **{name: {holder: "data:image/png;base64,AAAA"} | beside}) == ()
    for url in ("http://x/y.png", "https://x"):
        assert part(type=name, **{name: {holder: url}}) == ("fetch",)
        assert part(type=name, **{name: url}) == ("fetch",)
        assert part(**{name: {holder: url}}) == ("fetch",)  # no type: an engine guesses it
        assert part(type="text", text="x", **{name: {holder: url}}) == ("fetch",)
    for nonsense in (1, [], {"tomorrow": "x"}, {"URL": "http://x"}):
        assert part(type=name, **{name: nonsense}) == (REFUSED,)


@pytest.mark.parametrize("content", [{}, 3, True, {"type": "image_url", "image_url": "http://x"}])
def test_unknown_content_is_refused(content: Any) -> None:
    for surface in ("chat", "messages"):
        assert found(surface, messages=[{"role": "user", "content": content}]) == (REFUSED,)


@pytest.mark.parametrize("role", [{"a": 1}, None, 3, ["user"]])
def test_a_role_is_a_string(role: Any) -> None:
    for surface in ("chat", "messages"):
        assert found(surface, messages=[{"role": role, "content": "x"}]) == (REFUSED,)


def test_a_bare_id_in_the_input_of_responses_is_a_reference() -> None:
    for item in ({"id": "msg_1"}, {"id": "rs_1", "type": None}, {"type": "item_reference", "id": "msg_1"}):
        assert found("responses", input=[{"role": "user", "content": "x"}, item]) == (REFUSED,)


def test_media_inside_the_results_of_tools() -> None:
    picture = {"type": "image", "source": {"type": "url", "url": "https://x/y.png"}}
    result = {"type": "tool_result", "tool_use_id": "t", "content": [picture]}
    assert found("messages", messages=[{"role": "user", "content": [result]}]) == ("fetch",)
    quoted = {"type": "document", "source": {"type": "content", "content": [picture]}}
    assert found("messages", messages=[{"role": "user", "content": [quoted]}]) == ("fetch",)
    fetched = {"type": "web_fetch_result", "url": "http://x", "content": quoted}
    block = {"type": "web_fetch_tool_result", "tool_use_id": "t", "content": fetched}
    assert found("messages", messages=[{"role": "assistant", "content": [block]}]) == ("fetch",)
    made = {"type": "code_execution_result", "content": [{"type": "code_execution_output", "file_id": "f"}]}
    block = {"type": "code_execution_tool_result", "tool_use_id": "t", "content": made}
    assert found("messages", messages=[{"role": "assistant", "content": [block]}]) == ("files",)


def test_too_many_hops_are_refused_and_none_is_overlooked() -> None:
    picture = {"type": "image_url", "image_url": {"url": "http://x"}}
    assert found("chat", messages=[{"role": "user", "content": [picture] * MAX_HOPS}]) == ("fetch",)
    document = {"model": "m", "messages": [{"role": "user", "content": [picture] * (MAX_HOPS + 1)}], "store": True}
    with pytest.raises(BadRequest, match=str(MAX_HOPS)):
        SURFACES["chat"].read(json.dumps(document).encode(), {}, "")


def test_several_hops_are_sorted_and_named() -> None:
    tools = [{"type": "mcp", "server_url": "https://x"}]
    document = {"model": "m"} | BASES["chat"] | {"store": True, "tools": tools, "metadata": {"a": "b"}}
    ask: Ask = SURFACES["chat"].read(json.dumps(document).encode(), {}, "")
    assert ask.hops == ("mcp", "store")
    assert set(ask.asked) == {"store", "tools[0].type=mcp", "metadata"}


def test_keys_spelled_with_escapes_are_judged_as_what_they_are() -> None:
    body = b'{"model":"m","messages":[{"role":"user","content":"hi"}],"response_format":{"\\u0024ref":"http://x"}}'
    assert SURFACES["chat"].read(body, {}, "").hops == ("fetch",)


def test_every_word_is_in_the_vocabulary() -> None:
    words = set(yaml.safe_load(VOCABULARY.read_text())["hops"])
    tables: Mapping[str, Members] = TABLES
    used = {place.row.asks for table in tables.values() for place in places(table)} - {REFUSED}
    assert used | {OTHER} == words


@pytest.mark.parametrize("name", ["Model", "STREAM", "Store", "\u017ftore", "top_\u212a"])
def test_a_name_in_other_letters_is_refused(name: str) -> None:
    assert found("chat", **{name: "x"}) == (REFUSED,)


def test_tokens_are_numbers() -> None:
    part = {"type": "image_url", "image_url": {"url": "https://example.org/x.png"}}
    for surface, member in (("embeddings", "input"), ("moderations", "input"), ("completions", "prompt")):
        assert found(surface, **{member: [[1, 2], [3]]}) == ()
        assert found(surface, **{member: [[part]]}) == (REFUSED,)
    assert found("completions", prompt=[part]) == (REFUSED,)
    assert found("responses", instructions=[{"role": "user", "content": [part]}]) == (REFUSED,)
    assert found("responses", instructions="be brief") == found("responses", instructions=None) == ()


def test_what_a_sandbox_reaches() -> None:
    auto = {"network_policy": {"type": "allowlist", "allowed_domains": ["example.org"]}}
    shell = {"type": "shell", "environment": {"type": "container_auto", **auto, "file_ids": ["file-1"]}}
    assert found("responses", tools=[shell]) == ("code", "fetch", "files")
    interpreter = {"type": "code_interpreter", "container": {"type": "auto", **auto}}
    assert found("responses", tools=[interpreter]) == ("code", "fetch")
    interpreter["container"] = {"type": "auto", "network_policy": {"type": "disabled"}}
    assert found("responses", tools=[interpreter]) == ("code",)


def test_a_long_name_in_a_schema_is_not_copied_for_each_member_below_it() -> None:
    """By memory and not by time: a place is as long as what is shown of it."""
    deep: dict[str, Any] = {"$ref": "https://example.org/schema"}
    for _ in range(9):
        deep = {"k" * 100_000: deep}
    body = json.dumps({"model": "m", **BASES["chat"], "response_format": deep}).encode()
    (asked,) = SURFACES["chat"].read(body, {}, "").asked
    assert len(asked) < 512
