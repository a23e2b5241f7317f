"""Where a shard's timestamps lie: `timestamp/<size>` and `timestamp/<size>.tsr`, and `timestamped`, the last of them.

All are public. The first is the checkpoint as it was stamped, the second the authority's response to it (DER), so that
`openssl ts -verify -data 4711 -in 4711.tsr -CAfile ca.pem` needs nothing of ours. Each is kept for good.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from comity.adapters.disk import DISK, PUBLIC, Disk
from comity.adapters.timestamps.trust import MAX_TOKEN_BYTES
from comity.proof.checkpoint import Checkpoint
from comity.proof.note import MAX_NOTE_BYTES, Note

FOLDER, LAST = "timestamp", "timestamped"


class Stamp(NamedTuple):
    """A stamped checkpoint: its size, its note as it was stamped, and the response to it."""

    size: int
    note: str
    response: bytes


def write_stamp(folder: Path, stamp: Stamp, disk: Disk = DISK) -> None:
    """Keep a stamp of the shard in `folder`, durably; the response before what names it. Raises OSError."""
    place = folder / FOLDER
    disk.make_folders(place)
    disk.replace_durably(place / f"{stamp.size}.tsr", stamp.response, PUBLIC)
    disk.replace_durably(place / str(stamp.size), stamp.note.encode(), PUBLIC)
    disk.replace_durably(folder / LAST, stamp.note.encode(), PUBLIC)


def read_stamp(folder: Path) -> Stamp | None:
    """The last stamp of a shard; None if there is none that can be read. Not verified."""
    try:
        with (folder / LAST).open("rb") as file:
            note = file.read(MAX_NOTE_BYTES + 1).decode("utf-8")
        size = Checkpoint.parse(Note.parse(note).text).size
        with (folder / FOLDER / f"{size}.tsr").open("rb") as file:
            response = file.read(MAX_TOKEN_BYTES + 1)
    except (OSError, ValueError):
        return None
    return Stamp(size, note, response)
