"""Verification of a receipt, step by step as docs/spec/verification.md numbers them. Pure: bytes and keys in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from comity.proof.checkpoint import Checkpoint, CheckpointError, speaks_for
from comity.proof.commitment import commit
from comity.proof.cosignature import COSIGNATURES, LOG_SIGNATURES, cosigned_at, log_signed
from comity.proof.inclusion import InclusionProof, ProofError
from comity.proof.leaf import BLOCKS
from comity.proof.note import Note, NoteError, VerifierKey
from comity.proof.policy import Policy
from comity.proof.receipt import Receipt, ReceiptError, ShownEntry, read_receipt
from comity.proof.shape import ShapeError, check_block
from comity.proof.tree import leaf_hash, verify_inclusion


class Failure(NamedTuple):
    """Why a receipt is not valid: the step's number, the failure's name, and a sentence for a person."""

    step: str
    name: str
    sentence: str

    @property
    def is_no_receipt(self) -> bool:
        """Whether the file could not even be read as a receipt (exit code 2)."""
        return self.name in ("unreadable", "malformed")


@dataclass(frozen=True, slots=True)
class ProvenEntry:
    """An entry that was proven: where it stands, under which checkpoint, and which witnesses saw that when."""

    shown: ShownEntry
    index: int
    checkpoint: Checkpoint
    witnesses: dict[str, int]
    """Unix seconds of each trusted witness's cosignature, by its name in the policy."""


@dataclass(frozen=True, slots=True)
class Verification:
    """The result: valid if `failure` is None. `entries` are those that were proven before a failure."""

    failure: Failure | None
    receipt: Receipt | None = None
    entries: dict[str, ProvenEntry] = field(default_factory=dict)
    checked_bytes: tuple[str, ...] = ()
    signer: VerifierKey | None = None
    """The key that signed the checkpoints, under the shard's name: what a foreign verifier pins."""

    @property
    def valid(self) -> bool:
        """Whether every step held."""
        return self.failure is None

    @property
    def receipt_id(self) -> str | None:
        """`<shard>.<index>` of a receipt whose first entry was proven."""
        for kind in ("intent", "denial"):
            if kind in self.entries:
                entry = self.entries[kind]
                return f"{entry.checkpoint.origin.rpartition('/')[2]}.{entry.index}"
        return None


class _NotValid(Exception):
    def __init__(self, step: str, name: str, sentence: str) -> None:
        self.failure = Failure(step, name, sentence)


def verify_file(
    data: bytes, policy: Policy, *, request: bytes | None = None, response: bytes | None = None
) -> Verification:
    """Verify the bytes of a receipt file; see `verify`. Never raises for what is in the file."""
    try:
        receipt = read_receipt(data)
    except ReceiptError as error:
        return Verification(Failure("1" if error.name == "unreadable" else "2", error.name, str(error)))
    return verify(receipt, policy, request=request, response=response)


def verify(
    receipt: Receipt, policy: Policy, *, request: bytes | None = None, response: bytes | None = None
) -> Verification:
    """Verify a receipt against the keys that the reader trusts.

    Args:
        receipt: what `read_receipt` gave.
        policy: trusted logs and witnesses.
        request, response: the bytes as sent and received, to be checked too, or None.
    """
    entries: dict[str, ProvenEntry] = {}
    checked: list[str] = []
    signer = None
    try:
        for kind, shown in receipt.entries.items():
            entries[kind], signer = _prove(shown, policy)
        _check_pair(entries)
        for role, data in (("request", request), ("response", response)):
            if data is not None:
                _check_bytes(receipt, role, data)
                checked.append(role)
    except _NotValid as problem:
        return Verification(problem.failure, receipt, entries, tuple(checked), signer)
    return Verification(None, receipt, entries, tuple(checked), signer)


def open_checkpoint(note: Note, policy: Policy) -> tuple[Checkpoint, VerifierKey, dict[str, int]]:
    """Read and authenticate a checkpoint: steps 3 to 5, also for those that a log serves.

    Returns:
        The checkpoint, the log key that signed it under its origin line, and its trusted witnesses with their times.

    Raises:
        CheckpointRefused: a step did not hold.
    """
    try:
        return _authenticate(note, policy)
    except _NotValid as problem:
        raise CheckpointRefused(problem.failure) from problem


def prove(shown: ShownEntry, policy: Policy) -> ProvenEntry:
    """Prove one entry, of any kind: steps 3 to 7.

    Raises:
        CheckpointRefused: a step did not hold.
    """
    try:
        return _prove(shown, policy)[0]
    except _NotValid as problem:
        raise CheckpointRefused(problem.failure) from problem


def open_last(shown: tuple[str, str | None], policy: Policy) -> Checkpoint:
    """The last checkpoint of a log that can be believed: the one that it shows, else, where witnesses are missing from
    that, the one that it keeps beside it with theirs.

    Raises:
        CheckpointRefused: neither can be believed.
        NoteError: the first is no note.
    """
    try:
        return open_checkpoint(Note.parse(shown[0]), policy)[0]
    except CheckpointRefused as error:
        if error.failure.name != "missing-witness" or shown[1] is None:
            raise
        try:
            return open_checkpoint(Note.parse(shown[1]), policy)[0]
        except (CheckpointRefused, NoteError):
            raise error from None


class CheckpointRefused(Exception):
    """A checkpoint that is not to be believed; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.sentence)
        self.failure = failure


def _authenticate(note: Note, policy: Policy) -> tuple[Checkpoint, VerifierKey, dict[str, int]]:
    # step 3, second half: the note's text is a checkpoint
    try:
        checkpoint = Checkpoint.parse(note.text)
    except CheckpointError as error:
        raise _NotValid("3", "malformed-proof", f"The proof has no checkpoint: {error}.") from error
    # step 4a: a trusted key speaks for the origin and has signed
    origin = checkpoint.origin
    signer = None
    for key in policy.logs:
        # a key of a type that nobody here knows is an unknown key, whoever listed it
        if key.kind not in LOG_SIGNATURES or not speaks_for(key.name, origin):
            continue
        named = key.named(origin)
        for line in note.by(named):
            # step 4b: each of its signatures is valid
            if not log_signed(named, note.text, line):
                raise _NotValid("4b", "bad-signature", f"The signature of {origin} on the checkpoint is not valid.")
            signer = named
    if signer is None:
        raise _NotValid("4a", "unknown-signer", f"No key that you trust has signed for the log {origin}.")
    # step 5: the witnesses that the policy requires
    witnesses: dict[str, int] = {}
    for name, key in policy.witnesses.items():
        for line in note.by(key) if key.kind in COSIGNATURES else ():
            time = cosigned_at(key, note.text, line)
            if time is None:
                raise _NotValid("4b", "bad-signature", f"The cosignature of witness {name} is not valid.")
            # without a time it is none of a witness (tlog-witness), and says nothing of when
            if time:
                witnesses[name] = time
    if not policy.satisfied_by(witnesses):
        raise _NotValid("5", "missing-witness", "The witnesses that the policy requires have not all cosigned.")
    return checkpoint, signer, witnesses


def _prove(shown: ShownEntry, policy: Policy) -> tuple[ProvenEntry, VerifierKey]:
    # step 3: the proof's text
    try:
        proof = InclusionProof.parse(shown.proof)
        note = Note.parse(proof.checkpoint)
    except (ProofError, NoteError) as error:
        raise _NotValid("3", "malformed-proof", f"The proof of the {shown.kind} cannot be read: {error}.") from error
    checkpoint, signer, witnesses = _authenticate(note, policy)
    # step 6: the leaf is in the signed tree
    leaf = leaf_hash(shown.leaf_value)
    if not verify_inclusion(leaf, proof.index, checkpoint.size, proof.path, checkpoint.root):
        raise _NotValid(
            "6",
            "not-included",
            f"The {shown.kind} is not what the log has at index {proof.index}: a block, its salt or the proof was "
            "altered.",
        )
    # step 7: the blocks say what entries say
    for name in BLOCKS:
        block = shown.block(name)
        try:
            if block is not None:
                check_block(shown.kind, name, block)
        except ShapeError as error:
            raise _NotValid("7", "bad-entry", f"The log holds an entry that is not well formed: {error}.") from error
    return ProvenEntry(shown, proof.index, checkpoint, witnesses), signer


def _check_pair(entries: dict[str, ProvenEntry]) -> None:
    if "outcome" not in entries:
        return
    intent, outcome = entries["intent"], entries["outcome"]
    # step 8: one log
    if intent.checkpoint.origin != outcome.checkpoint.origin:
        raise _NotValid("8", "different-logs", "Intent and outcome are from different logs.")
    # step 9: one tree
    if intent.checkpoint.size == outcome.checkpoint.size and intent.checkpoint.root != outcome.checkpoint.root:
        raise _NotValid(
            "9", "forked", "The log has signed two different trees of the same size: keep this receipt, it proves that."
        )
    # step 10a: this outcome is that of this intent, and came after it
    party = outcome.shown.block("party") or {}
    if party.get("intent") != intent.index or outcome.index <= intent.index:
        raise _NotValid("10a", "wrong-intent", "The outcome is that of another request.")
    # step 10b: the request went nowhere else than it was placed
    decided, ended = intent.shown.block("decision"), outcome.shown.block("decision")
    if decided is None or ended is None:
        return
    placed = {name for tier in decided["tiers"] for name in tier}
    went = [attempt["deployment"] for attempt in ended["attempts"]]
    for name in (*went, *([ended["deployment"]] if "deployment" in ended else ())):
        if name not in placed:
            raise _NotValid("10b", "outside-placement", f"The request went to {name}, where it was not placed.")


def _check_bytes(receipt: Receipt, role: Literal["request", "response"] | str, data: bytes) -> None:
    # step 11: there is something to check against
    kind = "denial" if "denial" in receipt.entries else "intent" if role == "request" else "outcome"
    entry = receipt.entries.get(kind)
    content = entry.block("content") if entry else None
    commitment = content.get(role) if content else None
    key = receipt.openings.get(role)
    if commitment is None or key is None:
        missing = "commitment" if commitment is None else "opening"
        raise _NotValid(
            "11", "no-opening", f"The receipt has no {missing} for the {role}, so its bytes cannot be checked."
        )
    # step 12: they are the bytes
    if commit(key, data) != commitment:
        raise _NotValid("12", f"{role}-differs", f"The {role} given is not the one that the receipt speaks of.")
