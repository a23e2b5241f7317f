"""Checkpoints: what a log signs (C2SP tlog-checkpoint v1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from comity.proof.tree import HASH_SIZE
from comity.terms.digests import from_base64, to_base64

MAX_SIZE = 2**63 - 1

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_SHARD = re.compile(r"[a-z0-9]{1,16}")


class CheckpointError(ValueError):
    """A note whose text is no checkpoint."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's origin line, its size in entries, and the root of its tree."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read a note's text.

        Raises:
            CheckpointError: not of the form of tlog-checkpoint.
        """
        lines = text.split("\n")
        if lines.pop() != "" or len(lines) < 3 or not all(lines):
            raise CheckpointError("a checkpoint has at least three lines, none of them empty")
        origin, size_text, root_text, *extensions = lines
        if not _SIZE.fullmatch(size_text) or int(size_text) > MAX_SIZE:
            raise CheckpointError("the second line of a checkpoint is its size in decimal")
        try:
            root = from_base64(root_text)
        except ValueError as error:
            raise CheckpointError(f"the root of the checkpoint: {error}") from error
        if len(root) != HASH_SIZE:
            raise CheckpointError("the root of the checkpoint has not 32 bytes")
        return cls(origin, int(size_text), root, tuple(extensions))

    @property
    def text(self) -> str:
        """The text that is signed."""
        return "".join(f"{line}\n" for line in (self.origin, self.size, to_base64(self.root), *self.extensions))


def shard_origin(origin: str, shard: str) -> str:
    """Origin line of a shard's checkpoints."""
    return f"{origin}/{shard}"


def is_shard(text: str) -> bool:
    """Whether `text` may be a shard's id."""
    return _SHARD.fullmatch(text) is not None


def speaks_for(name: str, origin: str) -> bool:
    """Whether a key of this name speaks for a checkpoint's origin line: the origin itself, or one of its shards."""
    return origin == name or (origin.startswith(name + "/") and is_shard(origin[len(name) + 1 :]))
