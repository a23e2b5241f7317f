"""A comparison's parts as documents that programs read: `comity law diff --json` and `POST /admin/law/diff`."""

from __future__ import annotations

from typing import Any

import msgspec

from comity.posture.diff.movements import Movement
from comity.posture.diff.replayed import Replayed
from comity.posture.diff.verdicts import Change, Sides


def movement_document(movement: Movement) -> dict[str, Any]:
    """What begins or ends."""
    return {name: value for name, value in msgspec.to_builtins(movement).items() if value not in ("", [])}


def change_document(change: Change) -> dict[str, Any]:
    """What becomes of one application or case at one deployment."""
    return {
        "who": change.who,
        "deployment": change.deployment,
        "verdict": [change.left, change.right],
        **{
            name: sides_document(sides)
            for name in ("forbids", "obliges", "advises")
            if not (sides := getattr(change, name)).same
        },
        **({"classes": list(change.classes)} if change.classes else {}),
    }


def sides_document(sides: Sides) -> dict[str, list[str]]:
    """The rules of one side alone."""
    return {"only_left": list(sides.only_left), "only_right": list(sides.only_right)}


def replayed_document(again: Replayed) -> dict[str, Any]:
    """What the log's requests would have come to."""
    return {**msgspec.to_builtins(again), "otherwise": again.otherwise}
