"""A rule's conditions as a formula: Cedar's JSON form, read for a case that is open and a candidate that is not.

The forms of Cedar that packs use are read with Cedar's own meaning; any other is refused by name, for a proof that
skipped a rule would be none. No form that is read here can err once the pack has passed the engine's validator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from comity.posture.claims.formula import FALSE, TRUE, Formulas, Literal
from comity.posture.claims.values import (
    Choice,
    Entity,
    Gathering,
    Members,
    Record,
    Truth,
    Value,
    Within,
    entity,
)
from comity.terms.errors import Fault

Expr: TypeAlias = Mapping[str, Any]


class Unread(Fault):
    """A rule uses a form of Cedar that cannot be decided here."""


class Reading:
    """Reads rules for one open case. Parts that do not speak of the candidate are read once for all candidates."""

    def __init__(self, formulas: Formulas, case: Record, within: Within) -> None:
        """`case` is the open case; `within` says what an entity is in."""
        self._formulas = formulas
        self._case = case
        self._within = within
        self._of_case: dict[int, Value] = {}
        self._kept: list[Expr] = []  # so that no identity in `_of_case` is used twice
        self._asks: dict[int, bool] = {}

    def fires(self, rule: str, policy: Expr, candidate: Record) -> Literal:
        """When the conditions of the policy hold; raises Unread, naming `rule`, for a form that is not read."""
        try:
            return self._formulas.all_of(self._conditions(policy, candidate))
        except _Form as form:
            raise Unread(f"{rule} uses {form}, which `comity prove` cannot decide; write it in other words") from None

    def _conditions(self, policy: Expr, candidate: Record) -> list[Literal]:
        found = []
        for condition in policy.get("conditions", ()):
            holds = self._truth(condition["body"], candidate)
            found.append(holds if condition["kind"] == "when" else -holds)
            if found[-1] == FALSE:
                break
        return found

    def _truth(self, expr: Expr, candidate: Record) -> Literal:
        value = self.value(expr, candidate)
        if not isinstance(value, Truth):
            raise _Form("what is no Boolean as a condition")
        return value.holds

    def value(self, expr: Expr, candidate: Record) -> Value:
        """What `expr` stands for."""
        if self._asks_candidate(expr):
            return self._read(expr, candidate)
        key = id(expr)
        found = self._of_case.get(key)
        if found is None:
            found = self._of_case[key] = self._read(expr, candidate)
            self._kept.append(expr)
        return found

    def _asks_candidate(self, expr: Expr) -> bool:
        key = id(expr)
        found = self._asks.get(key)
        if found is None:
            found = self._asks[key] = _mentions_candidate(expr)
            self._kept.append(expr)
        return found

    def _read(self, expr: Expr, candidate: Record) -> Value:
        ((form, parts),) = expr.items()
        made = _FORMS.get(form)
        if made is None:
            raise _Form(f"`{form}`")
        return made(self, parts, candidate)

    def _variable(self, name: str, candidate: Record) -> Value:
        if name == "principal":
            return self._case
        if name == "resource":
            return candidate
        raise _Form(f"`{name}`")

    def _literal(self, value: object, _: Record) -> Value:
        if isinstance(value, bool):
            return Truth(TRUE if value else FALSE)
        if isinstance(value, Mapping) and "__entity" in value:
            return Choice(((entity(value["__entity"]), TRUE),))
        raise _Form(f"the literal {value!r}")

    def _attribute(self, parts: Expr, candidate: Record) -> Value:
        left = self.value(parts["left"], candidate)
        if not isinstance(left, Record) or parts["attr"] not in left.attributes:
            raise _Form(f"the attribute `{parts['attr']}`")
        return left.attributes[parts["attr"]]

    def _both(self, parts: Expr, candidate: Record) -> Value:
        left = self._truth(parts["left"], candidate)
        if left == FALSE:
            return Truth(FALSE)
        return Truth(self._formulas.all_of((left, self._truth(parts["right"], candidate))))

    def _one(self, parts: Expr, candidate: Record) -> Value:
        left = self._truth(parts["left"], candidate)
        if left == TRUE:
            return Truth(TRUE)
        return Truth(self._formulas.any_of((left, self._truth(parts["right"], candidate))))

    def _not(self, parts: Expr, candidate: Record) -> Value:
        return Truth(-self._truth(parts["arg"], candidate))

    def _if(self, parts: Expr, candidate: Record) -> Value:
        test = self._truth(parts["if"], candidate)
        if test in (TRUE, FALSE):
            return self.value(parts["then" if test == TRUE else "else"], candidate)
        then, otherwise = self._truth(parts["then"], candidate), self._truth(parts["else"], candidate)
        return Truth(self._formulas.either(test, then, otherwise))

    def _set(self, parts: list[Expr], candidate: Record) -> Value:
        found: dict[Entity, Literal] = {}
        for part in parts:
            value = self.value(part, candidate)
            if not isinstance(value, Choice):
                raise _Form("a set of what are no entities")
            for member, when in value.among:
                found[member] = self._formulas.any_of((found.get(member, FALSE), when))
        return Members(found)

    def _equal(self, parts: Expr, candidate: Record) -> Value:
        left, right = self.value(parts["left"], candidate), self.value(parts["right"], candidate)
        every, some = self._formulas.all_of, self._formulas.any_of
        if isinstance(left, Truth) and isinstance(right, Truth):
            return Truth(-self._formulas.either(left.holds, -right.holds, right.holds))
        if isinstance(left, Choice) and isinstance(right, Choice):
            held = dict(right.among)
            return Truth(some(every((when, held[each])) for each, when in left.among if each in held))
        if isinstance(left, Members) and isinstance(right, Members):
            return Truth(every((self._holds_all(left, right), self._holds_all(right, left))))
        if isinstance(left, Gathering) != isinstance(right, Gathering):
            return Truth(FALSE)  # what stands for several is an entity of its own
        raise _Form("`==` between such values")

    def _unequal(self, parts: Expr, candidate: Record) -> Value:
        value = self._equal(parts, candidate)
        assert isinstance(value, Truth)
        return Truth(-value.holds)

    def _in(self, parts: Expr, candidate: Record) -> Value:
        left, right = self.value(parts["left"], candidate), self.value(parts["right"], candidate)
        every, some = self._formulas.all_of, self._formulas.any_of
        if isinstance(left, Choice):
            each = left.among
        elif isinstance(left, Gathering):
            each = tuple(left.each.items())
        else:
            raise _Form("`in` with no entity on its left")
        if isinstance(right, Choice):
            held = dict(right.among)
        elif isinstance(right, Members):
            held = dict(right.each)
        elif isinstance(right, Gathering):
            return Truth(FALSE)  # nothing but itself is in what stands for several
        else:
            raise _Form("`in` with no entity on its right")
        return Truth(some(every((when, held[up])) for one, when in each for up in self._within(one) if up in held))

    def _contains(self, parts: Expr, candidate: Record) -> Value:
        left, right = self._members(parts["left"], candidate), self.value(parts["right"], candidate)
        if not isinstance(right, Choice):
            raise _Form("`contains` of what is no entity")
        every, some = self._formulas.all_of, self._formulas.any_of
        return Truth(some(every((when, left.each[each])) for each, when in right.among if each in left.each))

    def _contains_any(self, parts: Expr, candidate: Record) -> Value:
        left, right = self._members(parts["left"], candidate), self._members(parts["right"], candidate)
        every, some = self._formulas.all_of, self._formulas.any_of
        return Truth(some(every((when, left.each[each])) for each, when in right.each.items() if each in left.each))

    def _contains_all(self, parts: Expr, candidate: Record) -> Value:
        left, right = self._members(parts["left"], candidate), self._members(parts["right"], candidate)
        return Truth(self._holds_all(left, right))

    def _empty(self, parts: Expr, candidate: Record) -> Value:
        return Truth(self._formulas.all_of(-when for when in self._members(parts["arg"], candidate).each.values()))

    def _members(self, expr: Expr, candidate: Record) -> Members:
        value = self.value(expr, candidate)
        if not isinstance(value, Members):
            raise _Form("a set that is none")
        return value

    def _holds_all(self, left: Members, right: Members) -> Literal:
        some = self._formulas.any_of
        return self._formulas.all_of(some((-when, left.each.get(each, FALSE))) for each, when in right.each.items())


class _Form(Exception):
    """A form that is not read, in words."""


def _mentions_candidate(expr: object) -> bool:
    if isinstance(expr, Mapping):
        return expr.get("Var") == "resource" or any(map(_mentions_candidate, expr.values()))
    return isinstance(expr, list | tuple) and any(map(_mentions_candidate, expr))


_FORMS: Mapping[str, Callable[[Reading, Any, Record], Value]] = {
    "Var": Reading._variable,
    "Value": Reading._literal,
    ".": Reading._attribute,
    "&&": Reading._both,
    "||": Reading._one,
    "!": Reading._not,
    "if-then-else": Reading._if,
    "Set": Reading._set,
    "==": Reading._equal,
    "!=": Reading._unequal,
    "in": Reading._in,
    "contains": Reading._contains,
    "containsAny": Reading._contains_any,
    "containsAll": Reading._contains_all,
    "isEmpty": Reading._empty,
}
