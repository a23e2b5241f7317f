"""Sample files: what an auditor drew, so that anyone draws it again offline (docs/spec/sampling.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from comity.proof.checkpoint import Checkpoint
from comity.proof.note import MAX_NOTE_BYTES, Note, NoteError
from comity.proof.policy import Policy
from comity.proof.receipt import ShownEntry, entry_from_json, entry_to_json
from comity.proof.sampling import NONCE_SIZE, WHOLE, nonce_commitment, seed, selected
from comity.proof.verify import CheckpointRefused, open_checkpoint, prove
from comity.terms import canon

VERSION = 1

MAX_SHARDS = 64
"""Shards of one sample: one for each worker that ever ran at once."""

MAX_SAMPLE_BYTES = MAX_SHARDS * (MAX_NOTE_BYTES + 4_096) + 262_144
"""A checkpoint for each shard, and the entry that committed."""

_ENTRY = re.compile(r"([a-z0-9]{1,16})\.(0|[1-9][0-9]{0,15})")
_HEX = re.compile(r"[0-9a-f]{64}")


class SampleRefused(ValueError):
    """A sample that does not hold. `name` is the failure's name in docs/spec/sampling.md, the message its sentence."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.name = name


class Head(NamedTuple):
    """A shard's part: entries from `first` on, and the checkpoint below whose size they lie, as its log signed it."""

    shard: str
    first: int
    checkpoint: str


@dataclass(frozen=True, slots=True)
class Sample:
    """What a sample file says. `commit` is `<shard>.<index>` of the entry that committed to the nonce, and `committed`
    that entry, shown. Without heads nothing is drawn yet."""

    rate: int
    nonce: bytes
    commit: str
    heads: tuple[Head, ...] = ()
    committed: ShownEntry | None = None

    @property
    def target(self) -> str:
        """By which the entries that commit and reveal name it."""
        return nonce_commitment(self.nonce).hex()[:32]

    def drawn(self, heads: tuple[Head, ...], committed: ShownEntry) -> Sample:
        """The same with what it is drawn of."""
        return replace(self, heads=heads, committed=committed)

    def encode(self) -> bytes:
        """The file."""
        document: dict[str, Any] = {
            "comity_sample": VERSION,
            "commit": self.commit,
            "heads": [head._asdict() for head in self.heads],
            "nonce": self.nonce.hex(),
            "rate": self.rate,
        }
        if self.committed is not None:
            document["committed"] = entry_to_json(self.committed)
        return canon.encode(document) + b"\n"


class Part(NamedTuple):
    """A shard's part of a sample that holds: its checkpoint, where it begins, and the entries that were drawn."""

    checkpoint: Checkpoint
    first: int
    selected: tuple[int, ...]

    @property
    def shard(self) -> str:
        """The shard's id."""
        return self.checkpoint.origin.rpartition("/")[2]


def read_sample(data: bytes) -> Sample:
    """Read a sample file: step 1. Nothing in it is verified yet.

    Raises:
        SampleRefused: `unreadable` or `malformed`.
    """
    # step 1: a sample file
    if len(data) > MAX_SAMPLE_BYTES:
        raise SampleRefused("unreadable", f"The file is larger than {MAX_SAMPLE_BYTES} bytes.")
    try:
        file = canon.parse(data)
    except canon.CanonError as error:
        raise SampleRefused("unreadable", f"The file is not the JSON of a sample: {error}.") from error
    try:
        return _sample(file)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SampleRefused("malformed", f"The file is not a sample of version {VERSION}: {error}.") from error


def verify_sample(sample: Sample, policy: Policy) -> tuple[Part, ...]:
    """Draw a sample again: steps 2 to 5.

    Raises:
        SampleRefused: a step did not hold.
    """
    # step 2: every checkpoint is one that a trusted log signed, of another shard each
    parts = tuple(_parts(sample, policy))
    # step 3: the entry that committed is in the tree of which its shard's part is drawn
    if sample.committed is None:
        raise SampleRefused("not-committed", "The sample does not show the entry that committed to its nonce.")
    shard, _, index = sample.commit.partition(".")
    try:
        proven = prove(sample.committed, policy)
    except CheckpointRefused as error:
        raise SampleRefused(error.failure.name, error.failure.sentence) from error
    head = next((part.checkpoint for part in parts if part.shard == shard), None)
    signed = proven.checkpoint
    if head is None or (head.origin, head.size, head.root) != (signed.origin, signed.size, signed.root):
        raise SampleRefused("not-committed", "The commitment is not shown under the checkpoint of its own shard.")
    if proven.index != int(index):
        raise SampleRefused("not-committed", "The entry that is shown is another than the one that is named.")
    # step 4: it commits to this nonce and this rate
    decision, content = sample.committed.block("decision"), sample.committed.block("content")
    said = (content or {}).get("sample", {})
    if (decision or {}).get("action") != "sample.commit" or said.get("rate") != sample.rate:
        raise SampleRefused("other-rate", "The auditor did not commit to this rate.")
    if said.get("commitment") != nonce_commitment(sample.nonce).hex():
        raise SampleRefused("other-nonce", "The auditor committed to another nonce.")
    return parts


def _parts(sample: Sample, policy: Policy) -> Iterator[Part]:
    seen: set[str] = set()
    for shard, first, text in sample.heads:
        try:
            checkpoint = open_checkpoint(Note.parse(text), policy)[0]
        except NoteError as error:
            raise SampleRefused("malformed", f"The checkpoint of {shard} is none: {error}.") from error
        except CheckpointRefused as error:
            raise SampleRefused(error.failure.name, error.failure.sentence) from error
        if checkpoint.origin.rpartition("/")[2] != shard or shard in seen or first > checkpoint.size:
            raise SampleRefused("wrong-head", f"The checkpoint given for {shard} is not that of this shard, once.")
        seen.add(shard)
        # step 5: the entries
        drawn = seed(checkpoint, sample.nonce)
        yield Part(checkpoint, first, tuple(selected(drawn, sample.rate, first, checkpoint.size)))


def _sample(file: Any) -> Sample:
    if set(file) - {"committed"} != {"comity_sample", "commit", "heads", "nonce", "rate"}:
        raise ValueError("it has other keys")
    if file["comity_sample"] != VERSION or not _ENTRY.fullmatch(file["commit"]) or not _HEX.fullmatch(file["nonce"]):
        raise ValueError("its version, its commit or its nonce is not of the form")
    rate, heads = file["rate"], file["heads"]
    if rate.__class__ is not int or not 1 <= rate <= WHOLE or not isinstance(heads, list) or len(heads) > MAX_SHARDS:
        raise ValueError("its rate or its heads are not of the form")
    shown = entry_from_json("audit", file["committed"]) if "committed" in file else None
    nonce = bytes.fromhex(file["nonce"])
    assert len(nonce) == NONCE_SIZE
    return Sample(rate, nonce, file["commit"], tuple(_head(head) for head in heads), shown)


def _head(head: Any) -> Head:
    if set(head) != {"shard", "first", "checkpoint"}:
        raise ValueError("a head has other keys")
    shard, first, text = head["shard"], head["first"], head["checkpoint"]
    if not isinstance(shard, str) or first.__class__ is not int or first < 0 or not isinstance(text, str):
        raise ValueError("a head is not of the form")
    if len(text) > MAX_NOTE_BYTES:
        raise ValueError("a checkpoint is too long")
    return Head(shard, first, text)
