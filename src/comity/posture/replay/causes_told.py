"""Causes as people read them: deployments that are full alike are one."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from comity.posture.replay.report import Cause
from comity.posture.replay.shortage import FULL

NAMED = 3
"""Of the full deployments; JSON has all."""


def as_one(causes: Iterable[Cause]) -> list[Cause]:
    """The causes in their order; where several full deployments account for the same, one line names them together."""
    held: dict[object, list[Cause]] = {}
    for cause in causes:
        alike = (cause.alone, cause.part) if cause.kind == FULL else (cause.kind, cause.name)
        held.setdefault((cause.kind == FULL, alike), []).append(cause)
    return [group[0] if len(group) == 1 else _together(group) for group in held.values()]


def _together(group: list[Cause]) -> Cause:
    names = [cause.name for cause in group]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    says = f"{', '.join(names[:NAMED])}{more} are full; each alone"
    return replace(group[0], name=f"any of {len(group)}", says=says)
