"""The load check behind DESIGN rule 6: whatever a request adds can only remove candidates.

A request's headers may add data classes and subjects to its case. A prohibition is safe if it can only be switched on
by that: the added sets stand in positive places alone. This is decided on the text, for every case at once, so no
sample of cases has to be trusted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

Expr: TypeAlias = Mapping[str, Any]

ADDABLE = frozenset({"data", "subjects"})
_CASE: Expr = {"Var": "principal"}


def switched_off_by(policy: Expr) -> Iterator[str]:
    """Yields a sentence for each place where adding data or subjects could switch the prohibition off."""
    for condition in policy.get("conditions", ()):
        yield from _walk(condition["body"], positive=condition["kind"] == "when")


def mentions(expr: object) -> set[str]:
    """What `expr` reads of the case that a request may change: its addable attributes, or `principal` as a whole.

    The whole case counts, because an attribute can be taken from it in a way that nobody reads at a glance:
    `(if true then principal else principal).data`.
    """
    if isinstance(expr, str):
        return set()
    addable = _addable(expr)
    if addable:
        return {addable}
    if expr == _CASE:
        return {"principal"}
    if isinstance(expr, Mapping):
        attribute = expr.get(".")
        if isinstance(attribute, Mapping) and attribute.get("left") == _CASE:
            return set()  # `principal.purpose`: no request changes it, each purpose is judged apart
        return set().union(*map(mentions, expr.values()))
    return set().union(*map(mentions, expr)) if isinstance(expr, list | tuple) else set()


def _addable(expr: object) -> str:
    """`principal.data` if that, or its like, is what `expr` is; else nothing."""
    if not isinstance(expr, Mapping) or not isinstance(expr.get("."), Mapping):
        return ""
    attribute = expr["."]
    found = attribute.get("left") == _CASE and attribute.get("attr") in ADDABLE
    return f"principal.{attribute['attr']}" if found else ""


def _walk(expr: Expr, *, positive: bool) -> Iterator[str]:
    read = mentions(expr)
    if not read:
        return
    ((operator, operands),) = expr.items()
    if operator in ("&&", "||"):
        yield from _walk(operands["left"], positive=positive)
        yield from _walk(operands["right"], positive=positive)
    elif operator == "!":
        yield from _walk(operands["arg"], positive=not positive)
    elif operator == "in" and _addable(operands["left"]) and not mentions(operands["right"]):
        # `principal.data in X` holds if any member is in X: it can only become true as members are added.
        if not positive:
            names = ", ".join(sorted(read))
            yield f"{names} stands under a negation or in `unless`: a header that adds to it could switch the rule off"
    else:
        names = ", ".join(sorted(read))
        yield (
            f"{names} is used with {operator!r}; only `in` keeps the promise that a header cannot switch a rule off,"
            " with principal.data or principal.subjects itself on its left"
        )
