"""Reading a chat request: the few fields that the decision needs, and no more.

Most requests are plain: known parameters, text, tools that the caller runs. `_PLAIN` accepts those and nothing else,
in one pass of msgspec that builds no object for what it skips. Each occurrence of a doubled key has to pass it, so a
second one can hide no hop. Everything else goes to the strict scan and the tables.
"""

from __future__ import annotations

import re
from typing import Any, Literal

import msgspec
from msgspec import Raw, Struct

from comity.relay import scan
from comity.relay.fields import INFERENCE, PLAIN_CHOICES, REFUSED
from comity.relay.hops import MAX_HOPS, Hop, hops

MAX_MODEL_CHARACTERS = 256
"""A model's name: twice the longest in use (organisation/model-revision-quantisation)."""

MAX_NARROWING = 64
"""Deployments that `provider.only` or `provider.ignore` may name; more than a stack has in reach of one model."""


class BadRequest(ValueError):
    """The request cannot be taken; `field` names the place where there is one."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class Ask(Struct, frozen=True):
    """What the decision needs of a request's body.

    `hops` are the words for what it asks beyond inference, sorted; `asked` names the fields that ask for them.
    `only` and `ignore` are the caller's own narrowing. `once` says that the key `model` stands once in the bytes,
    spelled without escapes, so that it can be found by a search; `narrowed` that `provider` has to be taken out.
    """

    model: str
    stream: bool = False
    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    hops: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    once: bool = False
    narrowed: bool = False


class _Closed(Struct, forbid_unknown_fields=True, gc=False):
    """A part of a plain request."""


class _Text(_Closed):
    type: Literal["text"]
    text: str


class _Message(_Closed):
    role: str
    content: str | list[_Text] | None = None
    name: Raw | None = None
    tool_calls: Raw | None = None
    tool_call_id: Raw | None = None
    refusal: Raw | None = None
    reasoning_content: Raw | None = None


class _Tool(_Closed):
    type: Literal["function", "custom"]
    function: Raw | None = None
    custom: Raw | None = None
    strict: Raw | None = None


_PLAIN = msgspec.json.Decoder(
    msgspec.defstruct(
        "_Plain",
        [
            ("model", str),
            ("messages", list[_Message]),
            ("stream", bool | None, None),
            ("tools", list[_Tool] | None, None),
            ("tool_choice", Literal[PLAIN_CHOICES] | None, None),
            *((name, Raw, None) for name in sorted(INFERENCE)),
        ],
        forbid_unknown_fields=True,
        gc=False,
    )
).decode

_REFERENCE = re.compile(rb"\$(?:ref|dynamicRef|recursiveRef)").search
_MODEL = re.compile(rb'"model"[ \t\n\r]*:[ \t\n\r]*("(?:[^"\\]|\\.)*")')


def read(body: bytes) -> Ask:
    """Read a chat request.

    Raises:
        BadRequest: not JSON that everybody reads alike, no model or messages, or a field that asks for what no
            deployment may be asked.
    """
    try:
        plain: Any = _PLAIN(body)
    except msgspec.ValidationError:
        return _read_whole(body)  # not plain; the scan says what it is
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRequest(f"The body is not JSON: {error}") from None
    except RecursionError:
        raise BadRequest("The body is nested too deep.") from None
    # an escaped letter could spell a second key, and a doubled key means two things to two parsers
    # and a reference in a schema is looked for by the scan
    if not plain.messages or not _once(body) or body.count(b'"stream"') > 1 or (b"$" in body and _REFERENCE(body)):
        return _read_whole(body)
    return Ask(_model(plain.model), plain.stream is True, once=True)


def splice(body: bytes, ask: Ask, served_as: str) -> bytes:
    """The bytes for an upstream: `model` replaced by `served_as`, `provider` taken out, all else untouched.

    Returns `body` itself where nothing changes.
    """
    if ask.model == served_as and not ask.narrowed:
        return body
    if ask.once and not ask.narrowed:
        found = _MODEL.search(body)
        assert found is not None  # `read` saw the key
        return b"%b%b%b" % (body[: found.start(1)], msgspec.json.encode(served_as), body[found.end(1) :])
    places = scan.spans(body)
    model = places["model"]
    edits = [] if ask.model == served_as else [(model.value, model.end, msgspec.json.encode(served_as))]
    if ask.narrowed:
        edits.append((*_member(places, "provider", body), b""))
    for start, end, text in sorted(edits, reverse=True):
        body = body[:start] + text + body[end:]
    return body


def _member(places: dict[str, scan.Span], name: str, body: bytes) -> tuple[int, int]:
    """A member with the comma that joins it to its neighbour. There is a neighbour: `model` is required."""
    names = list(places)
    at = names.index(name)
    if at + 1 < len(names):
        return places[name].key, places[names[at + 1]].key
    return places[names[at - 1]].end, places[name].end


def _read_whole(body: bytes) -> Ask:
    try:
        document = scan.parse(body)
    except scan.BadJson as error:
        raise BadRequest(f"The body cannot be taken: {error}.") from None
    model = document.get("model")
    if not isinstance(model, str):
        raise BadRequest("`model` is required and is a string.", "model")
    messages = document.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BadRequest("`messages` is required and is a list of at least one message.", "messages")
    stream = document.get("stream")
    if stream is not None and not isinstance(stream, bool):
        raise BadRequest("`stream` is true or false.", "stream")
    found = hops(document)
    _refuse(found)
    if len(found) > MAX_HOPS:
        raise BadRequest(f"More than {MAX_HOPS} fields ask for more than inference.", found[-1].field[:128])
    only, ignore = _narrowing(document.get("provider"))
    words = tuple(sorted({hop.asks for hop in found}))
    asked = tuple(hop.field for hop in found)
    return Ask(_model(model), bool(stream), only, ignore, words, asked, _once(body), "provider" in document)


def _once(body: bytes) -> bool:
    return body.count(b'"model"') == 1 and b"\\u00" not in body


def _refuse(found: list[Hop]) -> None:
    refused = [hop for hop in found if hop.asks == REFUSED]
    if refused:
        named = "; ".join(f"`{hop.field[:128]}`: {hop.why}" for hop in refused[:16])
        raise BadRequest(
            f"The request asks for more than inference, which no deployment may be asked: {named}.",
            refused[0].field[:128],
        )


def _model(name: str) -> str:
    if not 0 < len(name) <= MAX_MODEL_CHARACTERS or not name.isprintable():
        raise BadRequest(f"`model` is a name of 1 to {MAX_MODEL_CHARACTERS} printable characters.", "model")
    return name


def _narrowing(provider: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if provider is None:
        return (), ()
    if not isinstance(provider, dict):
        raise BadRequest("`provider` is an object with `only` and `ignore`.", "provider")
    for name in provider:
        if name not in ("only", "ignore"):
            raise BadRequest(f"`provider.{name[:64]}` is not known; there are `only` and `ignore`.", "provider")
    return _names(provider.get("only"), "only"), _names(provider.get("ignore"), "ignore")


def _names(value: object, name: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MAX_NARROWING or not all(isinstance(item, str) for item in value):
        raise BadRequest(f"`provider.{name}` is a list of at most {MAX_NARROWING} deployments.", "provider")
    return tuple(sorted(set(value)))
