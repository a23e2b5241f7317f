"""From the bytes of a YAML file to its nodes, or to everything that is wrong with their form."""

from __future__ import annotations

from typing import Any

import yaml

from comity.stack.spelling import shown
from comity.stack.yaml_nodes import Leaf, Listing, Mapping, Node
from comity.terms.problems import Problem

MAX_BYTES = 1 << 20  # a stack of 5,000 deployments is about 1 MB; a larger file is a mistake or an attack
MAX_DEPTH = 16  # the deepest path of any of our files has 8 levels
MAX_NODES = 100_000  # what 1 MiB of honest text holds; bounds the time that reading takes
_BOM = b"\xef\xbb\xbf"


class _LimitError(Exception):
    """A limit was met: reading on would only cost more."""


def nodes_from_yaml(data: bytes, file: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """The root node of the one document in `data`, and the problems of its form.

    The root is None if there is nothing to read on: not UTF-8, not YAML, over a limit, empty. A text that is not
    YAML has one problem, since nobody knows what its rest means.
    """
    if len(data) > MAX_BYTES:
        found = f"the file has {len(data):,} bytes"
        return None, (Problem(file, 0, 0, "", found, f"at most {MAX_BYTES:,}"),)
    text = data.removeprefix(_BOM)
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        hint = "save the file as UTF-8"
        return None, (_at_byte(file, text, error.start, f"byte 0x{text[error.start]:02x} is not UTF-8", hint),)
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except _LimitError:
        return None, tuple(builder.problems)
    except yaml.reader.ReaderError as error:
        found = f"character U+{_code(error.character):04X} is not allowed in YAML"
        return None, (_at_byte(file, text, error.position, found, "remove it"),)
    except yaml.MarkedYAMLError as error:
        return None, (_not_yaml(file, error),)
    if builder.root is None and not builder.problems:
        return None, (Problem(file, 0, 0, "", "the file is empty", "a mapping"),)
    return builder.root, tuple(builder.problems)


class _Builder:
    """Takes the parser's events in order; never recurses, so depth costs no stack."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self._open: list[Listing | Mapping] = []
        self._keys: list[Leaf | None] = []  # for each open node, the key that waits for its value
        self._nodes = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        """One event of `yaml.parse`."""
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, yaml.NodeEvent):
            self._count(line, column)
            self._refuse_extras(event, line, column)
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents == 2:
                self._say(line, column, "a second document", "one document in a file", "remove the line ---")
        elif isinstance(event, yaml.ScalarEvent):
            self._place(Leaf(line, column, event.value, quoted=not event.implicit[0]))
        elif isinstance(event, yaml.AliasEvent):
            self._place(Leaf(line, column, "", quoted=True))
        elif isinstance(event, yaml.SequenceStartEvent):
            self._begin(Listing(line, column))
        elif isinstance(event, yaml.MappingStartEvent):
            self._begin(Mapping(line, column))
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
            self._keys.pop()

    def _count(self, line: int, column: int) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._say(line, column, f"more than {MAX_NODES:,} values", "a smaller file", "split the stack")
            raise _LimitError

    def _refuse_extras(self, event: Any, line: int, column: int) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._say(line, column, f"the alias {shown(event.anchor or '')}", "the value itself", "write it out")
        elif event.anchor is not None:
            self._say(line, column, f"the anchor {shown(event.anchor or '')}", "a plain value", "remove &name")
        elif event.tag is not None:
            self._say(line, column, f"the tag {shown(event.tag)}", "a plain value", "remove it")

    def _begin(self, node: Listing | Mapping) -> None:
        self._place(node)
        self._open.append(node)
        self._keys.append(None)
        if len(self._open) > MAX_DEPTH:
            self._say(node.line, node.column, f"more than {MAX_DEPTH} levels of nesting", "a flatter file", "")
            raise _LimitError

    def _place(self, node: Node) -> None:
        if not self._open:
            if self._documents == 1:
                self.root = node
            return
        owner = self._open[-1]
        if isinstance(owner, Listing):
            owner.items.append(node)
        elif (key := self._keys[-1]) is None:
            self._keys[-1] = self._key(node)
        else:
            self._keys[-1] = None
            self._enter(owner, key, node)

    def _key(self, node: Node) -> Leaf:
        if isinstance(node, Leaf):
            return node
        self._say(node.line, node.column, "a list or mapping as a key", "a word", "")
        return Leaf(node.line, node.column, "", quoted=True)

    def _enter(self, owner: Mapping, key: Leaf, node: Node) -> None:
        first = owner.entries.setdefault(key.text, (key, node))[0]
        if first is not key:
            found = f"the key {shown(key.text)} stands twice"
            self._say(key.line, key.column, found, "", f"the first is on line {first.line}")

    def _say(self, line: int, column: int, found: str, expected: str, hint: str) -> None:
        self.problems.append(Problem(self.file, line, column, "", found, expected, hint))


def _at_byte(file: str, text: bytes, offset: int, found: str, hint: str) -> Problem:
    before = text[:offset]
    start = before.rfind(b"\n") + 1
    column = len(before[start:].decode("utf-8", "replace")) + 1
    return Problem(file, before.count(b"\n") + 1, column, "", found, "", hint)


def _code(character: str | bytes | int) -> int:
    return character if isinstance(character, int) else ord(character)


def _not_yaml(file: str, error: yaml.MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    found = "not YAML: " + (error.problem or "cannot be read")
    opened = error.context_mark
    hint = ""
    if error.context:
        hint = error.context + (f" that begins on line {opened.line + 1}" if opened else "")
    return Problem(file, line, column, "", found, "", hint)
