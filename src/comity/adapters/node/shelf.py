"""The models at hand: from a name in a stack file to a GGUF on disk. Nothing is fetched from a network."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

SCHEME = "embedded:"
SHIPPED = Path(__file__).parent / "weights"
SUFFIX = ".gguf"

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
_LISTED_MAX = 20  # a message should fit a terminal


class NodeError(Exception):
    """The embedded node cannot serve: no such model, an unreadable one, or its engine is not installed."""


def locate(url: str, models: Path | None) -> Path:
    """The GGUF that `embedded:NAME` (or a bare NAME) stands for.

    A model that ships with Comity comes first, so that a file put into the state directory cannot take its
    place; it is compared with the digest on its card. Then `models`/NAME.gguf.

    Raises `NodeError` if the name is malformed, unknown, or the shipped file was altered.
    """
    name = url.removeprefix(SCHEME)
    if not _NAME.fullmatch(name):
        raise NodeError(
            f"`{url}` names no embedded model: expected `{SCHEME}NAME`, NAME of lower-case letters, digits, "
            "`.`, `_` and `-`"
        )
    shipped = SHIPPED / (name + SUFFIX)
    if shipped.is_file():
        return _as_on_its_card(shipped)
    if models is not None and (own := models / (name + SUFFIX)).is_file():
        return own
    raise NodeError(_unknown(name, models))


def digest(model: Path) -> str:
    """SHA-256 of a model's file, hex. Blocking: some seconds for a large one.

    Raises:
        NodeError: it cannot be read.
    """
    try:
        with model.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise NodeError(f"the model {model} cannot be read: {error.strerror}") from error


def names(models: Path | None) -> frozenset[str]:
    """Every model that `locate` finds, by name."""
    folders = [SHIPPED] if models is None else [SHIPPED, models]
    return frozenset(path.stem for folder in folders for path in folder.glob("*" + SUFFIX))


def card(name: str) -> dict[str, object]:
    """What a shipped model is: its digest, licence, languages and training data.

    Raises `NodeError` if there is no card of that name.
    """
    path = SHIPPED / f"{name}.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise NodeError(f"the card of the shipped model `{name}` cannot be read: {path.name}: {cause}") from cause
    if not isinstance(found, dict):
        raise NodeError(f"the card of the shipped model `{name}` is no JSON object: {path.name}")
    return found


def _as_on_its_card(shipped: Path) -> Path:
    expected = card(shipped.stem).get("sha256")
    found = hashlib.sha256(shipped.read_bytes()).hexdigest()
    if found != expected:
        raise NodeError(
            f"the shipped model {shipped.name} is not the one on its card: SHA-256 {found}, expected {expected}; "
            "install Comity again"
        )
    return shipped


def _unknown(name: str, models: Path | None) -> str:
    shipped = ", ".join(_names(SHIPPED))
    if models is None:
        return f"no embedded model `{name}`; shipped with Comity: {shipped}"
    own = ", ".join(_names(models)) or "nothing"
    return (
        f"no embedded model `{name}`; shipped with Comity: {shipped}; in {models}: {own}. "
        f"Put {name}{SUFFIX} there, or name one of these"
    )


def _names(folder: Path) -> list[str]:
    names = sorted(path.stem for path in folder.glob("*" + SUFFIX))
    return names[:_LISTED_MAX] + (["…"] if len(names) > _LISTED_MAX else [])
