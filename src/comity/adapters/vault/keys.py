"""The vault's keys: a file of 32 bytes for each application, last day and erasure ref, in a folder apart."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

from comity.adapters.disk import DISK, PRIVATE, Disk
from comity.adapters.vault.sealing import NO_REF, REF_SIZE
from comity.terms.digests import hmac_sha256
from comity.terms.ids import application_id

FOLDER = "vault-keys"
KEY_SIZE = 32

_REF = b"comity/vault/ref/v1\n"


def application_folder(state: Path, folder: str, application: str) -> Path:
    """Where an application's files lie below `folder`.

    Raises:
        ValueError: the name is no application id.
    """
    return state / folder / application_id(application)


def naming_path(state: Path, application: str) -> Path:
    """The file of the key under which an application's erasure refs are named: nobody without it can guess one."""
    return application_folder(state, FOLDER, application) / "names"


def ref_name(naming: bytes, ref: str) -> bytes:
    """What stands for an erasure ref in records and names of keys, under the key at `naming_path`."""
    return hmac_sha256(naming, _REF + ref.encode())[:REF_SIZE]


def key_path(state: Path, application: str, due: date, ref: bytes) -> Path:
    """The file of one key."""
    name = due.isoformat() + ("" if ref == NO_REF else f".{ref.hex()}")
    return application_folder(state, FOLDER, application) / name


def read_key(path: Path) -> bytes | None:
    """The key, or None if it was destroyed or never made.

    Raises:
        ValueError: the file is damaged.
        OSError: it cannot be read.
    """
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        return None
    if len(key) != KEY_SIZE:
        raise ValueError(f"{path} is damaged: a key has {KEY_SIZE} bytes")
    return key


def get_or_create(path: Path, rng: Callable[[int], bytes], disk: Disk = DISK) -> bytes:
    """The key, made durably if there is none.

    Raises:
        ValueError, OSError: as `read_key`; or the disk refused it.
    """
    key = read_key(path)
    while key is None:
        disk.make_folders(path.parent)
        disk.create_durably(path, rng(KEY_SIZE), PRIVATE)
        key = read_key(path)
    return key


def keys(state: Path, application: str) -> Iterator[tuple[Path, date, bytes]]:
    """The keys of an application: file, last day, ref."""
    folder = application_folder(state, FOLDER, application)
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        day, _, ref = path.name.partition(".")
        try:
            yield path, date.fromisoformat(day), bytes.fromhex(ref) if ref else NO_REF
        except ValueError:
            continue  # a draft that a crash left


def shred(path: Path, rng: Callable[[int], bytes] = os.urandom, disk: Disk = DISK) -> None:
    """Overwrite a key where it lies, then take its name away; durable when this returns, and nothing if it is gone.

    Whether a disk writes over the same cells is the disk's to say.
    """
    try:
        handle = disk.open(path, os.O_WRONLY)
    except FileNotFoundError:  # its day came while it was to be erased, or the other way round
        return
    try:
        disk.write_all(handle, rng(KEY_SIZE))
        disk.sync(handle)
    finally:
        os.close(handle)
    with suppress(FileNotFoundError):
        disk.unlink(path)
    disk.sync_folder(path.parent)
