"""The state folder: where it is, that it is private, and that one gateway at a time uses it (DESIGN, part 7)."""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path

from comity.terms.errors import Fault

FOLDER = ".comity"
"""Name of the state folder, beside the stack file unless told otherwise."""

MODELS = "models"
"""Folder of the state folder where the embedded node looks for further models, as NAME.gguf."""

PRIVATE = 0o700
PRIVATE_FILE = 0o600


class StateError(Fault):
    """The state folder cannot be used; the message names the folder and the way out."""


def state_folder(stack_file: Path, told: Path | None) -> Path:
    """The state folder of a stack file, absolute: the one told, else `.comity` beside the file."""
    return (told if told is not None else stack_file.parent / FOLDER).absolute()


def open_state(state: Path) -> Path:
    """Make the state folder if there is none, readable by its owner only; returns it.

    Raises:
        StateError: it cannot be made, is no folder, is another user's, or others can read it.
    """
    try:
        state.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        held = state.stat()
    except FileExistsError:
        raise StateError(f"the state folder {state} is not a folder; choose another with --state") from None
    except OSError as error:
        raise StateError(
            f"the state folder {state} cannot be made ({error.strerror}); choose another with --state"
        ) from error
    if held.st_uid != os.geteuid():
        raise StateError(
            f"the state folder {state} belongs to another user (uid {held.st_uid}); choose another with --state"
        )
    if stat.S_IMODE(held.st_mode) & 0o077:
        raise StateError(f"others can read the state folder {state}; run: chmod 700 {state}")
    return state


class StateLock:
    """Held by the one supervisor of a state folder; the kernel lets it go when the process dies."""

    def __init__(self, state: Path) -> None:
        """Take the lock.

        Raises:
            StateError: another gateway holds it, or the folder cannot be written.
        """
        path = state / "lock"
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
        except OSError as error:
            raise StateError(
                f"the state folder {state} cannot be written ({error.strerror}: {path}); choose another with --state"
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(self._file, 32, 0).decode("ascii", "replace").strip()
            os.close(self._file)
            raise StateError(
                f"another gateway{f' (process {holder})' if holder else ''} uses the state folder {state}; "
                "stop it first, or choose another folder with --state"
            ) from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode("ascii"), 0)

    def release(self) -> None:
        """Let the folder go."""
        os.close(self._file)


def write_durably(path: Path, data: bytes) -> None:
    """Write a private file so that it is whole or absent, whatever happens: temporary file, fsync, rename, fsync.

    Raises:
        OSError: the disk refused.
    """
    path.parent.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        with os.fdopen(file, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
