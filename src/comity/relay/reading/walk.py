"""Every hop of a parsed request, found by walking it along its table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from comity.relay import scan
from comity.relay.reading.shapes import (
    BYTES,
    PASS,
    REFUSED,
    SCHEMA,
    URL,
    WORD,
    Asks,
    Each,
    Either,
    Kinds,
    Later,
    Members,
    OneOf,
    Plain,
    Row,
    Shape,
)

LONGEST_FIELD = 256
LONGEST_NAME = 64
"""Characters of a place in a schema, and of one name in it: what is shown is shorter. A name may be as long as a body,
and would be copied for each of the members below it."""

MAX_HOPS = 256
"""Fields that ask for more, in one request: one picture each in a long conversation. Beyond, nobody counts on."""

LONGEST_SCHEME = 32
"""Letters before the colon of a URL; nothing that is longer is one of ours."""

REFERENCES: frozenset[str] = frozenset({"$ref", "$dynamicRef", "$recursiveRef"})
"""Members of a schema that refer; one that begins with `#` stays within the schema."""

ALIKE = Row(REFUSED, "the name of another member in other letters, which some engines take for the same", (None,))
"""Engines in Go read `Model` as `model`, and the last of the two is what they do."""

_DATE = re.compile(r"(?:_[0-9]+)+$")


class Hop(NamedTuple):
    """One field that asks for more: where it stands, the hop's word (or `refused`), and what it would do."""

    field: str
    asks: str
    why: str


def hops(document: Mapping[str, Any], table: Members) -> list[Hop]:
    """Every hop of a parsed request, in its order; of too many, `MAX_HOPS` and one more."""
    return list(islice(_members("", document, table), MAX_HOPS + 1))


def _walk(field: str, value: Any, shape: Shape) -> Iterator[Hop]:
    return _WALKS[type(shape)](field, value, shape)


def _row(field: str, value: Any, row: Row) -> Iterator[Hop]:
    # `0 == False` in Python, and an upstream may take 0 otherwise: compare types too
    if not any(value == idle and type(value) is type(idle) for idle in row.idle):
        yield Hop(field, row.asks, row.why)


def _plain(field: str, value: Any, shape: Plain) -> Iterator[Hop]:
    if shape is WORD and not isinstance(value, str):
        yield Hop(field, REFUSED, "not a string")
    elif shape is SCHEMA:
        yield from _references(field, value)
    elif shape in (URL, BYTES):
        yield from _data(field, value, bare=shape is BYTES)


def _one_of(field: str, value: Any, shape: OneOf) -> Iterator[Hop]:
    if not isinstance(value, str):
        yield Hop(field, REFUSED, "not a string")
    elif value not in shape.words:
        yield Hop(f"{field}={value}", REFUSED, shape.why)


def _later(field: str, value: Any, shape: Later) -> Iterator[Hop]:
    return _walk(field, value, shape.shape())


def _object(field: str, value: Any, shape: Members) -> Iterator[Hop]:
    if isinstance(value, dict):
        yield from _members(f"{field}.", value, shape)
    elif value is not None:
        yield Hop(field, REFUSED, "not an object")


def _members(before: str, value: Mapping[str, Any], shape: Members) -> Iterator[Hop]:
    for name in shape.needed:
        if not isinstance(value.get(name), str):
            yield Hop(f"{before}{name}", REFUSED, "not a string")
    for name, row in shape.missing.items():
        if value.get(name) is None:
            yield Hop(f"{before}{name}", row.asks, row.why)
    for name, member in value.items():
        known = shape.known.get(name) or (ALIKE if name.casefold() in shape.known else shape.unknown)
        if known is not PASS:
            yield from _walk(f"{before}{name}", member, known)


def _list(field: str, value: Any, shape: Each) -> Iterator[Hop]:
    if isinstance(value, list):
        for number, element in enumerate(value):
            if element is None:
                yield Hop(f"{field}[{number}]", REFUSED, "nothing")
            else:
                yield from _walk(f"{field}[{number}]", element, shape.of)
    elif value is not None:
        yield Hop(field, REFUSED, "not a list")


def _either(field: str, value: Any, shape: Either) -> Iterator[Hop]:
    if value is None:
        return
    inner = None
    if isinstance(value, str):
        inner = shape.text
    elif isinstance(value, list):
        inner = shape.parts
    elif isinstance(value, dict):
        inner = shape.object
    elif not isinstance(value, bool):
        inner = shape.number
    if inner is None:
        yield Hop(field, REFUSED, shape.what)
    elif inner is not PASS:
        yield from _walk(field, value, inner)


def _kind(field: str, value: Any, shape: Kinds) -> Iterator[Hop]:
    if value is None:
        return
    kind = value.get("type") if isinstance(value, dict) else None
    if isinstance(value, dict) and kind is None and shape.absent is not None:
        yield from _walk(field, value, shape.absent)
        return
    if not isinstance(kind, str):
        yield Hop(f"{field}.type", REFUSED, shape.why)
        return
    inner = shape.known.get(kind) or shape.known.get(_undated(kind, shape.known))
    if inner is None:
        yield Hop(f"{field}.type={kind}", REFUSED, shape.why)
        return
    row = inner.row if isinstance(inner, Asks) else inner
    if isinstance(row, Row):
        yield Hop(f"{field}.type={kind}", row.asks, row.why)
    if isinstance(inner, Asks):
        yield from _object(field, value, inner.members)
    elif not isinstance(inner, Row) and inner is not PASS:
        yield from _walk(field, value, inner)


def _undated(kind: str, known: Mapping[str, Shape]) -> str:
    """The known type of which this is a dated version (`web_search_preview_2025_03_11`), or empty."""
    name = _DATE.sub("", kind)
    return name if name in known else ""


def _data(field: str, value: Any, *, bare: bool) -> Iterator[Hop]:
    if value is None:
        return
    if not isinstance(value, str):
        yield Hop(field, REFUSED, "not a string")
        return
    colon = value.find(":")
    scheme = value[:colon].lower() if 0 <= colon < LONGEST_SCHEME else ""
    if colon < 0:
        # base64 has no colon; a bare path or host would have no scheme, and only URLs take those
        if not bare:
            yield Hop(field, REFUSED, "not a data: URL")
    elif scheme in ("http", "https"):
        yield Hop(field, "fetch", "the upstream would fetch it")
    elif scheme != "data":
        yield Hop(field, REFUSED, "not a data: URL")


def _references(field: str, value: object, *, written: bool = False) -> Iterator[Hop]:
    """References out of a schema; `written` says that it stood in a string, as some engines take it."""
    if isinstance(value, str) and not written and value.lstrip().startswith("{"):
        try:
            value, written = scan.parse(value.encode()), True
        except (scan.BadJson, UnicodeEncodeError):
            return
    if isinstance(value, dict):
        for name, member in value.items():
            if name in REFERENCES and isinstance(member, str):
                yield from _reference(f"{field}.{name}", member)
            else:
                yield from _references(f"{field}.{name[:LONGEST_NAME]}"[:LONGEST_FIELD], member, written=written)
    elif isinstance(value, list):
        for number, member in enumerate(value):
            yield from _references(f"{field}[{number}]", member, written=written)


def _reference(field: str, target: str) -> Iterator[Hop]:
    scheme, colon, _ = target.partition(":")
    if target.startswith("#"):
        return
    if colon and scheme.lower() not in ("http", "https"):
        yield Hop(field, REFUSED, "refers to what is no part of the request")
    else:  # without a scheme it is relative to the schema's own `$id`
        yield Hop(field, "fetch", "the upstream would fetch it")


_WALKS: dict[type, Callable[[str, Any, Any], Iterator[Hop]]] = {
    Row: _row,
    Plain: _plain,
    Members: _object,
    Each: _list,
    Either: _either,
    Kinds: _kind,
    OneOf: _one_of,
    Later: _later,
}
