"""A stack file as far as it could be read: its values with their places, before they are known to be a stack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from comity.stack.yaml_nodes import Node
from comity.terms.problems import Problem, Severity

Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A well-formed scalar, and where it stands."""

    path: Path
    value: Any
    line: int
    column: int


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
    problems: list[Problem] = field(default_factory=list)

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

    def say(  # a problem's five parts, at a node
        self, node: Node, path: Path, found: str, expected: str = "", hint: str = ""
    ) -> None:
        """Note a problem at a node."""
        self.problems.append(Problem(self.file, node.line, node.column, spelled(path), found, expected, hint))

    def object_at(self, path: Path, what: str, expected: str = "", hint: str = "") -> None:
        """Note a problem with whatever stands at a path."""
        line, column = self.places[path]
        self.problems.append(Problem(self.file, line, column, spelled(path), what, expected, hint))

    def object_to(
        self, found: Found, what: str, expected: str = "", hint: str = "", severity: Severity = "error"
    ) -> None:
        """Note a problem with a well-formed scalar."""
        where = spelled(found.path)
        self.problems.append(Problem(self.file, found.line, found.column, where, what, expected, hint, severity))


def spelled(path: Path) -> str:
    """A path as a reader would write it: `agreements[0].between[1]`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
