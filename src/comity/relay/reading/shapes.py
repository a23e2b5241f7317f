"""The language in which the tables of this package say what a part of a request may be.

A shape stands for a value. `PASS` is known to be inference, a `Row` asks for more, all others look inside. DESIGN
rule 5 wants the list of what is *known to be inference* closed: a member that nobody here knows could be tomorrow's
hop, so `Members` has a row for those, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from msgspec import Struct

REFUSED = "refused"
"""Asks for what no deployment may be asked, whatever it declares."""

OTHER = "other"
"""The hop of a member that is not in these tables."""


class Row(NamedTuple):
    """More than inference: the hop's word or `refused`, what the upstream would do, and values that ask for nothing."""

    asks: str
    why: str
    idle: tuple[object, ...] = (None, False)


class Plain(Enum):
    """Shapes without parts."""

    PASS = "anything; inference"  # noqa: S105 - no password
    WORD = "a string"
    SCHEMA = "a JSON schema, in which a reference may name another document"
    URL = "a `data:` URL"
    BYTES = "a `data:` URL or base64"


PASS, WORD, SCHEMA, URL, BYTES = Plain
NOTHING: Mapping[str, Row] = MappingProxyType({})
UNKNOWN = Row(OTHER, "not known to be inference alone")
UNKNOWN_REFUSED = Row(REFUSED, "not known to be inference alone")


class Members(Struct, frozen=True, eq=False):
    """An object, judged by member; `needed` are strings that it must have, `missing` what an absence asks for."""

    known: Mapping[str, Shape]
    unknown: Row = UNKNOWN
    needed: tuple[str, ...] = ()
    missing: Mapping[str, Row] = NOTHING


class Each(Struct, frozen=True, eq=False):
    """A list, judged element by element."""

    of: Shape


class Either(Struct, frozen=True, eq=False):
    """Judged by what it is in JSON; a kind that has no shape is refused."""

    text: Shape | None = None
    parts: Shape | None = None
    object: Shape | None = None
    number: Shape | None = None
    what: str = ""


class Kinds(Struct, frozen=True, eq=False):
    """An object, judged by its `type`. A known type may bear a date (`web_search_20250305`); an unknown is refused.

    `absent` is the shape of one without a type, where there may be such.
    """

    known: Mapping[str, Shape]
    why: str
    absent: Shape | None = None


class Asks(Struct, frozen=True, eq=False):
    """An object that asks for more by being there, and is judged member by member besides."""

    row: Row
    members: Members


class OneOf(Struct, frozen=True, eq=False):
    """A string out of these; any other is refused."""

    words: frozenset[str]
    why: str


class Later(Struct, frozen=True, eq=False):
    """A shape that contains itself. `name` is what the documentation calls it."""

    name: str
    shape: Callable[[], Shape]


Shape: TypeAlias = Plain | Row | Members | Each | Either | Kinds | Asks | OneOf | Later


TOKENS = Each(Either(number=PASS, what="not a token"))


def passing(*names: str | Iterable[str]) -> dict[str, Shape]:
    """Members that are inference, from texts of names with spaces between them."""
    return {name: PASS for each in names for name in sorted(each.split() if isinstance(each, str) else each)}
