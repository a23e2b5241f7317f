"""What a witness has cosigned last for each origin, so that it never cosigns a fork of it.

One file an origin, named by the SHA-256 of the origin line: the checkpoint as it was cosigned, with the log's
signatures that were verified and the witness's own. Durable before a cosignature is given; held by one process.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import NamedTuple

from comity.adapters.disk import DISK, PRIVATE, Disk
from comity.proof.checkpoint import Checkpoint
from comity.proof.cosignature import cosigned_at
from comity.proof.note import MAX_NOTE_BYTES, Note, VerifierKey
from comity.terms.digests import sha256_hex
from comity.terms.errors import Fault

MAX_ORIGINS = 100_000
"""Origins remembered, some 40 MB: a start reads each of their files."""


class Seen(NamedTuple):
    """The last checkpoint that was cosigned for an origin."""

    checkpoint: Checkpoint
    time: int
    """Of the cosignature, in Unix seconds."""
    note: str


class WitnessMemory:
    """The latest checkpoint of each origin. Its duty: what `keep` returned for is there after a crash."""

    def __init__(self, folder: Path, keys: tuple[VerifierKey, ...], disk: Disk = DISK) -> None:
        """Take the folder (made if it is not there), and read what was kept; `keys` are the witness's own.

        Raises:
            Fault: another witness holds it, it cannot be used, or a file of it is not what this witness wrote.
        """
        self._folder = folder
        self._disk = disk
        try:
            disk.make_folders(folder)
            self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
        except OSError as error:
            raise Fault(f"{folder} cannot be used: {error}") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._seen = self._read(keys)
        except BlockingIOError:
            self.close()
            raise Fault(f"another witness uses {folder}") from None
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let another process use the folder."""
        os.close(self._lock)

    def latest(self, origin: str) -> Seen | None:
        """What was cosigned last for an origin line, None if nothing was."""
        return self._seen.get(sha256_hex(origin.encode()))

    def note(self, origin_hash: str) -> str | None:
        """The same by the hex SHA-256 of the origin line, as its note (tlog-witness, monitor retrieval)."""
        seen = self._seen.get(origin_hash)
        return None if seen is None else seen.note

    def below(self, origin: str) -> int:
        """How many origins `<origin>/…` are remembered."""
        return sum(seen.checkpoint.origin.startswith(f"{origin}/") for seen in self._seen.values())

    @property
    def full(self) -> bool:
        """Whether no further origin can be remembered."""
        return len(self._seen) >= MAX_ORIGINS

    def keep(self, seen: Seen) -> None:
        """Make it the latest of its origin, durably; the caller sees to it that it grew from the one before.

        Raises:
            OSError: the disk refused. The one before stays the latest, and nothing may be signed.
        """
        name = sha256_hex(seen.checkpoint.origin.encode())
        self._disk.replace_durably(self._folder / name, seen.note.encode(), PRIVATE)
        self._seen[name] = seen

    def _read(self, keys: tuple[VerifierKey, ...]) -> dict[str, Seen]:
        found = {}
        for path in sorted(self._folder.iterdir()):
            if len(path.name) == 64:  # else the lock, or what a crash left of a write
                found[path.name] = _seen(path, keys)
        return found


def _seen(path: Path, keys: tuple[VerifierKey, ...]) -> Seen:
    try:
        with path.open("rb") as file:
            text = file.read(MAX_NOTE_BYTES + 1).decode("utf-8")
        note = Note.parse(text)
        checkpoint = Checkpoint.parse(note.text)
    except (OSError, ValueError) as error:
        raise Fault(f"{path} cannot be read, and without it a fork could be cosigned: {error}") from None
    times = [time for key in keys for line in note.by(key) if (time := cosigned_at(key, note.text, line)) is not None]
    if not times or sha256_hex(checkpoint.origin.encode()) != path.name:
        raise Fault(f"{path} is not what this witness wrote: it bears no cosignature of {keys[0].name}")
    return Seen(checkpoint, max(times), text)
