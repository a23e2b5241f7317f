"""Canonical JSON: RFC 8785 without floats, with ASCII keys (docs/spec/canonical-json.md).

Every block of an entry, every ruling and placement is hashed as these bytes, so there is one spelling and no choice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

MAX_INT = 2**53 - 1
"""Largest magnitude of an integer: what an IEEE 754 double, and so JavaScript, holds exactly."""

MAX_DEPTH = 32
"""Arrays and objects inside one another; far above what our formats use, far below Python's recursion limit."""

_MAX_DIGITS = len(str(MAX_INT)) + 1
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


class CanonError(ValueError):
    """A value or text that has no canonical form; the message names the place and what is wrong there."""


def encode(value: object) -> bytes:
    """Encode `value` (dict, list, tuple, str, int, bool, None, exactly these types) canonically.

    Raises:
        CanonError: for a float, another type, a key that is not ASCII, an integer out of range, a lone surrogate,
            or too deep a value.
    """
    if not _sound(value, MAX_DEPTH):
        _explain(value, "$", MAX_DEPTH)
    try:
        return _ENCODER.encode(value).encode("utf-8")
    except UnicodeEncodeError as error:
        raise CanonError("a string holds a lone surrogate, which UTF-8 cannot carry") from error


def encode_object(members: Mapping[str, bytes]) -> bytes:
    """The object of members that are encoded already; `members` are keys of our own, in ASCII.

    For what is large: it is encoded part by part, and the interpreter's lock comes free in between.
    """
    return b"{%b}" % b",".join(b"%b:%b" % (encode(key), members[key]) for key in sorted(members))


def parse(data: bytes) -> Any:
    """Parse JSON of this profile; white space and any order of keys are allowed.

    Raises:
        CanonError: not UTF-8, not JSON, a duplicate or non-ASCII key, a float, an integer out of range, too deep.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CanonError(f"not UTF-8 at byte {error.start}") from error
    try:
        value = _DECODER.decode(text)
    except CanonError:
        raise
    except RecursionError as error:
        raise CanonError(f"more than {MAX_DEPTH} levels") from error
    except ValueError as error:
        raise CanonError(f"not JSON: {error}") from error
    if "\\u" in text or not _sound(value, MAX_DEPTH):  # without an escape there is no surrogate in UTF-8
        _explain(value, "$", MAX_DEPTH)
    return value


def parse_canonical(data: bytes) -> Any:
    """Parse bytes that must be in canonical form already.

    Raises:
        CanonError: as `parse`, or the bytes are not the canonical form of what they say.
    """
    value = parse(data)
    if _ENCODER.encode(value).encode("utf-8") != data:
        raise CanonError("valid JSON, but not in canonical form")
    return value


def _sound(value: object, depth: int) -> bool:
    # what `_explain` checks, without keeping track of the place: most values are sound, and this is on the hot path
    kind = value.__class__
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return -MAX_INT <= value <= MAX_INT  # type: ignore[operator]
    if kind is dict and depth:
        for key, item in value.items():  # type: ignore[attr-defined]
            if key.__class__ is not str or not key or not key.isascii() or not _sound(item, depth - 1):
                return False
        return True
    if (kind is list or kind is tuple) and depth:
        return all(_sound(item, depth - 1) for item in value)  # type: ignore[attr-defined]
    return False


def _explain(value: object, place: str, depth: int) -> None:
    # exact types: a subclass of int or str could print otherwise than it compares
    if value is None or value.__class__ is bool:
        return
    if isinstance(value, str) and value.__class__ is str:
        if not value.isascii() and _has_surrogate(value):
            raise CanonError(f"{place}: a lone surrogate")
    elif isinstance(value, int) and value.__class__ is int:
        if not -MAX_INT <= value <= MAX_INT:
            raise CanonError(f"{place}: integer outside ±(2^53 - 1)")
    elif isinstance(value, dict | list | tuple) and depth == 0:
        raise CanonError(f"{place}: more than {MAX_DEPTH} levels")
    elif isinstance(value, dict):
        for key, item in value.items():
            if key.__class__ is not str or not key or not key.isascii():
                raise CanonError(f"{place}: key {key!r} is not a non-empty ASCII string")
            _explain(item, f"{place}.{key}", depth - 1)
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            _explain(item, f"{place}[{number}]", depth - 1)
    else:
        raise CanonError(f"{place}: {value.__class__.__name__} has no canonical form")


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def doubled(pairs: Sequence[tuple[str, Any]]) -> str | None:
    """The first key that stands twice among the members of an object, or None."""
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            return key
        seen.add(key)
    return None


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise CanonError(f"key {doubled(pairs)!r} occurs twice in one object")
    return members


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS or digits == "-0":
        raise CanonError(f"integer {digits[:24]} is outside ±(2^53 - 1) or is -0")
    return int(digits)


def _fraction(digits: str) -> NoReturn:
    raise CanonError(f"number {digits[:24]} has a fraction or an exponent; only integers are allowed")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_int=_integer, parse_float=_fraction, parse_constant=_fraction
)
