"""Reading a chat request: the few fields that the decision needs, and no more.

Most requests are plain: known parameters, text, tools that the caller runs. `_PLAIN` accepts those and nothing else,
in one pass of msgspec that builds no object for what it skips. Each occurrence of a doubled key has to pass it, so a
second one can hide no hop. Everything else goes to the strict scan and the tables.
"""

from __future__ import annotations

import re
from typing import Any, Literal, NamedTuple

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


class Member(NamedTuple):
    """A top-level member of the body as an upstream is to read it; `stands` says that the caller wrote the key too."""

    name: str
    text: bytes
    stands: bool = False


class Ask(Struct, frozen=True):
    """What the decision needs of a request's body, and what `splice` needs to know of its bytes.

    Attributes:
        model: what is asked for; with Azure's paths it is the name in the path.
        stream: whether a stream is asked for.
        only, ignore, order, allow_fallbacks, max_price: the caller's own narrowing (`Wish`).
        hops: the words for what it asks beyond inference, sorted.
        asked: the fields that ask for them.
        max_tokens: most tokens that the caller wants in return, -1 where it does not say.
        usage: whether the caller will see the usage of a stream without anyone asking for it.
        written: `model` as it stands in the body, empty where it does not.
        once: the key `model` stands once in the bytes, spelled without escapes, so that a search finds it.
        narrowed: `provider` has to be taken out.
        sets: members that every upstream has to be told.
        option: the member that asks for the usage of a stream; None where there is nothing to ask.
        at: offsets of the model's name in a body that is no JSON; (-1, -1) in one that is.
        frame: what stands around the name where it is put in and not replaced.
        lines: header lines that describe the body to an upstream of the same surface, where they differ from
            `Surface.lines`.
    """

    model: str
    stream: bool = False
    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    hops: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    once: bool = False
    narrowed: bool = False
    order: tuple[str, ...] = ()
    allow_fallbacks: bool = True
    max_price: tuple[str, str] = ("", "")
    max_tokens: int = -1
    usage: bool = True
    written: str = ""
    sets: tuple[Member, ...] = ()
    option: Member | None = None
    at: tuple[int, int] = (-1, -1)
    frame: tuple[bytes, bytes] = (b"", b"")
    lines: bytes = b""


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
    return Ask(_model(plain.model), plain.stream is True, once=True, written=plain.model)


def splice(body: bytes, ask: Ask, served_as: str, *, ask_usage: bool = False) -> bytes:
    """The bytes for an upstream: `model` replaced by `served_as`, `provider` taken out, what `ask` sets put in.

    With `ask_usage` a stream's usage is asked for where the caller did not. All else is untouched; returns `body`
    itself where nothing changes.
    """
    if ask.at[0] >= 0:
        return body if ask.written == served_as else served_as.encode().join(_around(body, ask))
    sets = (*ask.sets, ask.option) if ask_usage and ask.option is not None else ask.sets
    if ask.written == served_as and not ask.narrowed and not sets:
        return body
    if not ask.once or ask.narrowed or any(member.stands for member in sets):
        return _rewritten(body, ask, served_as, sets)
    found = _MODEL.search(body)
    assert found is not None  # `read` saw the key
    added = b"".join([b',"%b":%b' % (member.name.encode(), member.text) for member in sets])
    return b"%b%b%b%b" % (body[: found.start(1)], msgspec.json.encode(served_as), added, body[found.end(1) :])


def _around(body: bytes, ask: Ask) -> tuple[bytes, bytes]:
    start, end = ask.at
    before, behind = ask.frame
    return body[:start] + before, behind + body[end:]


def _rewritten(body: bytes, ask: Ask, served_as: str, sets: tuple[Member, ...]) -> bytes:
    """The same by the places of the top-level members."""
    places = scan.spans(body)
    added = b""
    edits = []
    for name, text in (("model", msgspec.json.encode(served_as)), *((each.name, each.text) for each in sets)):
        if name in places:
            edits.append((places[name].value, places[name].end, text))
        else:
            added += b'"%b":%b,' % (name.encode(), text)
    if ask.narrowed:
        edits.append((*_member(places, "provider"), b""))
    if added:  # a member stands already, or there would be nothing to ask
        start = body.index(b"{") + 1
        edits.append((start, start, added))
    for start, end, text in sorted(edits, reverse=True):
        body = body[:start] + text + body[end:]
    return body


def _member(places: dict[str, scan.Span], name: str) -> tuple[int, int]:
    """A member with the comma that joins it to its neighbour. There is a neighbour: a surface requires some field."""
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
    return Ask(
        _model(model), bool(stream), only, ignore, words, asked, _once(body), "provider" in document, written=model
    )


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
