"""How what is kept ends: its day comes, or it is to be erased."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from pathlib import Path

from comity.adapters.disk import DISK, Disk
from comity.adapters.vault.keys import FOLDER as KEYS
from comity.adapters.vault.keys import key_path, keys, naming_path, read_key, ref_name, shred
from comity.adapters.vault.sealing import MARK_SIZE, NO_REF, REF_SIZE, key_mark
from comity.adapters.vault.shelves import FOLDER, heads, shelves
from comity.stack.sworn import LegalHold


def destroy(state: Path, application: str, ref: str = "", *, disk: Disk = DISK) -> int:
    """Destroy the keys of all that is kept of an application, or of one erasure ref of it; how many there were.

    What was sealed under them can be opened by nobody any more, in copies neither. Call it with the destruction of the
    erasure salt; whether it may be erased is for the caller to ask (`law.retention.erasure`). A gateway that runs goes
    on with fresh keys. Durable when it returns; what is left half done by a crash is done by calling it again.

    Raises:
        ValueError: the name is no application id, or a key is damaged.
        OSError: the disk refused it.
    """
    naming = read_key(naming_path(state, application))
    if ref:
        wanted = None if naming is None else ref_name(naming, ref)
        doomed = [path for path, _, of in keys(state, application) if of == wanted]
    else:
        doomed = [path for path, _, _ in keys(state, application)]
    for path in doomed:
        shred(path, disk=disk)
    if not ref and naming is not None:
        shred(naming_path(state, application), disk=disk)
    sever(state, application, disk=disk)
    return len(doomed)


def sever(state: Path, application: str, *, disk: Disk = DISK) -> None:
    """Take from every record whose key is destroyed what tells its ref: whoever has the naming key and knows the ref
    could tell until its last day which receipts were of it. `destroy` does it; once more for what was on its way then.

    Raises:
        ValueError: the name is no application id, or a key is damaged.
        OSError: the disk refused it.
    """
    for path, due, _ in shelves(state, application):
        try:
            handle = disk.open(path, os.O_RDWR)
        except FileNotFoundError:
            continue  # its day came
        try:
            severed = False
            for head in heads(handle):
                # read for each: a fresh key may have come with the record
                if head.ref != NO_REF and _mark(key_path(state, application, due, head.ref)) != head.mark:
                    # whoever writes the file goes on at its end
                    disk.write_all(handle, bytes(REF_SIZE + MARK_SIZE), head.at)
                    severed = True
            if severed:
                disk.sync(handle)
        finally:
            os.close(handle)


def _mark(path: Path) -> bytes | None:
    key = read_key(path)
    return None if key is None else key_mark(key)


def purge(state: Path, today: date, holds: Iterable[LegalHold] = (), *, disk: Disk = DISK) -> int:
    """Destroy the keys of everything whose last day is over, and its files, but for what a legal hold lies on; how many
    keys there were.

    Raises:
        OSError: the disk refused it.
    """
    held = [hold for hold in holds if today <= hold.until]
    done = 0
    for application in _all(state):
        if any(hold.applications is None or application in hold.applications for hold in held):
            continue
        for path, due, _ in keys(state, application):
            if due < today:
                shred(path, disk=disk)
                done += 1
        for path, due, _ in shelves(state, application):
            if due < today:
                with suppress(FileNotFoundError):
                    disk.unlink(path)
    return done


def _all(state: Path) -> list[str]:
    """Everyone who has keys or files."""
    folders = [folder for folder in (state / KEYS, state / FOLDER) if folder.is_dir()]
    return sorted({path.name for folder in folders for path in folder.iterdir() if path.is_dir()})
