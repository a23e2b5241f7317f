"""What the ledger asks of whoever asks witnesses (implemented by `adapters.witness.Witnesses`)."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from comity.adapters.disk import DISK, PUBLIC, Disk
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

    def furthest(self, note: str | None, key: VerifierKey) -> int:
        """The largest size of which a witness says that it has cosigned it, for the origin of this signed checkpoint
        (the file as it is, with whatever lines): 0 if none that answers within two seconds has seen it. Above the
        entries that are durable here, before any is added, the shard is a backup that is behind: the caller must
        leave it as it is and take another.

        Blocking; called before the first `take`, for each shard that is considered, with its key under its own name.
        A new shard has no `note`, and nobody is asked.
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
