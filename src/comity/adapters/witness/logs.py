"""The logs that a witness cosigns for, as its own small YAML file names them (docs/guides/witness.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from comity.proof.checkpoint import speaks_for
from comity.proof.cosignature import LOG_SIGNATURES
from comity.proof.note import NoteError, VerifierKey, check_name
from comity.stack.draft import Draft
from comity.stack.from_nodes import draft_from_nodes
from comity.stack.from_yaml import MAX_BYTES, nodes_from_yaml
from comity.stack.record import Record
from comity.stack.yaml_nodes import Mapping
from comity.terms.problems import Problem, Problems, in_order

PER_MINUTE = 240
"""Checkpoints of one origin that may advance: two a second, as a busy shard signs them, and some to catch up. Each
costs the witness two syncs of its disk."""

MAX_ORIGIN_BYTES = 238
"""An ML-DSA-44 cosignature has room for 255, and a shard's id has 16 and a slash."""

KEY = "witness"
"""The key that a witness's file begins with, and a stack file does not have."""


class LogLine(Record, frozen=True):
    """A log: its vkey, and what it may ask for."""

    vkey: Annotated[str, Meta(max_length=4096)]
    origin: Annotated[str, Meta(min_length=1, max_length=300)] | None = None  # absent: the vkey's name
    shards: Annotated[int, Meta(ge=0, le=10_000)] = 0  # origins `<origin>/<shard>` that are remembered, of Comity's
    per_minute: Annotated[int, Meta(ge=1, le=100_000)] = PER_MINUTE  # for each origin


class WitnessFile(Record, frozen=True):
    """The whole of a witness's file."""

    witness: Annotated[str, Meta(min_length=1, max_length=200)]  # the name of its key, a URL without a scheme
    logs: Annotated[tuple[LogLine, ...], Meta(max_length=10_000)]


@dataclass(frozen=True, slots=True)
class KnownLog:
    """A log that is witnessed: its keys, any of which is enough, and its bounds."""

    origin: str
    keys: tuple[VerifierKey, ...]
    shards: int
    per_minute: int


@dataclass(frozen=True, slots=True)
class Logs:
    """Who is witnessed, and by whom.

    Attributes:
        witness: the name of the witness's key.
        known: each log by its origin.
    """

    witness: str
    known: dict[str, KnownLog] = field(default_factory=dict)

    def of(self, origin: str) -> KnownLog | None:
        """The log that an origin line belongs to: itself, or one that has shards and this is one of them."""
        log = self.known.get(origin)
        if log is not None:
            return log
        log = self.known.get(origin.rpartition("/")[0])
        return log if log is not None and log.shards and speaks_for(log.origin, origin) else None


def is_witness_file(path: Path) -> bool:
    """Whether a file is a witness's, by its keys; False for what cannot be read."""
    try:
        root, _ = nodes_from_yaml(_bytes(path), "")
    except OSError:
        return False
    return isinstance(root, Mapping) and KEY in root.entries and "origin" not in root.entries


def read_logs(path: Path) -> Logs:
    """Read a witness's file.

    Raises:
        Problems: everything that is wrong with it.
    """
    try:
        data = _bytes(path)
    except OSError as error:
        raise Problems([Problem(str(path), 0, 0, "", f"cannot be read: {error.strerror}")]) from error
    root, formal = nodes_from_yaml(data, str(path))
    if root is None:
        raise Problems(in_order(formal))
    draft = draft_from_nodes(root, WitnessFile, str(path))
    known = dict(_logs(draft))
    _name(draft)
    problems = (*formal, *(note.told() for note in draft.notes))
    if problems:
        raise Problems(in_order(problems))
    return Logs(msgspec.convert(draft.plain, WitnessFile).witness, known)


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _name(draft: Draft) -> None:
    for found in draft.find(KEY):
        try:
            check_name(found.value)
        except NoteError as error:
            draft.object_to(found, str(error))


def _logs(draft: Draft) -> Iterator[tuple[str, KnownLog]]:
    seen: dict[str, KnownLog] = {}
    for found in draft.find("logs.*.vkey"):
        at = found.path[1]
        try:
            key = VerifierKey.parse(found.value)
        except NoteError as error:
            draft.object_to(found, str(error), hint="the log's owner has it in log.vkey")
            continue
        if key.kind not in LOG_SIGNATURES:
            draft.object_to(found, f"a key of type {key.kind:#04x}, with which no log signs", "Ed25519 or ML-DSA-44")
            continue
        origin = draft.at("logs", at, "origin") or key.name
        if len(origin.encode()) > MAX_ORIGIN_BYTES:
            draft.object_to(found, f"an origin of more than {MAX_ORIGIN_BYTES} bytes")
            continue
        shards, rate = draft.at("logs", at, "shards") or 0, draft.at("logs", at, "per_minute") or PER_MINUTE
        before = seen.get(origin)
        if before is not None and key in before.keys:
            draft.object_to(found, "this key is there twice for the same origin")
            continue
        keys = (*(before.keys if before else ()), key)
        seen[origin] = KnownLog(origin, keys, max(shards, before.shards if before else 0), rate)
    yield from seen.items()
