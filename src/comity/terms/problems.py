"""What is wrong in a file that a person wrote: stack, law pack, scenario. Always all of it at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend, at one place.

    `line` and `column` count from 1; 0 means the file as a whole. `where` is the path inside the file
    (`deployments.paris.model`), `found` and `expected` are fragments without a full stop, `hint` is the way
    out. A `warning` is safe to run with, because the law treats what it speaks of as absent; an `error` is
    not.
    """

    file: str
    line: int
    column: int
    where: str
    found: str
    expected: str = ""
    hint: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        parts = [place, "warning"] if self.severity == "warning" else [place]
        if self.where:
            parts.append(self.where)
        message = self.found
        if self.expected:
            message += f", expected {self.expected}"
        if self.hint:
            message += f"; {self.hint}"
        return ": ".join([*parts, message])


class Problems(Exception):
    """A file cannot be used; `problems` holds everything that is wrong with it, in the file's order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The same problems by file, line and column, each said once."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda p: (p.file, p.line, p.column, p.where, p.found, p.hint)))
