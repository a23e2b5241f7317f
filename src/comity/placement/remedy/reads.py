"""What a rule asks of case and candidate: the attributes that it reads, and the words that it holds them against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from comity.law.rule import Rule


class Read(NamedTuple):
    """One attribute of `principal` (the case) or `resource` (the candidate), with words; no words for a flag."""

    of: str
    attribute: str
    words: tuple[str, ...]


def reads(rule: Rule) -> tuple[Read, ...]:
    """Everything that the rule reads, once each, in the order in which it stands there."""
    bodies = (condition["body"] for condition in rule.policy.get("conditions", ()))
    return tuple(dict.fromkeys(read for body in bodies for read in _walk(body)))


def _walk(expr: object) -> Iterator[Read]:
    if isinstance(expr, list | tuple):
        for each in expr:
            yield from _walk(each)
    if not isinstance(expr, Mapping):
        return
    compared = _comparison(expr)
    flag = _attribute(expr, ())
    if compared:
        yield from compared
    elif flag is not None:
        yield flag
    else:
        for operands in expr.values():
            yield from _walk(operands)


def _comparison(expr: Mapping[str, Any]) -> list[Read]:
    """The attributes that a comparison holds against words, or against one another; none if it is no comparison."""
    if len(expr) != 1:
        return []
    (operands,) = expr.values()
    if not isinstance(operands, Mapping) or not {"left", "right"} <= operands.keys():
        return []
    left, right = operands["left"], operands["right"]
    if _is_attribute(left) and _is_attribute(right):
        return [read for side in (left, right) if (read := _attribute(side, ())) is not None]
    for side, other in ((left, right), (right, left)):
        words = tuple(_words(other)) if not _is_attribute(other) else ()
        read = _attribute(side, words)
        if read is not None and words:
            return [read]
    return []


def _is_attribute(expr: object) -> bool:
    return _attribute(expr, ()) is not None


def _attribute(expr: object, words: tuple[str, ...]) -> Read | None:
    access = expr.get(".") if isinstance(expr, Mapping) else None
    if not isinstance(access, Mapping) or not isinstance(access.get("left"), Mapping):
        return None
    of = access["left"].get("Var")
    return Read(str(of), str(access["attr"]), words) if of in ("principal", "resource") else None


def _words(expr: Any) -> Iterator[str]:
    if isinstance(expr, Mapping):
        entity = expr.get("__entity")
        if isinstance(entity, Mapping):
            yield str(entity["id"])
        for value in expr.values():
            yield from _words(value)
    elif isinstance(expr, list | tuple):
        for value in expr:
            yield from _words(value)
