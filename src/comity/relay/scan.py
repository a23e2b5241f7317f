"""A strict look at JSON text: no doubled key anywhere, no NaN, and where each top-level member stands.

Two parsers that disagree about a doubled key disagree about what was asked. So whatever could hold one is read by
this scan, which refuses it, before the fields are judged.
"""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, NamedTuple, NoReturn

import msgspec

from comity.terms.canon import doubled

MAX_SEPARATORS = 1_000_000
"""Commas in a document that is parsed whole: Python spends about 100 bytes for each value between them."""

MAX_DEPTH = 64
"""Levels of a chat request: messages, parts, tools and their schemas need about twenty."""

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
"""A half of a character; half of a pair is text to Python, and to no one who has to write it."""

_SPACE = re.compile(r"[ \t\n\r]*")


class BadJson(ValueError):
    """The text is not JSON that everybody reads alike; the message says what is wrong."""


class Span(NamedTuple):
    """Byte offsets of one top-level member: its key's quote, its value, and the end of that."""

    key: int
    value: int
    end: int


def parse(data: bytes) -> dict[str, Any]:
    """Parse a JSON object, refusing what parsers read differently.

    Raises:
        BadJson: not UTF-8, not JSON, not an object, a doubled key, NaN or infinity, half a character, too deep or too
            large.
    """
    if data.count(b",") > MAX_SEPARATORS:
        raise BadJson(f"more than {MAX_SEPARATORS} values")
    try:
        value = _DECODER.decode(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadJson(f"not UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise BadJson(f"more than {MAX_DEPTH} levels") from None
    except BadJson:
        raise
    except ValueError as error:
        raise BadJson(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise BadJson("not a JSON object")
    if _SURROGATE.search(data):
        try:
            msgspec.json.decode(data)
        except (msgspec.DecodeError, RecursionError):
            raise BadJson("a surrogate without the other half of its pair") from None
    if data.count(b"{") + data.count(b"[") > MAX_DEPTH:
        _check_depth(value, MAX_DEPTH)
    return value


def spans(data: bytes) -> dict[str, Span]:
    """Where each top-level member of an object stands. `data` has passed `parse`."""
    text = data.decode("utf-8")
    found: dict[str, tuple[int, int, int]] = {}
    at = _skip(text, _skip(text, 0) + 1)
    while text[at] != "}":
        start = at
        key, at = scanstring(text, at + 1, True)
        value = _skip(text, _skip(text, at) + 1)
        _, end = _DECODER.raw_decode(text, value)
        found[key] = (start, value, end)
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    if text.isascii():
        return {key: Span(*places) for key, places in found.items()}
    known = bytes_before = 0  # each stretch is counted once: there may be hundreds of members in many megabytes
    spans = {}
    for key, places in found.items():
        ends = []
        for place in places:
            bytes_before += len(text[known:place].encode())
            known = place
            ends.append(bytes_before)
        spans[key] = Span(*ends)
    return spans


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _check_depth(value: object, depth: int) -> None:
    if isinstance(value, dict | list):
        if depth == 0:
            raise BadJson(f"more than {MAX_DEPTH} levels")
        for item in value.values() if isinstance(value, dict) else value:
            _check_depth(item, depth - 1)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise BadJson(f"the key {str(doubled(pairs))[:64]!r} occurs twice in one object")
    return members


def _constant(name: str) -> NoReturn:
    raise BadJson(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_constant)
