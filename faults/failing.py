"""A gateway whose disk and clock do what a file says: `python failing.py serve …` in place of `comity serve …`.

The file lies beside the stack file: the errors of each operation of the disk, and milliseconds to add to the clock.
Everything else of the gateway is as it is; nothing of this is installed with it.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from comity.adapters import clock
from comity.adapters.disk import PRIVATE, Disk

TOLD = "told.json"
PROGRAM = (sys.executable, "-P", __file__)
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class ToldDisk(Disk):
    """The disk of this machine, as far as the file lets it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, path: Path | str, flags: int, mode: int = PRIVATE) -> int:
        """As it was told."""
        if flags & WRITES:
            self._may("open")
        return super().open(path, flags, mode)

    def write(self, handle: int, data: bytes | memoryview, at: int) -> int:
        """As it was told."""
        self._may("write")
        return super().write(handle, data, at)

    def sync(self, handle: int) -> None:
        """As it was told."""
        self._may("sync")
        super().sync(handle)

    def sync_data(self, handle: int) -> None:
        """As it was told."""
        self._may("sync")
        super().sync_data(handle)

    def rename(self, old: Path | str, new: Path | str) -> None:
        """As it was told."""
        self._may("rename")
        super().rename(old, new)

    def link(self, old: Path, new: Path) -> None:
        """As it was told."""
        self._may("rename")
        super().link(old, new)

    def _may(self, operation: str) -> None:
        code = told(self._folder).get(operation)
        if code:
            raise OSError(code, os.strerror(code))


def tell(folder: Path, **what: int) -> None:
    """Write the file, so that a reader sees the old one or the new one."""
    new = folder / f"{TOLD}.new"
    new.write_text(json.dumps(what))
    new.rename(folder / TOLD)


def told(folder: Path) -> dict[str, int]:
    """What the file says; nothing, if there is none."""
    try:
        said: dict[str, int] = json.loads((folder / TOLD).read_bytes())
    except FileNotFoundError:
        return {}
    return said


def _main() -> int:
    from_worker = sys.argv[1] == "worker"
    folder = Path(sys.argv[2] if from_worker else sys.argv[sys.argv.index("-c") + 1])
    folder = folder if from_worker else folder.absolute().parent
    true = clock.unix_ms
    clock.unix_ms = lambda: true() + told(folder).get("clock", 0)  # before anything takes it by its name
    if not from_worker:
        from comity.cli.main import main
        from comity.runtime import fleet

        setattr(fleet, "COMMAND", (*PROGRAM, "worker", str(folder)))  # noqa: B010 - a constant of another length
        return main()
    from comity.adapters.ledger import Ledger
    from comity.runtime import worker

    class ToldLedger(Ledger):
        @classmethod
        def open(cls, state: Path, origin: str, **options: Any) -> Ledger:
            return super().open(state, origin, disk=ToldDisk(folder), **options)

    setattr(worker, "Ledger", ToldLedger)  # noqa: B010 - a name that it imports
    return worker.main()


if __name__ == "__main__":
    raise SystemExit(_main())
