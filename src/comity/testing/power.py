"""A disk whose power can be cut after any operation: what was not synced is there, gone, or torn."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from comity.adapters.disk import PRIVATE, Disk

SECTOR = 512
"""What a disk writes whole or not at all."""

_CHANCE = random.Random()  # noqa: S311 - luck, and no secret

Luck = Literal["none", "all", "some"]
"""What is left of what was not synced: nothing, everything, or by chance a part (of a write: some of its sectors)."""


class Step(NamedTuple):
    """One thing that was done to the disk, or a mark that the test made between two of them."""

    operation: str
    subject: object
    detail: Any = None


class _File:
    """A file, by what a power cut leaves of it: `sure` is durable, `loose` are changes that are not."""

    def __init__(self) -> None:
        self.sure = b""
        self.loose: list[tuple[int, bytes | None]] = []

    def sync(self) -> None:
        self.sure = self.left("all", _CHANCE)
        self.loose.clear()

    def left(self, luck: Luck, chance: random.Random) -> bytes:
        data = bytearray(self.sure)
        for at, written in self.loose if luck != "none" else ():
            if written is None:
                if luck == "all" or chance.random() < 0.5:
                    data[at:] = bytes(max(at - len(data), 0))
                continue
            for start in range(0, len(written), SECTOR):
                if luck == "all" or chance.random() < 0.5:
                    piece = written[start : start + SECTOR]
                    data.extend(bytes(max(at + start - len(data), 0)))
                    data[at + start : at + start + len(piece)] = piece
        return bytes(data)


class _Folder:
    """Names in a folder: those that are durable, and changes that are not, each a name and what it then stands for."""

    def __init__(self) -> None:
        self.sure: dict[str, _File | None] = {}
        self.loose: list[dict[str, _File | Literal["gone"] | None]] = []

    def sync(self) -> None:
        self.sure = self.left("all", _CHANCE)
        self.loose.clear()

    def left(self, luck: Luck, chance: random.Random) -> dict[str, _File | None]:
        names: dict[str, _File | None] = dict(self.sure)
        for change in self.loose if luck != "none" else ():
            if luck == "some" and chance.random() < 0.5:
                continue
            for name, what in change.items():
                if what == "gone":
                    names.pop(name, None)
                else:
                    names[name] = what
        return names


class PowerDisk(Disk):
    """The disk of this machine below `top`, which keeps what was done to it.

    `cuts` gives what a power cut after any step may leave. Files that are mapped (`mapped`, by
    name) are not written by way of the disk: of them it is as it is now, or empty.

    Attributes:
        steps: all that was done, and the test's marks.
        dead: from now on every operation fails and does nothing, as for a process that is killed.
    """

    def __init__(self, top: Path, mapped: str = "places", *, through: bool = True) -> None:
        self.steps: list[Step] = []
        self.dead = False
        self._top = top
        self._mapped = mapped
        self._through = through
        self._paths: dict[int, Path] = {}

    def mark(self, what: str, detail: object = None) -> None:
        """Note that something happened here."""
        self.steps.append(Step("mark", what, detail))

    def _do(self, operation: str, subject: object, act: Callable[[], int | None], detail: object = None) -> int:
        if self.dead:
            raise OSError(5, "the process is dead", str(subject))
        result = act()
        self.steps.append(Step(operation, subject, detail))
        return result or 0

    def open(self, path: Path | str, flags: int, mode: int = PRIVATE) -> int:
        """Kept, where it makes a file or empties it."""
        path = Path(path)
        made = bool(flags & os.O_CREAT) and not path.exists()
        emptied = bool(flags & os.O_TRUNC)
        if not made and not emptied and not self.dead:
            handle = super().open(path, flags, mode)
        else:
            handle = self._do(
                "create" if made else "empty", path, lambda: super(PowerDisk, self).open(path, flags, mode)
            )
        self._paths[handle] = path
        return handle

    def write(self, handle: int, data: bytes | memoryview, at: int) -> int:
        """Kept."""
        done = bytes(data)
        return self._do(
            "write", self._paths[handle], lambda: super(PowerDisk, self).write(handle, done, at), (at, done)
        )

    def open_through(self, path: Path) -> int | None:
        """None if the file system is to have no such writes."""
        return super().open_through(path) if self._through else None

    def write_through(self, handle: int, data: memoryview, at: int) -> int:
        """Kept, as two steps: a cut between them tears it."""
        path = self._paths[handle]
        written = self._do(
            "write", path, lambda: super(PowerDisk, self).write_through(handle, data, at), (at, bytes(data))
        )
        self._do("sync", path, lambda: None)
        return written

    def sync(self, handle: int) -> None:
        """Kept."""
        self._do("sync", self._paths[handle], lambda: super(PowerDisk, self).sync(handle))

    def sync_data(self, handle: int) -> None:
        """Kept."""
        self._do("sync", self._paths[handle], lambda: super(PowerDisk, self).sync_data(handle))

    def sync_file_system(self, folder: Path) -> bool:
        """Kept."""
        self._do("sync_all", folder, lambda: None)
        return True

    def rename(self, old: Path | str, new: Path | str) -> None:
        """Kept."""
        self._do("rename", Path(old), lambda: super(PowerDisk, self).rename(old, new), Path(new))

    def link(self, old: Path, new: Path) -> None:
        """Kept."""
        self._do("link", old, lambda: super(PowerDisk, self).link(old, new), new)

    def truncate(self, handle: int, size: int) -> None:
        """Kept."""
        self._do("truncate", self._paths[handle], lambda: super(PowerDisk, self).truncate(handle, size), size)

    def allocate(self, handle: int, size: int) -> None:
        """Not kept: only of files that are mapped."""
        self._do("allocate", self._paths[handle], lambda: super(PowerDisk, self).allocate(handle, size))

    def unlink(self, path: Path | str) -> None:
        """Kept."""
        self._do("unlink", Path(path), lambda: super(PowerDisk, self).unlink(path))

    def make_folder(self, path: Path) -> None:
        """Kept."""
        self._do("make_folder", path, lambda: super(PowerDisk, self).make_folder(path))

    def remove_folder(self, path: Path | str) -> None:
        """Kept."""
        self._do("unlink", Path(path), lambda: super(PowerDisk, self).remove_folder(path))

    def cuts(self, first: int, lucks: Sequence[Luck]) -> Iterator[tuple[int, Luck, dict[str, bytes | None]]]:
        """What a power cut leaves after each step from the `first` on: after how many, with which luck, and for each
        path below `top` the file's bytes, None for a folder. Chance is seeded with the number of the step.
        """
        replay = _Replay(self._top)
        for after, step in enumerate(self.steps, 1):
            replay.take(step)
            if after < first or step.operation == "mark":
                continue
            for luck in lucks:
                left: dict[str, bytes | None] = {}
                replay.leave(self._top, "", luck, random.Random(after), left)  # noqa: S311
                for path in left:
                    if path.endswith(f"/{self._mapped}"):
                        # the kernel writes a map when it likes
                        there = self._top / path
                        left[path] = b"" if luck == "none" or not there.exists() else there.read_bytes()
                yield after, luck, left


def lay_out(left: Mapping[str, bytes | None], where: Path) -> None:
    """Make what a cut left, as `PowerDisk.cuts` gives it, below a folder."""
    for path, data in left.items():
        if data is None:
            (where / path).mkdir(parents=True)
        else:
            (where / path).write_bytes(data)


class _Replay:
    """The disk as it was after some steps."""

    def __init__(self, top: Path) -> None:
        self.folders: dict[Path, _Folder] = {top: _Folder()}
        self.files: dict[Path, _File] = {}

    def take(self, step: Step) -> None:
        path = step.subject
        if step.operation == "mark" or not isinstance(path, Path):
            return
        match step.operation:
            case "create":
                self.files[path] = _File()
                self._name(path, self.files[path])
            case "empty":
                self.files[path].loose.append((0, None))
            case "write":
                at, data = step.detail
                self.files[path].loose.append((at, data))
            case "truncate":
                self.files[path].loose.append((step.detail, None))
            case "sync":
                whose = self.folders.get(path) or self.files[path]
                whose.sync()
            case "sync_all":
                for folder in self.folders.values():
                    folder.sync()
                for file in self.files.values():
                    file.sync()
            case "rename" | "link":
                self._move(path, step.detail, away=step.operation == "rename")
            case "unlink":
                self.files.pop(path, None)
                self.folders[path.parent].loose.append({path.name: "gone"})
            case "make_folder":
                self.folders[path] = _Folder()
                self._name(path, None)

    def _move(self, old: Path, new: Path, *, away: bool) -> None:
        self.files[new] = self.files[old]
        change: dict[str, _File | Literal["gone"] | None] = {new.name: self.files[new]}
        if away:
            del self.files[old]
            change[old.name] = "gone"
        self.folders[new.parent].loose.append(change)

    def _name(self, path: Path, what: _File | None) -> None:
        self.folders[path.parent].loose.append({path.name: what})

    def leave(self, folder: Path, name: str, luck: Luck, chance: random.Random, left: dict[str, bytes | None]) -> None:
        """Add what is left in a folder, and in those below it."""
        for each, what in self.folders[folder].left(luck, chance).items():
            path = f"{name}/{each}".lstrip("/")
            if what is None:
                left[path] = None
                self.leave(folder / each, path, luck, chance, left)
            else:
                left[path] = what.left(luck, chance)
