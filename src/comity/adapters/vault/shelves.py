"""The vault's files: one for each application, last day, and life of a worker; and finding an exchange in them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from msgspec import Struct

from comity.adapters.vault.keys import application_folder, key_path, read_key
from comity.adapters.vault.sealing import (
    HEAD_SIZE,
    MARK_SIZE,
    REF_SIZE,
    Kept,
    Record,
    Torn,
    key_mark,
    opened,
    read_head,
)

FOLDER = "vault"


class Erased(Struct, frozen=True):
    """It was kept, and its key is destroyed; `due` was its last day."""

    due: date


def shelf_path(state: Path, application: str, due: date, first: str) -> Path:
    """The file that begins with the exchange of the receipt `first`: no other worker has its shard."""
    return application_folder(state, FOLDER, application) / f"{due.isoformat()}.{first}"


def shelves(state: Path, application: str) -> Iterator[tuple[Path, date, str]]:
    """The files of an application: path, last day, shard."""
    folder = application_folder(state, FOLDER, application)
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        day, _, first = path.name.partition(".")
        try:
            yield path, date.fromisoformat(day), first.partition(".")[0]
        except ValueError:
            continue


def applications(state: Path) -> list[str]:
    """Who has anything in the vault."""
    folder = state / FOLDER
    return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def size(state: Path, application: str) -> int:
    """Bytes that an application's files take."""
    total = 0
    for path, _, _ in shelves(state, application):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue  # its day came
    return total


class Head(Struct, frozen=True):
    """What stands before the ciphertext of a record, which is `cipher` bytes long; `at` is where its `ref` lies."""

    receipt: str
    at: int
    ref: bytes
    mark: bytes
    cipher: int


def heads(handle: int) -> Iterator[Head]:
    """Those of the records of a file, up to its end or to a torn write."""
    at = 0
    while True:
        try:
            length, cipher = read_head(os.pread(handle, HEAD_SIZE, at))
        except Torn:
            return
        name = os.pread(handle, length + REF_SIZE + MARK_SIZE, at + HEAD_SIZE)
        if len(name) < length + REF_SIZE + MARK_SIZE:
            return
        ref = at + HEAD_SIZE + length
        at = ref + REF_SIZE + MARK_SIZE + cipher
        found = name[:length].decode("ascii", "replace")
        yield Head(found, ref, name[length : length + REF_SIZE], name[length + REF_SIZE :], cipher)


def records(path: Path, receipt: str = "") -> Iterator[Record]:
    """The records of a file, up to its end or to a torn write; with `receipt`, those of that receipt alone."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        for head in heads(handle):
            if receipt and head.receipt != receipt:
                continue
            sealed = os.pread(handle, head.cipher, head.at + REF_SIZE + MARK_SIZE)
            if len(sealed) < head.cipher:
                return
            yield Record(head.receipt, head.ref, head.mark, sealed)
    finally:
        os.close(handle)


def find(state: Path, application: str, receipt: str) -> Kept | Erased | None:
    """What is kept of a request; None if there is nothing, by the id of its receipt.

    Raises:
        Unsealable: what is there was altered.
        ValueError, OSError: a key is damaged, or a file cannot be read.
    """
    shard = receipt.partition(".")[0]
    gone: Erased | None = None
    for path, due, of in shelves(state, application):
        if of != shard:
            continue
        for record in records(path, receipt):
            key = read_key(key_path(state, application, due, record.ref))
            if key is not None and key_mark(key) == record.mark:
                return opened(record, key, application, due)
            gone = Erased(due)
    return gone
