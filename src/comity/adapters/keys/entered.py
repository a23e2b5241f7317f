"""A key as the log has it: all of it but the key, in canonical JSON's types (docs/spec/entry.md, kind audit)."""

from __future__ import annotations

from typing import Any

import msgspec

from comity.adapters.keys.key import Key
from comity.stack.digest import decimal_text
from comity.stack.operation import Budget


def key_document(key: Key) -> dict[str, Any]:
    """What an entry has of a key; what has no value is left out, and money is a decimal text."""
    document = {name: value for name in _PLAIN if (value := getattr(key, name)) is not None}
    if key.models is not None:
        document["models"] = list(key.models)
    if key.limits is not None:
        document["limits"] = msgspec.to_builtins(key.limits)
    if key.budgets:
        document["budgets"] = [_budget(budget) for budget in key.budgets]
    return document


def key_of(document: dict[str, Any]) -> Key:
    """The key that an entry has.

    Raises:
        ValueError: it is none.
    """
    given = dict(document)
    budgets = [
        {**each, **({"money": float(each["money"])} if "money" in each else {})} for each in given.pop("budgets", [])
    ]
    defaults = {"application": None, "role": None}
    key: Key = msgspec.convert({**defaults, **given, "budgets": budgets}, Key)
    return key


def _budget(budget: Budget) -> dict[str, Any]:
    document: dict[str, Any] = {"per": budget.per}
    if budget.money is not None:
        document["money"] = decimal_text(budget.money)
    if budget.tokens is not None:
        document["tokens"] = budget.tokens
    return document


_PLAIN = ("id", "digest", "application", "role", "disclose", "created", "expires", "revoked")
