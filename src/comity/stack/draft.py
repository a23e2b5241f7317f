"""A stack file as far as it could be read: its values with their places, before they are known to be a stack."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from comity.stack.yaml_nodes import Node
from comity.terms.problems import Problem, Severity

Path: TypeAlias = tuple[str | int, ...]
Hint: TypeAlias = str | Callable[[], str]  # looking for the nearest spelling costs, so only what is shown does it


@dataclass(frozen=True, slots=True)
class Found:
    """A well-formed scalar, and where it stands."""

    path: Path
    value: Any
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Note:
    """A problem, and where its hint comes from if it is not yet there."""

    problem: Problem
    hint: Callable[[], str] | None = None

    def told(self) -> Problem:
        """The problem with its hint."""
        return self.problem if self.hint is None else replace(self.problem, hint=self.hint())


@dataclass(slots=True)
class Draft:
    """What was read of one file.

    `plain` is the tree of values without what was malformed. `leaves` groups the scalars by shape, their path with
    `*` for names and positions (`deployments.*.model`). `places` has the line and column of every path.
    """

    file: str
    plain: Any = None
    leaves: dict[str, list[Found]] = field(default_factory=dict)
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def keep(self, shape: str, found: Found) -> None:
        """Note a well-formed scalar."""
        self.leaves.setdefault(shape, []).append(found)

    def find(self, shape: str) -> Iterator[Found]:
        """Every well-formed scalar of that shape, in the file's order."""
        return iter(self.leaves.get(shape, ()))

    def at(self, *path: str | int) -> Any:
        """The plain value at a path, None where there is none."""
        value = self.plain
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def names(self, section: str) -> frozenset[str]:
        """Every name that a section declares, those of malformed records too."""
        return frozenset(str(path[1]) for path in self.places if len(path) == 2 and path[0] == section)

    def say(self, node: Node, path: Path, found: str, expected: str = "", hint: Hint = "") -> None:
        """Note a problem at a node."""
        self._note(path, node.line, node.column, found, expected, hint)

    def object_at(self, path: Path, what: str, expected: str = "", hint: Hint = "") -> None:
        """Note a problem with whatever stands at a path."""
        self._note(path, *self.places[path], what, expected, hint)

    def object_to(
        self, found: Found, what: str, expected: str = "", hint: Hint = "", severity: Severity = "error"
    ) -> None:
        """Note a problem with a well-formed scalar."""
        self._note(found.path, found.line, found.column, what, expected, hint, severity)

    def _note(
        self,
        path: Path,
        line: int,
        column: int,
        found: str,
        expected: str,
        hint: Hint,
        severity: Severity = "error",
    ) -> None:
        at_once = hint if isinstance(hint, str) else ""
        problem = Problem(self.file, line, column, spelled(path), found, expected, at_once, severity)
        self.notes.append(Note(problem, None if isinstance(hint, str) else hint))


def spelled(path: Path) -> str:
    """A path as a reader would write it: `agreements[0].between[1]`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
