"""From YAML nodes to a draft: every node is held against its declared type, and every misfit is noted.

The types are those of `stack.types` as msgspec inspects them, so that a field is declared in one place.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from msgspec import inspect

from comity.stack.draft import Draft, Found, Path
from comity.stack.scalars import EXPECTED, read_scalar
from comity.stack.spelling import did_you_mean, looks_secret, near_to, shown
from comity.stack.types import EVIDENCE_LEVELS, Deployment, Model, Party, Site, Stack
from comity.stack.unfilled import UNFILLED
from comity.stack.yaml_nodes import Leaf, Listing, Mapping, Node

# Whose facts may be written {value: …, evidence: …}, and which of their fields are settings and no facts.
OWNERS = (Party, Site, Model, Deployment)
SETTINGS = frozenset(
    {
        *("url", "key", "ca", "key_header", "oauth", "azure", "client_cert", "client_key"),
        *("serves", "stream_usage", "weight", "draining", "connections", "timeouts", "health"),
    }
)

MADE: dict[type, frozenset[str]] = {Stack: frozenset({"attested"})}
"""Fields that no file has: they are made of what others have signed."""

LONGEST_NAME = 128  # the longest name that a stack file may give anything: that of a model

_TEXT = Leaf(0, 0, "", quoted=True)
_BAD = object()  # a node that does not fit; a problem says so
_LONG_FORM = "write the fact as {value: …, evidence: contract}"


def draft_from_nodes(root: Node, kind: type, file: str) -> Draft:
    """Read `root` as a value of the Struct `kind`; what does not fit is in the draft's problems."""
    draft = Draft(file)
    plain = _Reader(draft).read(root, inspect.type_info(kind), (), "")
    draft.plain = {} if plain is _BAD else plain
    return draft


class _Reader:
    """Descends nodes and types together."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft

    def read(self, node: Node, kind: inspect.Type, path: Path, shape: str) -> Any:
        """The plain value of `node` as a `kind`, or `_BAD`."""
        self.draft.places.setdefault(path, (node.line, node.column))
        declared = kind
        kind, title = _plainly(kind, node)
        if isinstance(kind, inspect.AnyType):  # a scenario's patch, or what a model of the future reads itself
            return self._as_written(node, path)
        if isinstance(node, Listing) and title == "jurisdiction" and isinstance(declared, inspect.UnionType):
            self.draft.say(node, path, "a list", "a jurisdiction", "write {any_of: [...]} where it may be any")
            return _BAD
        if isinstance(node, Leaf) and not node.quoted and node.value is None:
            self.draft.say(node, path, "no value", _expected(kind, title), "leave the key out, or give it a value")
            return _BAD
        if isinstance(node, Leaf) and node.text == UNFILLED:
            self.draft.say(node, path, "not filled in", _expected(kind, title))
            return _BAD
        if isinstance(kind, inspect.StructType):
            return self._record(node, kind, path, shape)
        if isinstance(kind, inspect.DictType):
            return self._names(node, kind, path, shape)
        if isinstance(kind, inspect.VarTupleType):
            return self._list(node, kind, path, shape)
        return self._scalar(node, kind, title, path, shape)

    def _as_written(self, node: Node, path: Path) -> Any:
        self.draft.places.setdefault(path, (node.line, node.column))
        if isinstance(node, Mapping):
            return {name: self._as_written(value, (*path, name)) for name, (_, value) in node.entries.items()}
        if isinstance(node, Listing):
            return [self._as_written(item, (*path, index)) for index, item in enumerate(node.items)]
        return node.value

    def _record(self, node: Node, kind: inspect.StructType, path: Path, shape: str) -> Any:
        if not isinstance(node, Mapping):
            self.draft.say(node, path, _described(node), _expected(kind), _as_record(node, kind))
            return _BAD
        made = MADE.get(kind.cls, ())
        fields = {field.encode_name: field for field in kind.fields if field.name not in made}
        owner = kind.cls in OWNERS
        plain: dict[str, Any] = {}
        levels: dict[str, str] = {}
        for name, (key, value) in node.entries.items():
            here = (*path, name)
            self.draft.places[here] = (key.line, key.column)
            if name not in fields or (owner and name == "evidence"):
                self._unknown(key, here, fields, owner)
                continue
            within = f"{shape}.{name}" if shape else name
            if owner and name not in SETTINGS and isinstance(value, Mapping) and "value" in value.entries:
                value = self._long_form(value, here, name, levels)  # noqa: PLW2901 - the fact inside
            plain[name] = self.read(value, fields[name].type, here, within)
        for field in kind.fields:
            if field.required and field.encode_name not in node.entries:
                self.draft.say(node, path, f"{field.encode_name} is missing", _expected(*_plainly(field.type, _TEXT)))
        if levels:
            plain["evidence"] = levels
        return {name: value for name, value in plain.items() if value is not _BAD}

    def _unknown(self, key: Leaf, path: Path, fields: dict[str, Any], owner: bool) -> None:
        if owner and key.text == "evidence":
            self.draft.say(key, path, "unknown key", "", _LONG_FORM)
            return
        known = [name for name in fields if not (owner and name == "evidence")]
        self.draft.say(key, (*path[:-1], _safe(key.text)), "unknown key", "", partial(did_you_mean, key.text, known))

    def _long_form(self, node: Mapping, path: Path, name: str, levels: dict[str, str]) -> Node:
        for key, (leaf, value) in node.entries.items():
            if key == "evidence":
                level = value.value if isinstance(value, Leaf) else None
                if level in EVIDENCE_LEVELS:
                    levels[name] = str(level)
                else:
                    wrong = value.text if isinstance(value, Leaf) else ""
                    expected = "one of " + ", ".join(EVIDENCE_LEVELS)
                    hint = partial(near_to, wrong, EVIDENCE_LEVELS)
                    self.draft.say(value, (*path, key), _described(value), expected, hint)
            elif key != "value":
                hint = partial(did_you_mean, key, ("value", "evidence"))
                self.draft.say(leaf, (*path, _safe(key)), "unknown key", "", hint)
        return node.entries["value"][1]

    def _names(self, node: Node, kind: inspect.DictType, path: Path, shape: str) -> Any:
        if not isinstance(node, Mapping):
            self.draft.say(node, path, _described(node), "a mapping of names")
            return _BAD
        plain = {}
        for name, (key, value) in node.entries.items():
            here = (*path, _safe(name))
            self.draft.places[here] = (key.line, key.column)
            key_kind, title = _plainly(kind.key_type, key)
            misfit = read_scalar(Leaf(key.line, key.column, name, quoted=True), key_kind, title)[1]
            if misfit:
                self.draft.say(key, here, *misfit)
            plain[name] = self.read(value, kind.value_type, here, f"{shape}.*")
        return {name: value for name, value in plain.items() if value is not _BAD}

    def _list(self, node: Node, kind: inspect.VarTupleType, path: Path, shape: str) -> Any:
        if not isinstance(node, Listing):
            hint = f"write [{shown(node.text)[1:-1]}]" if isinstance(node, Leaf) else "begin each item with -"
            secret = isinstance(node, Leaf) and looks_secret(node.text)
            self.draft.say(node, path, _described(node), "a list", "" if secret else hint)
            return _BAD
        count = len(node.items)
        if count < (kind.min_length or 0):
            self.draft.say(node, path, _items(count), f"at least {kind.min_length}")
        if kind.max_length is not None and count > kind.max_length:
            self.draft.say(node, path, _items(count), f"at most {kind.max_length}")
        plain = []
        seen: dict[str, Leaf] = {}
        for index, item in enumerate(node.items):
            plain.append(self.read(item, kind.item_type, (*path, index), f"{shape}.*"))
            if isinstance(item, Leaf) and (first := seen.setdefault(item.text, item)) is not item:
                found = f"{shown(item.text)} stands twice"
                self.draft.say(item, (*path, index), found, "", f"the first is on line {first.line}")
        return [value for value in plain if value is not _BAD]

    def _scalar(self, node: Node, kind: inspect.Type, title: str, path: Path, shape: str) -> Any:
        if not isinstance(node, Leaf):
            self.draft.say(node, path, _described(node), _expected(kind, title))
            return _BAD
        value, misfit = read_scalar(node, kind, title)
        if misfit:
            self.draft.say(node, path, *misfit)
            return _BAD
        self.draft.keep(shape, Found(path, value, node.line, node.column))
        return value


def _plainly(kind: inspect.Type, node: Node) -> tuple[inspect.Type, str]:
    """The type without its wrappers, the member of a union that suits the node, and the type's title."""
    title = ""
    while True:
        if isinstance(kind, inspect.Metadata):
            title = (kind.extra_json_schema or {}).get("title", title)
            kind = kind.type
        elif isinstance(kind, inspect.UnionType):
            members = [member for member in kind.types if not isinstance(member, inspect.NoneType)]
            wants = isinstance(node, Mapping)
            suited = [m for m in members if isinstance(m, inspect.StructType) == wants]
            kind = (suited or members)[0]
        else:
            return kind, title


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count} items"


def _as_record(node: Node, kind: inspect.StructType) -> str:
    needed = [field.name for field in kind.fields if field.required]
    if not isinstance(node, Leaf) or len(needed) != 1 or looks_secret(node.text):
        return ""
    return f"write {{{needed[0]}: {shown(node.text)[1:-1]}}}"


def _expected(kind: inspect.Type, title: str = "") -> str:
    if title:
        return EXPECTED[title]
    if isinstance(kind, inspect.StructType):
        return "a mapping with " + ", ".join(f.name for f in kind.fields if f.required or len(kind.fields) < 4)
    names = {
        inspect.DictType: "a mapping of names",
        inspect.VarTupleType: "a list",
        inspect.FloatType: "a number",
        inspect.BoolType: "true or false",
        inspect.DateType: "a date",
    }
    return names.get(type(kind), "text")


def _described(node: Node) -> str:
    if isinstance(node, Leaf):
        return shown(node.text)
    return "a list" if isinstance(node, Listing) else "a mapping"


def _safe(name: str) -> str:
    """A name as paths hold it: itself, so that what stands there is found, unless messages must not repeat it."""
    if len(name) <= LONGEST_NAME and name.isprintable() and not looks_secret(name):
        return name
    return shown(name)[1:-1] if shown(name).startswith("'") else "(not shown)"
