"""Paths, headers, narrowing, and what goes upstream, surface by surface."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest

from comity.placement.wanted import PART_OF
from comity.relay.body import BadRequest, splice
from comity.relay.surfaces import SURFACES, below, find
from comity.relay.telling.tellings import TELLINGS
from comity.stack.operation import Surface as Declared

SAY: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "x"}]}


def encoded(document: Any) -> bytes:
    return json.dumps(document).encode()


def test_every_surface_that_a_stack_file_can_declare_is_there() -> None:
    declared = {surface.declared or name for name, surface in SURFACES.items()}
    assert declared == set(get_args(Declared))
    assert {name: each.declared for name, each in SURFACES.items() if each.declared} == PART_OF
    assert set(TELLINGS) == set(SURFACES)


@pytest.mark.parametrize("name", SURFACES)
def test_paths(name: str) -> None:
    surface = SURFACES[name]
    path = surface.path.encode()
    for prefix in (b"", b"/v1", b"/openai/v1", b"/openai"):
        assert find(prefix + path) == (surface, "")
        assert find(prefix + path + b"?api-version=2026-01-01&x=/v1") == (surface, "")
    assert find(b"/openai/deployments/gpt%2F4%C3%A9" + path) == (surface, "gpt/4é")
    assert find(b"/openai/deployments/m" + path + b"?api-version=x") == (surface, "m")
    for other in (path + b"/", b"/v2" + path, b"/v1" + path + b"s", b"/v1/v1" + path, path.upper()):
        assert find(other) is None
    for other in (b"/openai/deployments/" + path, b"/openai/deployments/m", b"/openai/deployments/m/x" + path):
        assert find(other) is None


def test_where_an_upstream_has_a_surface() -> None:
    assert below("/v1", "/responses") == "/v1/responses"
    assert below("/openai/deployments/gpt", "/chat/completions") == "/openai/deployments/gpt/chat/completions"
    assert below("/openai/deployments/gpt", "/responses") == "/openai/responses"
    assert below("/x/openai/deployments/gpt", "/responses") == "/x/openai/responses"


def test_a_model_that_the_path_names_goes_before_the_one_in_the_body() -> None:
    read = SURFACES["chat"].read
    for body in (encoded(SAY), encoded({"messages": SAY["messages"]}), encoded(SAY | {"tomorrow": None})):
        ask = read(body, {}, "named")
        assert ask.model == "named"
        assert json.loads(splice(body, ask, "served")) == json.loads(body) | {"model": "served"}
    with pytest.raises(BadRequest, match="`model` is required"):
        read(encoded({"messages": SAY["messages"]}), {}, "")


@pytest.mark.parametrize("more", [{}, {"tomorrow": None}, {"provider": {"only": ["x"]}}, {"user": "\u00e9"}])
@pytest.mark.parametrize(
    ("said", "kept"),
    [({}, False), ({"store": None}, False), ({"store": False}, False), ({"store": True}, True)],
)
def test_a_response_is_kept_only_if_the_client_says_so(said: dict[str, Any], kept: bool, more: dict[str, Any]) -> None:
    document = {"model": "m", "input": "x"} | said | more
    ask = SURFACES["responses"].read(encoded(document), {}, "")
    assert ask.hops == (("store",) if kept else ())
    spliced = splice(encoded(document), ask, "m")
    assert json.loads(spliced)["store"] is kept
    assert spliced.count(b'"store"') == 1


@pytest.mark.parametrize("surface", ["chat", "completions"])
@pytest.mark.parametrize("more", [{}, {"tomorrow": None}, {"user": "\u00e9"}])
@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ({}, False),
        ({"stream_options": None}, False),
        ({"stream_options": {}}, False),
        ({"stream_options": {"include_usage": False, "include_obfuscation": True}}, False),
        ({"stream_options": {"include_usage": True}}, True),
        ({"stream_options": {"include_usage": True, "include_obfuscation": True}}, True),
    ],
)
def test_the_usage_of_a_stream_is_asked_for_where_the_client_did_not(
    surface: str, said: dict[str, Any], asked: bool, more: dict[str, Any]
) -> None:
    base = SAY if surface == "chat" else {"model": "m", "prompt": "x"}
    body = encoded(base | {"stream": True} | said | more)
    ask = SURFACES[surface].read(body, {}, "")
    assert ask.usage is asked
    spliced = splice(body, ask, "m", ask_usage=True)
    assert json.loads(spliced)["stream_options"]["include_usage"] is True
    assert (spliced is body) is asked
    for name, value in (said.get("stream_options") or {}).items():
        assert name == "include_usage" or json.loads(spliced)["stream_options"][name] == value
    assert splice(body, ask, "m") is body
    still = SURFACES[surface].read(encoded(base | {"stream": False} | said | more), {}, "")
    assert still.usage
    assert still.option is None


def test_a_second_key_cannot_hide_the_usage_or_the_keeping() -> None:
    for twice in (
        '"input":"x","store":false,"store":null',
        '"input":"x","store":true,"store":false',
        '"input":[{"id":"msg_1"}],"input":"x"',
        '"input":"x","input":[{"id":"msg_1","role":"user"}]',
    ):
        with pytest.raises(BadRequest, match="occurs twice"):
            SURFACES["responses"].read(b'{"model":"m",%b}' % twice.encode(), {}, "")
    body = (
        encoded(SAY)[:-1]
        + b',"stream":true,"stream_options":{"include_usage":false},"stream_options":{"include_usage":true}}'
    )
    with pytest.raises(BadRequest, match="occurs twice"):
        SURFACES["chat"].read(body, {}, "")


@pytest.mark.parametrize(
    ("surface", "document", "most"),
    [
        ("chat", SAY | {"max_tokens": 5}, 5),
        ("chat", SAY | {"max_tokens": 5, "max_completion_tokens": 6}, 6),
        ("chat", SAY | {"max_tokens": -5}, -1),
        ("chat", SAY | {"max_tokens": 2**60}, -1),
        ("chat", SAY | {"max_tokens": "x"}, -1),
        ("chat", SAY, -1),
        ("responses", {"model": "m", "input": "x", "max_output_tokens": 7}, 7),
        ("messages", SAY | {"max_tokens": 8, "tomorrow": None}, 8),
    ],
)
def test_the_most_that_may_be_written(surface: str, document: dict[str, Any], most: int) -> None:
    assert SURFACES[surface].read(encoded(document), {}, "").max_tokens == most
    assert (
        SURFACES[surface]
        .read(encoded(document | {"user": "\u00e9"} if surface != "messages" else document), {}, "")
        .max_tokens
        == most
    )


def narrowed(provider: Any) -> Any:
    return SURFACES["chat"].read(encoded(SAY | {"provider": provider}), {}, "")


def test_narrowing() -> None:
    ask = narrowed({
        "only": ["b", "a", "b"], "ignore": ["c"], "order": ["b", "a", "b"], "allow_fallbacks": False,
        "max_price": {"prompt": 1, "completion": "2.5"},
    })  # fmt: skip
    assert (ask.only, ask.ignore, ask.order) == (("a", "b"), ("c",), ("b", "a"))
    assert (ask.allow_fallbacks, ask.max_price) == (False, ("1", "2.5"))
    ask = narrowed(None)
    assert (ask.only, ask.order, ask.allow_fallbacks, ask.max_price) == ((), (), True, ("", ""))
    assert narrowed({"max_price": {"completion": 0.5}}).max_price == ("", "0.5")


@pytest.mark.parametrize("provider", [
    [], "x", {"sort": "price"}, {"only": "x"}, {"only": [1]}, {"order": ["x"] * 65}, {"allow_fallbacks": 1},
    {"only": ["\x00"]}, {"only": [""]}, {"ignore": ["x" * 65]},
    {"ignore": ["x" * 64] * 16, "only": ["x" * 64] * 16, "order": ["x"]}, {"max_price": 1}, {"max_price": {"image": 1}}, {"max_price": {"prompt": -1}}, {"max_price": {"prompt": "x"}},
    {"max_price": {"prompt": True}}, {"max_price": {"prompt": 1e300}}, {"max_price": {"prompt": "١"}},
])  # fmt: skip
def test_what_cannot_narrow(provider: Any) -> None:
    with pytest.raises(BadRequest, match="`provider"):
        narrowed(provider)


def told(**headers: str) -> Any:
    lines = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
    return SURFACES["messages"].read(encoded(SAY | {"max_tokens": 1}), lines, "")


def test_headers_of_anthropic() -> None:
    assert told().lines == b""
    assert told(anthropic_version="2023-06-01").lines == b""
    ask = told(anthropic_version="2026-10-21", anthropic_beta="context-1m-2025-08-07, claude-code-20250219")
    assert ask.hops == ()
    assert ask.lines == (
        b"content-type: application/json\r\nanthropic-version: 2026-10-21\r\n"
        b"anthropic-beta: context-1m-2025-08-07,claude-code-20250219\r\n"
    )
    ask = told(anthropic_beta="tomorrow-2027-01-01")
    assert (ask.hops, ask.asked) == (("other",), ("anthropic-beta: tomorrow-2027-01-01",))
    for beta in ("server-side-fallback-2026-07-01", "message-threads-2026-08-12"):
        with pytest.raises(BadRequest, match="more than inference"):
            told(anthropic_beta=beta)
    for odd in ("x" * 65, "a b", "a,,b", ",".join(["a"] * 33)):
        with pytest.raises(BadRequest, match="anthropic-beta"):
            told(anthropic_beta=odd)
    with pytest.raises(BadRequest, match="anthropic-version"):
        told(anthropic_version="x")
