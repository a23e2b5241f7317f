"""A YAML file as a tree of nodes that know their places.

Plain scalars follow the core schema of YAML 1.2 (section 10.3), not 1.1: `NO` is Norway and `12:30` is text. Tags,
anchors, aliases and further documents are refused, so that a small file cannot stand for a large one and a file
means what its text shows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

_NULL = re.compile(r"|~|null|Null|NULL")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_UNREAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LONGEST_NUMBER = 40  # digits beyond any figure of ours; bounds the cost of reading one

Value: TypeAlias = "str | int | float | bool | None"


@dataclass(slots=True)
class Leaf:
    """A scalar. Quoted text is always text."""

    line: int
    column: int
    text: str
    quoted: bool

    @property
    def value(self) -> Value:
        """What the scalar is by the core schema; a number too long to read is text."""
        text = self.text
        if self.quoted or len(text) > _LONGEST_NUMBER:
            return text
        if _NULL.fullmatch(text):
            return None
        if _BOOL.fullmatch(text):
            return text.lower() == "true"
        if _INT.fullmatch(text):
            return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
        if _UNREAL.fullmatch(text):
            return float(text.replace(".", "").lower())
        return text


@dataclass(slots=True)
class Listing:
    """A sequence."""

    line: int
    column: int
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Mapping:
    """A mapping: its entries in the file's order, each key once."""

    line: int
    column: int
    entries: dict[str, tuple[Leaf, Node]] = field(default_factory=dict)


Node: TypeAlias = "Leaf | Listing | Mapping"
