"""A disk that fails when a test says so, for the ledger's `disk`."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar, get_args

from comity.adapters.disk import BLOCK, PRIVATE, Disk

Operation = Literal[
    "open",
    "write",
    "write_through",
    "sync",
    "sync_data",
    "rename",
    "link",
    "truncate",
    "allocate",
    "unlink",
    "make_folder",
    "remove_folder",
]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
"""Every way in which a log touches a disk."""

T = TypeVar("T")


class Fault(NamedTuple):
    """How an operation fails: the error's number, and what of it happens all the same.

    `how`: "not" nothing happens; "done" all of it happens, but it is told as failed; "half" (a write) its first half.
    """

    code: int
    how: Literal["not", "half", "done"]
    only: str
    after: int


class FailingDisk(Disk):
    """The disk of this machine, whose operations fail from `fail` until `heal`.

    Attributes:
        calls: every operation, with the file that it was for.
        short: if not 0, a write takes at most so many bytes, which is no failure.
        through: whether its file system has `write_through`.
    """

    def __init__(self, *, through: bool = True) -> None:
        self.calls: list[tuple[Operation, Path]] = []
        self.short = 0
        self.through = through
        self._faults: dict[Operation, Fault] = {}
        self._paths: dict[int, Path] = {}
        self._one: tuple[int, Fault] | None = None

    def fail(
        self,
        operation: Operation,
        code: int = errno.EIO,
        how: Literal["not", "half", "done"] = "not",
        *,
        only: str = "",
        after: int = 0,
    ) -> None:
        """Let an operation fail with `code` from its call number `after` on, for files with `only` in their path."""
        self._faults[operation] = Fault(code, how, only, after)

    def fail_call(self, number: int, how: Literal["not", "half", "done"] = "not", code: int = errno.EIO) -> None:
        """Let one operation fail: the one that is `calls[number]`. Of others than a write, `half` is `not`."""
        self._one = (number, Fault(code, how, "", 0))

    def full(self) -> None:
        """No space is left on it."""
        self.fail("write", errno.ENOSPC, "half")
        self.fail("write_through", errno.ENOSPC, "half")

    def read_only(self) -> None:
        """It went read-only, as Linux does to a file system with errors."""
        for operation in OPERATIONS:
            self.fail(operation, errno.EROFS)

    def heal(self) -> None:
        """Nothing fails any more."""
        self._faults.clear()
        self._one = None

    def open(self, path: Path | str, flags: int, mode: int = PRIVATE) -> int:
        """As it was told."""
        handle = self._act("open", Path(path), lambda: super(FailingDisk, self).open(path, flags, mode))
        self._paths[handle] = Path(path)
        return handle

    def write(self, handle: int, data: bytes | memoryview, at: int) -> int:
        """As it was told."""
        path = self._paths[handle]
        if self.short:
            data = data[: self.short]
        fault = self._due("write", path)
        if fault is not None and fault.how == "half":
            self.calls.append(("write", path))
            super().write(handle, data[: len(data) // 2], at)
            raise _error(fault, path)
        return self._act("write", path, lambda: super(FailingDisk, self).write(handle, data, at))

    def write_through(self, handle: int, data: memoryview, at: int) -> int:
        """As it was told; `short` is taken to the next whole block."""
        path = self._paths[handle]
        if self.short:
            data = data[: -(-self.short // BLOCK) * BLOCK]
        fault = self._due("write_through", path)
        if fault is not None and fault.how == "half":
            self.calls.append(("write_through", path))
            # of a write that the power cuts any sector may be there, and need not be a block
            with path.open("r+b") as file:
                file.seek(at)
                file.write(data[: len(data) // 2])
            raise _error(fault, path)
        return self._act("write_through", path, lambda: super(FailingDisk, self).write_through(handle, data, at))

    def open_through(self, path: Path) -> int | None:
        """As it was told of `open`; None if `through` is false."""
        return super().open_through(path) if self.through else None

    def sync(self, handle: int) -> None:
        """As it was told."""
        self._act("sync", self._paths[handle], lambda: super(FailingDisk, self).sync(handle))

    def sync_data(self, handle: int) -> None:
        """As it was told."""
        self._act("sync_data", self._paths[handle], lambda: super(FailingDisk, self).sync_data(handle))

    def sync_file_system(self, folder: Path) -> bool:
        """As it was told of `sync`."""
        return self._act("sync", folder, lambda: super(FailingDisk, self).sync_file_system(folder))

    def rename(self, old: Path | str, new: Path | str) -> None:
        """As it was told."""
        self._act("rename", Path(new), lambda: super(FailingDisk, self).rename(old, new))

    def link(self, old: Path, new: Path) -> None:
        """As it was told."""
        self._act("link", new, lambda: super(FailingDisk, self).link(old, new))

    def truncate(self, handle: int, size: int) -> None:
        """As it was told."""
        self._act("truncate", self._paths[handle], lambda: super(FailingDisk, self).truncate(handle, size))

    def allocate(self, handle: int, size: int) -> None:
        """As it was told."""
        self._act("allocate", self._paths[handle], lambda: super(FailingDisk, self).allocate(handle, size))

    def unlink(self, path: Path | str) -> None:
        """As it was told."""
        self._act("unlink", Path(path), lambda: super(FailingDisk, self).unlink(path))

    def remove_folder(self, path: Path | str) -> None:
        """As it was told."""
        self._act("remove_folder", Path(path), lambda: super(FailingDisk, self).remove_folder(path))

    def make_folder(self, path: Path) -> None:
        """As it was told."""
        self._act("make_folder", path, lambda: super(FailingDisk, self).make_folder(path))

    def _act(self, operation: Operation, path: Path, act: Callable[[], T]) -> T:
        fault = self._due(operation, path)
        self.calls.append((operation, path))
        if fault is None:
            return act()
        if fault.how == "done":
            act()
        raise _error(fault, path)

    def _due(self, operation: Operation, path: Path) -> Fault | None:
        if self._one is not None and self._one[0] == len(self.calls):
            return self._one[1]
        fault = self._faults.get(operation)
        if fault is None or fault.only not in str(path):
            return None
        if fault.after:
            self._faults[operation] = fault._replace(after=fault.after - 1)
            return None
        return fault


def _error(fault: Fault, path: Path) -> OSError:
    return OSError(fault.code, os.strerror(fault.code), str(path))
