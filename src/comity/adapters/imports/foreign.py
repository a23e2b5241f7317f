"""A foreign YAML file, read key by key: what is taken, what is left over, and where each of it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Generic, NamedTuple, TypeVar

from comity.adapters.imports.drafted import Finding, Kind
from comity.stack.draft import Path, spelled
from comity.stack.spelling import looks_secret, shown
from comity.stack.yaml_nodes import Leaf, Listing, Mapping, Node

T = TypeVar("T", str, float)

# Names of values that are kept from others, whatever they look like.
_SECRET_NAME = re.compile(
    r"(^|[_-])(key|keys|secret|password|passwd|passphrase|(?<!per_)token|credentials|dsn|webhook(_url)?)$"
    r"|^(database_url|redis_url|aws_access_key_id)$",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(r"os\.environ/.*|\$\{[A-Za-z_]\w*\}|\$[A-Z_][A-Z0-9_]*|true|false|", re.IGNORECASE)
NO_KEY = frozenset({"none", "null", "empty", "dummy", "na", "n/a", "not-needed", "no-key", "fake-key", "anything"})
"""What people write where an engine asks for no key."""


class Said(NamedTuple, Generic[T]):
    """A value of the foreign file, and where it stands."""

    value: T
    line: int
    where: str


class Section:
    """One mapping of the file. Each key that is asked for counts as taken; `left` tells the others."""

    def __init__(self, node: Node | None, path: Path, findings: list[Finding], line: int = 0) -> None:
        self.path = path
        self.line = node.line if node is not None else line
        self._entries = node.entries if isinstance(node, Mapping) else {}
        self._findings = findings
        self._taken: set[str] = set()
        self._inner: dict[Path, Section] = {}
        if node is not None and not isinstance(node, Mapping) and not _empty(node):
            self.note(self.line, path, "lost", "it is not a mapping, so nothing in it could be read")

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def text(self, key: str) -> Said[str] | None:
        """The text at `key`; None if there is none."""
        leaf = self._leaf(key)
        if leaf is None:
            return None
        return Said(leaf.text, leaf.line, self._where(key))

    def number(self, key: str) -> Said[float] | None:
        """The number at `key`, written as one or in quotes; None if there is none."""
        leaf = self._leaf(key)
        if leaf is None:
            return None
        value = Leaf(0, 0, leaf.text, quoted=False).value
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e15:
            self.note(leaf.line, (*self.path, key), "lost", "it is not a number that could be used")
            return None
        return Said(float(value), leaf.line, self._where(key))

    def yes(self, key: str) -> bool:
        """Whether `key` is true."""
        leaf = self._leaf(key)
        return leaf is not None and leaf.text.lower() == "true"

    def section(self, key: str) -> Section:
        """The mapping at `key`; one without entries if there is none."""
        self._taken.add(key)
        node = self._entries[key][1] if key in self._entries else None
        return self._inside(node, (*self.path, key))

    def sections(self, key: str) -> Iterator[Section]:
        """The mappings of the list at `key`."""
        for node, path in self.items(key):
            yield self._inside(node, path)

    def items(self, key: str) -> Iterator[tuple[Node, Path]]:
        """The nodes of the list at `key`, with their paths."""
        self._taken.add(key)
        node = self._entries[key][1] if key in self._entries else None
        if isinstance(node, Listing):
            for index, item in enumerate(node.items):
                yield item, (*self.path, key, index)
        elif node is not None and not _empty(node):
            self.note(node.line, (*self.path, key), "lost", "it is not a list, so nothing in it could be read")

    def entries(self) -> Iterator[tuple[str, Node, Path]]:
        """Every entry, as taken."""
        for key, (_, node) in self._entries.items():
            self._taken.add(key)
            yield key, node, (*self.path, key)

    def left(self) -> Iterator[tuple[Path, int]]:
        """The path and line of each key that nobody asked for, here and in what was read inside."""
        for key, (leaf, _) in self._entries.items():
            if key not in self._taken:
                yield (*self.path, key), leaf.line
        for inner in self._inner.values():
            yield from inner.left()

    def give_up(self) -> None:
        """Nothing of it is used, and one finding says so: what it holds is no further finding."""
        self._taken.update(self._entries)
        self._inner.clear()

    def note(self, line: int, path: Path, kind: Kind, says: str) -> None:
        """Note what a person should know of a place of the file."""
        self._findings.append(Finding(line, written(path), kind, says))

    def _inside(self, node: Node | None, path: Path) -> Section:
        return self._inner.setdefault(path, Section(node, path, self._findings, self.line))

    def _where(self, key: str) -> str:
        return written((*self.path, key))

    def _leaf(self, key: str) -> Leaf | None:
        self._taken.add(key)
        node = self._entries[key][1] if key in self._entries else None
        if node is None or _empty(node):
            return None
        if not isinstance(node, Leaf):
            self.note(node.line, (*self.path, key), "lost", "it is not a single value, so it could not be read")
            return None
        return node


def secrets(node: Node, path: Path = ()) -> Iterator[Finding]:
    """Every value that stands in the clear and should not: by the name of its key, or by its look."""
    if isinstance(node, Mapping):
        for key, (_, value) in node.entries.items():
            yield from secrets(value, (*path, key))
    elif isinstance(node, Listing):
        for index, item in enumerate(node.items):
            yield from secrets(item, (*path, index))
    elif looks_secret(node.text) or (_named_secret(path) and not _harmless(node.text)):
        says = "a secret in the clear; it was not copied: replace it at its issuer, and keep the new one elsewhere"
        yield Finding(node.line, written(path), "secret", says)


def written(path: Path) -> str:
    """A path as messages may show it: a key that may be a secret is not shown."""
    return spelled(tuple(_key(step) if isinstance(step, str) else step for step in path))


def _key(step: str) -> str:
    safe = shown(step)
    return safe[1:-1] if safe.startswith("'") else "(not shown)"


def _named_secret(path: Path) -> bool:
    named = next((step for step in reversed(path) if isinstance(step, str)), "")
    return _SECRET_NAME.search(named) is not None


def _harmless(text: str) -> bool:
    return _ELSEWHERE.fullmatch(text) is not None or text.lower() in NO_KEY


def _empty(node: Node) -> bool:
    return isinstance(node, Leaf) and not node.quoted and node.value is None
