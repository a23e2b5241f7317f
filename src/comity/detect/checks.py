"""A check by its name: python-stdnum's, loaded when first asked for, or one of ours."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module

from comity.detect import own

Check = Callable[[str], bool]


@cache
def check(name: str) -> Check:
    """The check that `stdnum.in_.aadhaar` or `own.emirates` names."""
    if name.startswith("own."):
        found: Check = getattr(own, name.removeprefix("own."))
        return found
    return import_module(name).is_valid  # type: ignore[no-any-return]


def load(names: frozenset[str]) -> None:
    """Load them now and not in the middle of the first request."""
    for name in names:
        check(name)
