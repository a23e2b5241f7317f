"""A stack file as text, line by line, with remarks for whoever finishes it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from comity.adapters.imports.drafted import Blank
from comity.stack.unfilled import UNFILLED

Value: TypeAlias = "str | int | float | bool | Sequence[Value] | Mapping[str, Value]"

REMARKS_AT = 48  # the column at which remarks begin, as far as the line before them allows

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.+-]*|(env|file):[A-Za-z_][A-Za-z0-9_./-]*")
_WORDS = frozenset({"true", "false", "null"})  # in any case: what plain text of YAML 1.2 would not be text


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a record. A value UNFILLED is a blank, and `remark` then says what belongs there."""

    key: str
    value: Value
    remark: str = ""


@dataclass(slots=True)
class Page:
    """The text so far, and its blanks."""

    lines: list[str] = field(default_factory=list)
    blanks: list[Blank] = field(default_factory=list)

    def say(self, *remarks: str) -> None:
        """Whole lines of remarks."""
        self.lines += [f"# {_one_line(remark)}".rstrip() for remark in remarks]

    def begin(self, section: str) -> None:
        """The key of a section whose records follow."""
        self.lines.append(f"{section}:")

    def put(self, path: str, field: Field, indent: str = "") -> None:
        """One key with its value and remark; `path` is where the record stands."""
        self._line(f"{indent}{field.key}: {flow(field.value)}", field.remark)
        self._count(f"{path}.{field.key}" if path else field.key, field.value, field.remark)

    def record(self, section: str, name: str, fields: Sequence[Field]) -> None:
        """One named record of a section."""
        self.lines.append(f"  {flow(name)}:")
        for each in fields:
            self.put(f"{section}.{name}", each, "    ")

    def item(self, section: str, index: int, fields: Sequence[Field]) -> None:
        """One record of a list."""
        for at, each in enumerate(fields):
            self.put(f"{section}[{index}]", each, "    " if at else "  - ")

    def text(self) -> str:
        """All of it."""
        return "\n".join(self.lines) + "\n"

    def _count(self, where: str, value: Value, says: str) -> None:
        if value == UNFILLED:
            self.blanks.append(Blank(len(self.lines), where, says))
        elif isinstance(value, Mapping):
            for key, inner in value.items():
                self._count(f"{where}.{key}", inner, says)

    def _line(self, text: str, remark: str) -> None:
        self.lines.append(f"{text:<{REMARKS_AT}}# {_one_line(remark)}" if remark else text)


def flow(value: Value) -> str:
    """A value on one line, as YAML 1.2 reads it back."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) is not None and value.lower() not in _WORDS
        return value if plain else json.dumps(value, ensure_ascii=True)
    if isinstance(value, int | float):
        return f"{value:.12g}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(key)}: {flow(each)}" for key, each in value.items()) + "}"
    return "[" + ", ".join(map(flow, value)) + "]"


def _one_line(remark: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in remark)
