"""Who may do what on the control port, as a table (docs/reference/admin-api.md shows it)."""

from __future__ import annotations

from typing import Literal, TypeAlias

from comity.adapters.keys import Role

Power: TypeAlias = Literal[
    "read status",
    "read keys",
    "read usage",
    "read rulings",
    "read entries",
    "enter samples",
    "change application keys",
    "change role keys",
    "reload",
]

POWERS: dict[Power, tuple[Role, ...]] = {
    "read status": ("owner", "operator", "auditor", "counsel"),
    "read keys": ("owner", "operator", "auditor"),
    "read usage": ("owner", "operator", "auditor"),
    "read rulings": ("owner", "operator", "auditor", "counsel"),
    "read entries": ("owner", "auditor"),
    "enter samples": ("auditor",),
    "change application keys": ("owner", "operator"),
    "change role keys": ("owner",),
    "reload": ("owner", "operator"),
}
"""The auditor reads all and changes nothing, and nobody else has samples entered; only an owner decides who has a
role."""


def may(role: Role | None, power: Power) -> bool:
    """Whether a role has a power; an application's key has none."""
    return role in POWERS[power]
