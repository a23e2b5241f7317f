"""What is known of a request's body once it was read, and the bytes that an upstream gets of it."""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec
from msgspec import Struct

from comity.relay import scan


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


_MODEL = re.compile(rb'"model"[ \t\n\r]*:[ \t\n\r]*("(?:[^"\\]|\\.)*")')


def splice(body: bytes, ask: Ask, served_as: str, *, ask_usage: bool = False) -> bytes:
    """The bytes for an upstream: `model` replaced by `served_as`, `provider` taken out, what `ask` sets put in.

    With `ask_usage` a stream's usage is asked for where the caller did not. All else is untouched; returns `body`
    itself where nothing changes.
    """
    if ask.at[0] >= 0:
        return body if ask.written == served_as else served_as.encode().join(_around(body, ask))
    sets = ask.sets
    if ask_usage and ask.option is not None:
        sets = (*sets, ask.option)
    if ask.written == served_as and not ask.narrowed and not sets:
        return body
    added = b""
    for member in sets:
        if member.stands:
            return _rewritten(body, ask, served_as, sets)
        added += b',"%b":%b' % (member.name.encode(), member.text)
    if not ask.once or ask.narrowed:
        return _rewritten(body, ask, served_as, sets)
    found = _MODEL.search(body)
    assert found is not None  # `read` saw the key
    start, end = found.span(1)
    return b"%b%b%b%b" % (body[:start], msgspec.json.encode(served_as), added, body[end:])


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
