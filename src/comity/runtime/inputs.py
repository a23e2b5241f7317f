"""The files that a gateway was made from: which they are, and whether they are still what they were."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from comity.adapters.attestations import attestation_paths
from comity.stack.types import Stack

Look: TypeAlias = tuple[tuple[str, int, int, int] | None, ...]

MAX_READ = 1 << 20
"""Of each file; what is longer is refused by whoever reads it, so its beginning says enough."""


def inputs(stack: Stack, file: Path, others: Iterable[Path] = ()) -> Iterator[Path]:
    """The stack file, the packs beside it, the files of keys and certificates that it names, and `others`."""
    folder = file.resolve().parent
    yield file
    packs = folder / "packs"
    if packs.is_dir():
        yield packs
        for root, _, names in os.walk(packs, followlinks=True):
            yield from (Path(root) / name for name in sorted(names))
    if stack.counsel_keys:
        yield from attestation_paths(stack, file)
    for deployment in stack.deployments.values():
        for named in (deployment.ca, deployment.client_cert, deployment.client_key):
            if named:
                yield folder / named
    for secret in _secrets(stack):
        kind, _, where = secret.partition(":")
        if kind == "file":
            yield folder / where
    yield from others


def look(paths: Iterable[Path]) -> Look:
    """Where each file lies and when it changed last, without reading it; None for one that is not there."""
    return tuple(map(_seen, paths))


def digest(paths: Iterable[Path]) -> bytes:
    """The SHA-256 of all that the files hold."""
    whole = hashlib.sha256()
    for path in paths:
        try:
            with path.open("rb") as file:
                held = file.read(MAX_READ)
        except OSError:  # a folder, or not there any more
            held = b""
        whole.update(hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).digest())
        whole.update(hashlib.sha256(held).digest())
    return whole.digest()


def _seen(path: Path) -> tuple[str, int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return str(path), found.st_mtime_ns, found.st_ino, found.st_size


def _secrets(stack: Stack) -> Iterator[str]:
    for deployment in stack.deployments.values():
        yield from (each for each in (deployment.key, deployment.oauth and deployment.oauth.client_secret) if each)
    yield from (hook.key for hook in stack.hooks.values() if hook.key)
    if stack.telemetry is not None and stack.telemetry.key:
        yield stack.telemetry.key
