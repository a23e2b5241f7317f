"""One scalar held against one declared type: its value, or what is wrong with it."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date
from functools import partial
from typing import Any, TypeAlias

from msgspec import inspect

from comity.stack.draft import Hint
from comity.stack.jurisdictions import NAMES, suggestion
from comity.stack.spelling import near_to, shown
from comity.stack.yaml_nodes import Leaf

Misfit: TypeAlias = tuple[str, str, Hint]  # found, expected, hint

MAX_TEXT = 500  # characters of a text without a limit of its own: names, references, reasons
MAX_NUMBER = 1e12  # beyond any price, second, gram or kWh of ours; a larger figure is a slip of the unit

# What a type with a name of its own wants.
EXPECTED = {
    "id": "an id: a-z, 0-9 and -, a letter first",
    "jurisdiction": "a jurisdiction such as FR",
    "span": "a time such as PT30S, PT5M or PT1H",
}

_LONG_NUMBER = re.compile(r"[0-9]+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_scalar(leaf: Leaf, kind: inspect.Type, title: str) -> tuple[Any, Misfit | None]:
    """The value of `leaf` as a `kind`; `title` names a type that has rules of its own (`id`, `jurisdiction`)."""
    if isinstance(kind, inspect.FloatType):
        return _number(leaf, kind)
    if isinstance(kind, inspect.IntType):
        value, misfit = _number(leaf, kind)
        if misfit is None and not value.is_integer():
            return _wrong(leaf, "a whole number")
        return (None, misfit) if misfit is not None else (int(value), None)
    if isinstance(kind, inspect.BoolType):
        value = leaf.value
        return (value, None) if isinstance(value, bool) else _wrong(leaf, "true or false")
    if isinstance(kind, inspect.DateType):
        return _date(leaf)
    if isinstance(kind, inspect.LiteralType):
        words = [str(value) for value in kind.values]
        if leaf.text in words:
            return leaf.text, None
        return _wrong(leaf, "one of " + ", ".join(words), partial(near_to, leaf.text, words))
    if isinstance(kind, inspect.StrType):
        return _text(leaf, kind, title)
    raise TypeError(f"stack.types declares a scalar that no reader knows: {kind!r}")


def _number(leaf: Leaf, kind: inspect.FloatType | inspect.IntType) -> tuple[Any, Misfit | None]:
    value = leaf.value
    most = min(MAX_NUMBER, kind.le) if kind.le is not None else MAX_NUMBER
    at_most = f"a number that is at most {most:,.0f}"
    if isinstance(value, str) and not leaf.quoted and _LONG_NUMBER.fullmatch(value):
        return _wrong(leaf, at_most)
    if isinstance(value, bool) or not isinstance(value, int | float):
        quoted = leaf.quoted and isinstance(Leaf(0, 0, leaf.text, quoted=False).value, int | float)
        return _wrong(leaf, "a number", "remove the quotes" if quoted else "")
    if not math.isfinite(value):
        return _wrong(leaf, "a finite number")
    if kind.ge is not None and value < kind.ge:
        return _wrong(leaf, f"a number that is at least {kind.ge:g}")
    if kind.gt is not None and value <= kind.gt:
        return _wrong(leaf, f"a number above {kind.gt:g}")
    if value > most:
        return _wrong(leaf, at_most)
    return float(value), None


def _date(leaf: Leaf) -> tuple[Any, Misfit | None]:
    if not _DATE.fullmatch(leaf.text):
        return _wrong(leaf, "a date, YYYY-MM-DD")
    try:
        return date.fromisoformat(leaf.text), None
    except ValueError:
        return _wrong(leaf, "a day that exists")


def _text(leaf: Leaf, kind: inspect.StrType, title: str) -> tuple[Any, Misfit | None]:
    text = leaf.text
    if title == "jurisdiction":
        if text in NAMES:
            return text, None
        return _wrong(leaf, EXPECTED[title], partial(suggestion, text))
    if not isinstance(leaf.value, str):
        return _wrong(leaf, "text", "put it in quotes")
    if any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in text):
        return _wrong(leaf, "text without control characters")
    length = len(text)
    if length > (kind.max_length or MAX_TEXT):
        return None, (f"text of {length} characters", f"at most {kind.max_length or MAX_TEXT}", "")
    if length < max(kind.min_length or 1, 1):
        return _wrong(leaf, "text")
    if kind.pattern and not re.search(kind.pattern, text):
        return _wrong(leaf, *_form(title, kind.pattern, text))
    return text, None


def _form(title: str, pattern: str, text: str) -> tuple[str, str]:
    if title != "id":
        return EXPECTED.get(title, f"text of the form {pattern.strip('^$')}"), ""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    near = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-").lstrip("0123456789-")
    return EXPECTED[title], f"did you mean {near}?" if near and len(text) < 64 else ""


def _wrong(leaf: Leaf, expected: str, hint: Hint = "") -> tuple[None, Misfit]:
    return None, (shown(leaf.text), expected, hint)
