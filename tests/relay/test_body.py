# ruff: noqa: UP031 - JSON is full of braces
"""Reading a request: the quick way and the long way agree, and no doubled key gets past either."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.relay.body import Ask, BadRequest, splice
from comity.relay.reading.form import read_whole
from comity.relay.surfaces import FORMS, SURFACES


def read(body: bytes) -> Ask:
    return SURFACES["chat"].read(body, {}, "")


NAMES = st.sampled_from(["civic", 'a"b', "ü", "x/y:z", "model", '"model"', "\\u0065"])
TEXTS = st.text(max_size=12) | st.sampled_from(['"model":"x"', "\\", '"', "\x1b", "\u2028", "{", '\\"model\\":'])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["model", "type", "a", "stream"]), inner)
    ),
    max_leaves=6,
)
MESSAGES = st.lists(
    st.fixed_dictionaries({"role": st.just("user"), "content": TEXTS | st.lists(
        st.fixed_dictionaries({"type": st.just("text"), "text": TEXTS}), max_size=2)}), min_size=1, max_size=3,
)  # fmt: skip
EXTRAS = st.dictionaries(
    st.sampled_from(["temperature", "stop", "user", "response_format", "logit_bias", "seed", "metadata", "tomorrow"]),
    VALUES, max_size=3,
)  # fmt: skip
TOOLS = st.none() | st.just([{"type": "function", "function": {"parameters": {"model": {"type": "x"}}}}])


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    document = {"model": draw(NAMES), "messages": draw(MESSAGES), **draw(EXTRAS)}
    if draw(st.booleans()):
        document["stream"] = draw(st.none() | st.booleans())
    if draw(st.booleans()):
        document["tools"] = draw(TOOLS)
    return dict(draw(st.permutations(list(document.items()))))


def encodings(document: dict[str, Any]) -> list[bytes]:
    return [
        json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace"),
        json.dumps(document).encode(),
        json.dumps(document, indent=3, ensure_ascii=False).encode("utf-8", "replace"),
    ]


def outcome(call: Any, body: bytes) -> Any:
    try:
        ask = call(body)
    except BadRequest as error:
        return error.field
    return ask.model, ask.stream, ask.only, ask.ignore, ask.hops, ask.asked


@given(documents())
def test_the_quick_way_and_the_long_way_agree(document: dict[str, Any]) -> None:
    for body in encodings(document):
        assert outcome(read, body) == outcome(lambda body: read_whole(FORMS["chat"], body), body)


@given(documents(), NAMES, st.booleans())
def test_only_the_model_changes_and_the_narrowing_goes(document: dict[str, Any], served_as: str, narrows: bool) -> None:
    if narrows:
        items = list(document.items())
        items.insert(len(items) // 2, ("provider", {"only": ["paris"]}))
        document = dict(items)
    for body in encodings(document):
        try:
            ask = read(body)
        except BadRequest:
            continue
        spliced = splice(body, ask, served_as)
        expected = {name: value for name, value in json.loads(body).items() if name != "provider"}
        assert json.loads(spliced) == expected | {"model": served_as}
        if not narrows and document["model"] == served_as:
            assert spliced is body
        if not narrows and ask.once:
            assert abs(len(spliced) - len(body)) == abs(len(json.dumps(served_as, ensure_ascii=False).encode()) - len(
                json.dumps(document["model"], ensure_ascii=False).encode())) or not document["model"].isascii()  # fmt: skip


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_narrowing_is_cut_wherever_it_stands(place: int) -> None:
    members = ['"model" : "a"', '"messages":[{"role":"user","content":"é"}]']
    members.insert(place, '"provider" : {"ignore":["x"] }')
    body = ("{ " + " , ".join(members) + " }").encode()
    ask = read(body)
    assert ask.ignore == ("x",)
    assert json.loads(splice(body, ask, "b")) == {"model": "b", "messages": [{"role": "user", "content": "é"}]}


REST = '"messages":[{"role":"user","content":"x"}]'
DOUBLED = [
    '{"model":"a","model":"b",%s}' % REST,
    '{"model":"a","mod\\u0065l":"b",%s}' % REST,
    '{"model":"a","\\u006dodel":"a",%s}' % REST,
    '{"model":"a","stream":false,"stream":true,%s}' % REST,
    '{"model":"a","stream":false,"str\\u0065am":true,%s}' % REST,
    '{"model":"a",%s,"tools":[],"tools":[{"type":"mcp"}]}' % REST,
    '{"model":"a",%s,"tools":[{"type":"mcp"}],"tools":[]}' % REST,
    '{"model":"a",%s,"tools":[{"type":"mcp","type":"function"}]}' % REST,
    '{"model":"a",%s,"tools":[{"type":"function","type":"mcp"}]}' % REST,
    '{"model":"a",%s,"store":true,"store":false}' % REST,
    '{"model":"a",%s,"store":false,"store":true}' % REST,
    '{"model":"a",%s,"st\\u006fre":true,"store":false}' % REST,
    '{"model":"a",%s,"messages":[{"role":"user","content":[{"type":"image_url","image_url":"http://x"}]}]}' % REST,
    '{"model":"a","messages":[{"role":"user","content":[{"type":"image_url","image_url":"http://x"}],"content":"y"}]}',
    '{"model":"a","messages":[{"role":"user","content":"y","content":[{"type":"image_url","image_url":"http://x"}]}]}',
    '{"model":"a","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:,","url":"http://x"}}]}]}',
    '{"model":"a",%s,"provider":{"only":["x"]},"provider":null}' % REST,
]


@pytest.mark.parametrize("text", DOUBLED)
@pytest.mark.parametrize("spaced", [False, True])
def test_doubled_keys_are_refused(text: str, spaced: bool) -> None:
    if spaced:
        text = text.replace(":", " : ").replace("http : //", "http://")
    with pytest.raises(BadRequest, match="occurs twice"):
        read(text.encode())


def test_a_doubled_key_of_pure_inference_in_a_plain_request_is_left_to_the_engine() -> None:
    assert read(('{"model":"a","seed":1,"seed":2,%s}' % REST).encode()).hops == ()


def test_keys_spelled_with_escapes_are_read_as_what_they_are() -> None:
    ask = read(('{"mod\\u0065l":"a","st\\u006fre":true,%s}' % REST).encode())
    assert (ask.model, ask.hops) == ("a", ("store",))
    spliced = splice(('{"mod\\u0065l":"a",%s}' % REST).encode(), read(('{"mod\\u0065l":"a",%s}' % REST).encode()), "b")
    assert json.loads(spliced)["model"] == "b"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ("null", "not a JSON object"),
        ("{}x", "not JSON"),
        ("\ufeff{}", "not JSON"),
        ('{"model":"a",%s,"seed":NaN}' % REST, "JSON"),
        ('{"model":"a",%s,"tomorrow":Infinity}' % REST, "JSON"),
        ('{"model":"a",%s,}' % REST, "not JSON"),
        ('{"model":"a",%s,"a":%s}' % (REST, "[" * 70 + "]" * 70), "levels"),
        ('{"model":"a",%s,"a":%s}' % (REST, "[" * 90_000 + "]" * 90_000), "levels|deep"),
        ('{"model":"a",%s,"a":[%s0]}' % (REST, "0," * 1_000_001), "values"),
        ('{"model":"a",%s,"a":%s}' % (REST, "1" * 5_000), "JSON"),
        ('{"model":3,%s}' % REST, "`model` is required"),
        ("{%s}" % REST, "`model` is required"),
        ('{"model":"%s",%s}' % ("m" * 257, REST), "`model` is a name"),
        ('{"model":"a\\u0000",%s}' % REST, "`model` is a name"),
        ('{"model":"a\\ud800",%s}' % REST, "JSON|name"),
        ('{"model":"a"}', "`messages` is required"),
        ('{"model":"a","messages":[]}', "`messages` is required"),
        ('{"model":"a","messages":"x"}', "`messages` is required"),
        ('{"model":"a",%s,"stream":1}' % REST, "`stream` is true or false"),
        ('{"model":"a",%s,"provider":[]}' % REST, "`provider` is an object"),
        ('{"model":"a",%s,"provider":{"sort":"price"}}' % REST, "`provider.sort` is not known"),
        ('{"model":"a",%s,"provider":{"only":"x"}}' % REST, "`provider.only` is a list"),
        ('{"model":"a",%s,"provider":{"only":[1]}}' % REST, "`provider.only` is a list"),
        ('{"model":"a",%s,"provider":{"only":%s}}' % (REST, json.dumps(["x"] * 65)), "`provider.only` is a list"),
    ],
)
def test_what_cannot_be_taken_says_why(text: str, says: str) -> None:
    with pytest.raises(BadRequest, match=says):
        read(text.encode("utf-8"))


def test_bytes_that_are_not_utf8() -> None:
    for body in (b'{"model":"\xff"}', b"\xff", '{"model":"a"}'.encode("utf-16")):
        with pytest.raises(BadRequest):
            read(body)


def test_a_message_with_pictures_and_latin_letters_is_read_the_long_way_and_passes() -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 100_000, "detail": "low"}}
    document = {"model": "é", "messages": [{"role": "user", "content": [{"type": "text", "text": "où?"}, picture]}]}
    for body in encodings(document):
        ask = read(body)
        assert (ask.model, ask.hops) == ("é", ())
        assert json.loads(splice(body, ask, "b")) == document | {"model": "b"}


def test_a_model_within_something_else_is_not_the_model() -> None:
    """Azure names it in the path, and a body need not have it."""
    tool = {"type": "function", "function": {"name": "f", "parameters": {"model": "a string"}}}
    body = json.dumps({"messages": [{"role": "user", "content": "hi"}], "tools": [tool]}).encode()
    sent = json.loads(splice(body, SURFACES["chat"].read(body, {}, "civic"), "served"))
    assert sent["model"] == "served"
    assert sent["tools"] == [tool]


@pytest.mark.parametrize("half", ["\\ud800", "\\uDC00", "\\ud800x", "\\udc00\\ud800"])
def test_half_a_character_is_refused_wherever_it_stands(half: str) -> None:
    for more in ('"%s":1', '"provider":{"only":["%s"]}', '"stream":true,"stream_options":{"%s":1}', '"stop":"%s"'):
        body = '{"provider":{"ignore":["x"]},"model":"m","messages":[{"role":"user","content":"hi"}],%s}' % (
            more % half
        )
        with pytest.raises(BadRequest):
            read(body.replace('"provider":{"ignore":["x"]},', "", "only" in more).encode())
    assert read(b'{"provider":{},"model":"m","messages":[{"role":"user","content":"\\ud83d\\ude00"}]}').model == "m"


def test_places_of_members_among_letters_of_any_length() -> None:
    document = {
        "messages": [{"role": "user", "content": "é🌍"}],
        "user": "ü",
        "provider": {"only": ["ö"]},
        "model": "é",
    }
    body = json.dumps(document, ensure_ascii=False).encode()
    sent = splice(body, read(body), "sérvéd🌍")
    del document["provider"]
    assert json.loads(sent) == document | {"model": "sérvéd🌍"}
