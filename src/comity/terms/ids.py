"""Ids, as every format has them (docs/spec/entry.md): what names applications, deployments, keys and actions."""

from __future__ import annotations

import re

PATTERN = r"[a-z0-9][a-z0-9._-]{0,63}"
"""It can be a file's name, and none that begins with a dot."""

_ID = re.compile(PATTERN)


def application_id(name: str) -> str:
    """`name`, which is the id of an application.

    Raises:
        ValueError: it is none.
    """
    if not _ID.fullmatch(name):
        raise ValueError(f"{name[:80]!r} is no application id")
    return name
