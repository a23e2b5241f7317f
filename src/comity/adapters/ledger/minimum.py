"""The minimum index of a shard (C2SP tlog-tiles, "Pruning"): entries below it are not kept any more."""

from __future__ import annotations

from pathlib import Path

from comity.adapters.disk import DISK, PUBLIC, Disk
from comity.adapters.ledger.failures import LedgerCorrupt

NAME = "minimum"
"""The file's name in a shard's public folder: the index in decimal and a line feed. No file says 0."""

MAX_BYTES = 20
"""19 digits, which hold every index that a checkpoint can name, and a line feed."""


def minimum_of(folder: Path) -> int:
    """The minimum index of the shard in `folder` (`log/<shard>`), 0 where nothing was pruned.

    Raises:
        LedgerCorrupt: the file holds no index.
    """
    try:
        text = (folder / NAME).read_bytes()
    except FileNotFoundError:
        return 0
    index = parse_minimum(text)
    if index is None:
        raise LedgerCorrupt(f"{folder / NAME} holds no index")
    return index


def parse_minimum(text: bytes) -> int | None:
    """The index in such a file, or None if there is none in it."""
    digits = text.removesuffix(b"\n")
    good = len(text) <= MAX_BYTES and digits.isdigit() and digits == b"%d" % int(digits)
    return int(digits) if good else None


def set_minimum(folder: Path, index: int, disk: Disk = DISK) -> None:
    """Keep a larger minimum index, durably: before anything below it goes."""
    disk.replace_durably(folder / NAME, b"%d\n" % index, PUBLIC)
