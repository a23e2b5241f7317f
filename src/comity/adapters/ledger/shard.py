"""Taking a shard: a folder under `state/log/` that one process at a time may write."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from comity.adapters.disk import DISK, PRIVATE, PUBLIC, Disk
from comity.proof.checkpoint import is_shard

SHARD_LENGTH = 9
"""36^9 is 10^14: two shards of one log never meet, and the receipt id stays short."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


class Held(NamedTuple):
    """A shard that this process holds until `lock` (a file descriptor) is closed, or the process dies."""

    shard: str
    lock: int
    made: bool


def shards(state: Path) -> list[str]:
    """Ids of all shards under `state/log/`, sorted."""
    folder = state / "log"
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if path.is_dir() and is_shard(path.name))


def writable(state: Path) -> list[str]:
    """Those of `shards` that may be written: not those with a file `closed`, which are kept to be read alone."""
    return [shard for shard in shards(state) if not (state / "log" / shard / "closed").exists()]


def take_free(state: Path) -> Held | None:
    """Take the first writable shard that nobody holds; None if there is none.

    Raises:
        OSError: a shard cannot be looked at.
    """
    for shard in writable(state):
        lock = _lock(state / "log" / shard)
        if lock is not None:
            return Held(shard, lock, made=False)
    return None


def take_shard(state: Path, rng: Callable[[int], bytes], disk: Disk = DISK) -> Held:
    """Take the first writable shard that nobody holds, or make one.

    Raises:
        OSError: the disk refused it.
    """
    disk.make_folders(state / "log")
    if (free := take_free(state)) is not None:
        return free
    while True:
        shard = _draw(rng)
        folder = state / "log" / shard
        try:
            disk.make_folder(folder)
        except FileExistsError:
            continue
        lock = _lock(folder)
        if lock is None:
            # another process saw the new folder first: it is welcome to it
            continue
        try:
            disk.sync_folder(folder)
            disk.sync_folder(folder.parent)
        except OSError:
            os.close(lock)
            raise
        return Held(shard, lock, made=True)


def leave_shard(state: Path, shard: str, why: str, disk: Disk = DISK) -> None:
    """Keep a shard to be read alone, for good: nothing is entered in it any more."""
    disk.create_durably(state / "log" / shard / "closed", f"{why}\n".encode(), PUBLIC)


def is_held(state: Path, shard: str) -> bool:
    """Whether some process holds the shard now."""
    try:
        # only to look: a folder that became read-only can be looked at too
        lock = _lock(state / "log" / shard, os.O_RDONLY)
    except FileNotFoundError:
        return False
    if lock is None:
        return True
    os.close(lock)
    return False


def _lock(folder: Path, flags: int = os.O_RDWR | os.O_CREAT) -> int | None:
    handle = os.open(folder / "lock", flags | os.O_CLOEXEC, PRIVATE)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def _draw(rng: Callable[[int], bytes]) -> str:
    number = int.from_bytes(rng(16), "big")
    letters = []
    for _ in range(SHARD_LENGTH):
        number, at = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[at])
    return "".join(letters)
