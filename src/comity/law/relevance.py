"""Which rules can speak to a case at all, before any candidate is looked at: the others are not evaluated.

A rule is left out only if what the case alone says already decides that its conditions do not hold. Everything that
rests on the candidate, and every form that is not known here, is taken as open, so that the engine judges it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

Names: TypeAlias = frozenset[str]
"""An entity as the names of everything that it is in, itself too; a set as the names of its members."""

Facts: TypeAlias = Mapping[str, "Names | bool"]
"""What a case says, by attribute of `principal`."""

Open: TypeAlias = None  # what rests on the candidate
Kleene: TypeAlias = Callable[[Facts], "bool | Open"]
"""True, False, or None: open. Kleene's strong logic, so that a part that is open never hides one that decides."""

Expr: TypeAlias = Mapping[str, Any]


def can_apply(policy: Mapping[str, Any]) -> Callable[[Facts], bool]:
    """Whether the policy, in Cedar's JSON form, may apply to a case: False only if the case alone rules it out."""
    parts = [_read(each["body"], each["kind"] == "when") for each in policy.get("conditions", ())]

    def applies(facts: Facts) -> bool:
        return all(part(facts) is not False for part in parts)

    return applies


def _read(expr: Expr, wanted: bool) -> Kleene:
    holds = _compile(expr)
    return holds if wanted else _not(holds)


def _compile(expr: Expr) -> Kleene:
    ((form, parts),) = expr.items()
    if form == "&&":
        return _and(_compile(parts["left"]), _compile(parts["right"]))
    if form == "||":
        return _not(_and(_not(_compile(parts["left"])), _not(_compile(parts["right"]))))
    if form == "!":
        return _not(_compile(parts["arg"]))
    if form == "Value" and isinstance(parts, bool):
        return _constant(parts)
    if form == ".":
        return _flag(expr)
    if form in ("in", "==", "contains", "containsAny", "containsAll"):
        return _compare(form, parts["left"], parts["right"])
    return _open


def _constant(value: bool) -> Kleene:
    return lambda facts: value


def _open(facts: Facts) -> Open:
    return None


def _not(inner: Kleene) -> Kleene:
    def negated(facts: Facts) -> bool | Open:
        value = inner(facts)
        return None if value is None else not value

    return negated


def _and(left: Kleene, right: Kleene) -> Kleene:
    def both(facts: Facts) -> bool | Open:
        one = left(facts)
        if one is False:
            return False
        other = right(facts)
        return False if other is False else None if one is None or other is None else True

    return both


def _flag(expr: Expr) -> Kleene:
    name = _attribute(expr)

    def flag(facts: Facts) -> bool | Open:
        value = facts.get(name) if name else None
        return value if isinstance(value, bool) else None

    return flag


def _compare(form: str, left: Expr, right: Expr) -> Kleene:
    """An attribute of the case against words: `in` and `==` of an entity, the three `contains` of a set."""
    name, words = _attribute(left), _words(right)
    if not name or words is None or (form in ("in", "==", "contains") and len(words) != 1):
        return _open

    def compared(facts: Facts) -> bool | Open:
        held = facts.get(name)
        if not isinstance(held, frozenset):
            return None
        return words <= held if form == "containsAll" else not words.isdisjoint(held)

    # An enum is in nothing but itself, so `==` is membership; a jurisdiction is in its groups too, where it is not.
    return _open if form == "==" and name in _IN_OTHERS else compared


_IN_OTHERS = frozenset({"controller", "subjects", "data", "output"})


def _attribute(expr: Expr) -> str:
    access = expr.get(".")
    if access and access["left"] == {"Var": "principal"}:
        return str(access["attr"])
    return ""


def _words(expr: Expr) -> Names | None:
    """The names of a literal, or of a set of literals; None for anything else."""
    members: Sequence[Expr] = expr.get("Set", (expr,))
    found = [each.get("Value") for each in members]
    if all(isinstance(value, dict) and "__entity" in value for value in found):
        return frozenset(value["__entity"]["id"] for value in found if isinstance(value, dict))
    return None
