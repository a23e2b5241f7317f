"""Credentials that a stack file names: `env:NAME` or `file:PATH`, fetched once, never shown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

MAX_SECRET_BYTES = 16_384
"""A bearer token, a JWT too, must fit in a header; past this a file is no key."""


def secret_of(name: str, folder: Path, environ: Mapping[str, str], what: str = "key") -> str:
    """The secret that `name` names; paths start at `folder`, and `what` is its key in the stack file.

    Raises:
        ValueError: there is none, or it holds what cannot stand in a header; it is not shown.
    """
    kind, _, where = name.partition(":")
    if kind == "env":
        secret = environ.get(where, "")
        if not secret:
            raise ValueError(f"{what}: {where} is not set in the environment")
    else:
        try:
            with (folder / where).open("rb") as file:
                held = file.read(MAX_SECRET_BYTES + 1)
        except OSError as error:
            raise ValueError(f"{what}: {folder / where} cannot be read ({error.strerror})") from error
        secret = held.decode("latin-1").strip()
    if not is_secret(secret):
        raise ValueError(f"{what}: {name} holds nothing that can be a key (it is not shown)")
    return secret


def is_secret(text: str) -> bool:
    """Whether a text can stand in a header as a credential: visible ASCII, not too long."""
    return 0 < len(text) <= MAX_SECRET_BYTES and all("!" <= letter <= "~" for letter in text)
