"""What the ledger asks of whoever asks witnesses (implemented by `adapters.witness.Witnesses`)."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from comity.adapters.disk import DISK, PUBLIC, Disk
from comity.adapters.ledger.durable import Durable
from comity.adapters.signer import Prove
from comity.proof.checkpoint import Checkpoint
from comity.proof.note import VerifierKey
from comity.terms.errors import Fault

WITNESSED = "witnessed"
"""File of a shard: the last checkpoint that enough witnesses have cosigned, with their lines. Public, as the checkpoint
is, and not durable: witnesses can be asked again."""


class Behind(Fault):
    """A witness has seen more of this shard than we have: what we hold is a backup, and it must not be continued."""


class Cosigned:
    """A checkpoint with the cosignatures that it has so far; `enough`: as many as the policy asks for."""

    __slots__ = ("enough", "note")

    def __init__(self, note: str, *, enough: bool) -> None:
        self.note = note
        self.enough = enough


class Cosigning(Protocol):
    """Gathers cosignatures of the checkpoints of one shard. The ledger goes on without them: whoever requires them
    refuses requests, which is not the ledger's to do.
    """

    def doubts(self, note: str | None, key: VerifierKey, durable: Durable) -> str:
        """Why a shard must not be gone on with, in words for its file `closed`; empty if nothing is known against it.

        The caller then leaves it as it is, for good, and takes another. Only two things are believed: a checkpoint with
        the log's own signature of which what is here is not the continuation, whoever shows it; and a refusal, or a
        size, that nobody signed, if as many say so as the policy trusts together. What a few only claim is shown as
        their trouble.

        `note` is the last signed checkpoint, the file as it is, with whatever lines; `key` has the shard's own name.
        Blocking, for two seconds at most; called before the first `take`, for each shard that is considered. Of an
        empty one nobody is asked.
        """

    def take(self, checkpoint: Checkpoint, note: str, prove: Prove) -> Cosigned:
        """Have a checkpoint cosigned that is signed, and whose tree is durable. Called on the publisher's thread, in
        order; returns once enough witnesses have answered, or when those that may answer had a second to do so.
        `prove` is called on other threads, as long as this is the last checkpoint that was taken.

        Raises:
            Behind: a witness has shown a checkpoint of ours that is larger.
        """

    def late(self) -> Cosigned | None:
        """The last checkpoint that was taken, if it has got further lines since `take` or `late` gave it last.

        Raises:
            Behind: as `take`.
        """

    def close(self) -> None:
        """Ask nobody any more; at most a second."""


def write_witnessed(folder: Path, note: str, disk: Disk = DISK) -> None:
    """Put the last checkpoint that enough have cosigned in place of the one before."""
    disk.write_file(folder / WITNESSED, note.encode(), PUBLIC)


def read_witnessed(folder: Path) -> str | None:
    """The last checkpoint that enough have cosigned, or None if there is none, or a crash took it."""
    try:
        return (folder / WITNESSED).read_text("utf-8") or None
    except (FileNotFoundError, UnicodeDecodeError):
        return None
