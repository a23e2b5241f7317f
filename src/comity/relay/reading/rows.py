"""A surface's table as a list: every place that asks for more than inference, and every name that is inference.

The documentation is made of it, and the tests ask for each place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct

from comity.relay.reading.shapes import (
    BYTES,
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
    Row,
    Shape,
)


class Element(Struct, frozen=True):
    """A step into a list."""


class OfType(Struct, frozen=True):
    """A step into an object of one of these types, which are alike."""

    types: tuple[str, ...]


class Having(Struct, frozen=True):
    """A step into an object that must have these strings."""

    names: tuple[str, ...]


class Being(Struct, frozen=True):
    """A step to what a value is judged by if it is of one kind in JSON: `text`, `parts` or `object`."""

    kind: str


Step: TypeAlias = str | Element | OfType | Having | Being
Steps: TypeAlias = tuple[Step, ...]

FETCH = Row("fetch", "by `http:` or `https:`, the upstream would fetch it; by another scheme, or as a path, refused")
REFERENCE = Row("fetch", "a reference that does not begin with `#`; by another scheme than `http:`, refused")
NOT_TEXT = Row(REFUSED, "not a string")
_PLAIN: dict[Shape, Row] = {URL: FETCH, BYTES: FETCH, SCHEMA: REFERENCE, WORD: NOT_TEXT}


class Place(Struct, frozen=True):
    """A place in a request and what it asks for; `shape` says of what kind it is: Members for what is missing."""

    steps: Steps
    row: Row
    shape: Shape


def nodes(shape: Shape, steps: Steps = ()) -> Iterator[tuple[Steps, Shape]]:
    """Every shape of a table and the way to it. One that contains itself is told once."""
    if isinstance(shape, Members) and shape.needed:
        steps = (*steps, Having(shape.needed))
    yield steps, shape
    for step, inner in _inner(shape):
        yield from nodes(inner, (*steps, *step))


def _inner(shape: Shape) -> Iterator[tuple[Steps, Shape]]:
    match shape:
        case Members():
            yield from (((name,), member) for name, member in shape.known.items())
        case Kinds():
            yield from (((OfType(types),), each) for types, each in _alike(shape))
            if shape.absent is not None:
                yield (), shape.absent
        case Asks():
            yield (), shape.row
            yield (), shape.members
        case Each():
            yield (Element(),), shape.of
        case Either():
            for kind, each in (("text", shape.text), ("parts", shape.parts), ("object", shape.object)):
                if each is not None:
                    yield (Being(kind),), each


def places(table: Members) -> Iterator[Place]:
    """Every place of a table that asks for more than inference, but for members and types that it does not know."""
    for steps, shape in nodes(table):
        yield from places_at(steps, shape)


def places_at(steps: Steps, shape: Shape) -> Iterator[Place]:
    """What one shape of a table asks for, apart from what is inside it."""
    match shape:
        case Row():
            yield Place(steps, shape, shape)
        case Members():
            yield from (Place((*steps, name), row, shape) for name, row in shape.missing.items())
        case OneOf():
            yield Place(steps, Row(REFUSED, shape.why, tuple(sorted(shape.words))), shape)
        case _ if shape in _PLAIN:
            yield Place(steps, _PLAIN[shape], shape)


def written(steps: Steps) -> str:
    """A place as the documentation writes it: `messages[].content[image].source.url`."""
    text = ""
    listed = False
    for step in steps:
        match step:
            case str():
                text += ("[]" if listed else "") + ("." if text else "") + step
                listed = False
            case Element():
                text += "[]" if listed else ""
                listed = True
            case OfType():
                types = ", ".join(step.types)
                text += f"[{types}]" if listed else f"({types})"
                listed = False
    return text + ("[]" if listed else "")


def _alike(shape: Kinds) -> Iterator[tuple[tuple[str, ...], Shape]]:
    """Types with the same shape together, in order."""
    together: dict[int, tuple[list[str], Shape]] = {}
    for name, each in shape.known.items():
        together.setdefault(id(each), ([], each))[0].append(name)
    for names, each in together.values():
        if not isinstance(each, Later):
            yield tuple(names), each
