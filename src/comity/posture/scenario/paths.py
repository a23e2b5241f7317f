"""Paths into a scenario document, as sweeps name them: `changes[0].demand.factor`."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any, TypeAlias

Steps: TypeAlias = tuple[str | int, ...]

_STEP = re.compile(r"(?:^|\.)([A-Za-z_][A-Za-z0-9_-]*)|\[(\d{1,4})\]")


class PathError(ValueError):
    """A path that leads nowhere."""


def steps_of(path: str) -> Steps:
    """The steps of a path; raises PathError if it is none."""
    steps: list[str | int] = []
    end = 0
    for match in _STEP.finditer(path):
        if match.start() != end:
            break
        steps.append(match[1] if match[1] is not None else int(match[2]))
        end = match.end()
    if not steps or end != len(path):
        raise PathError(f"{path!r} is no path")
    return tuple(steps)


def at(document: Any, steps: Steps) -> Any:
    """What stands there; raises PathError if nothing does."""
    value = document
    for step in steps:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            raise PathError(f"nothing stands at {step!r}") from None
    return value


def with_value(document: Any, steps: Steps, value: Any) -> Any:
    """A copy of the document with `value` there; raises PathError if nothing stands there now."""
    at(document, steps)
    made = deepcopy(document)
    inside = at(made, steps[:-1])
    inside[steps[-1]] = value
    return made
