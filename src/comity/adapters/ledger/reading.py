"""Reading a shard's private ledger: for receipts, audit, usage and replay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Entry(NamedTuple):
    """One entry as it lies in a segment; blocks are canonical JSON bytes, `intent` is set for outcomes."""

    index: int
    kind: str
    intent: int | None
    salt: bytes
    party: bytes
    decision: bytes
    content: bytes


def shards(state: Path) -> list[str]:
    """Ids of all shards under `state/log/`, sorted."""
    raise NotImplementedError


def entries(state: Path, shard: str, start: int = 0) -> Iterator[Entry]:
    """Entries of a shard from `start` on, in order, up to the last whole group on disk."""
    raise NotImplementedError
