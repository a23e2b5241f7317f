"""Every operation of the sequencer on the disk fails once: not done, done all the same, and (a write) done in half.

The operations are counted in a life without faults, so one that is added is broken too; and none can go past the disk
that is counted, for no other way of writing is in the sequencer's source.
"""

from __future__ import annotations

import ast
import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Literal

import pytest

import comity.adapters.ledger
from comity.adapters.ledger import Ledger, LedgerBroken, entries, shards
from comity.testing.disk import FailingDisk, Operation
from tests.adapters.ledger.writing import ask, audited, deny, opened

HOWS: tuple[Literal["not", "done", "half"], ...] = ("not", "done", "half")

SOURCE = Path(comity.adapters.ledger.__file__).parent
WRITERS = {
    "write", "pwrite", "writev", "truncate", "ftruncate", "fsync", "fdatasync", "sync", "rename", "replace", "link",
    "symlink", "unlink", "remove", "rmdir", "removedirs", "mkdir", "makedirs", "posix_fallocate", "copy_file_range",
    "sendfile",
}  # fmt: skip
"""Of `os`; of `shutil` everything."""
METHODS = {"write_bytes", "write_text", "unlink", "rename", "rmdir", "mkdir", "touch", "hardlink_to", "symlink_to"}
"""Of a `Path`; `replace` is one of a text too, and `open` may be for reading: they are looked at by their arguments."""


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several segments, and tiles that are synced, in a short life."""
    monkeypatch.setattr("comity.adapters.ledger.committer.SEGMENT_BYTES", 8_000)
    monkeypatch.setattr("comity.adapters.ledger.publisher.SYNC_ENTRIES", 64)
    monkeypatch.setattr("comity.adapters.ledger.ledger.AHEAD_BYTES", 8192)


def live(state: Path, disk: FailingDisk) -> int:
    """A start, requests over a rotation and a full tile, and the end; how many entries were told durable."""
    durable = 0

    async def work(ledger: Ledger) -> None:
        nonlocal durable
        await ask(ledger)
        durable = 2
        await ledger.publish()
        await deny(ledger, 260)
        durable = 262
        await ledger.publish()
        await ask(ledger)
        durable = 264

    try:
        ledger = opened(state, disk=disk)
    except LedgerBroken:
        return 0
    try:
        asyncio.run(work(ledger))
    except LedgerBroken:
        pass
    finally:
        ledger.close()
    return durable


def operations(memory: Path, *, through: bool) -> list[tuple[Operation, Path]]:
    """Those of such a life."""
    disk = FailingDisk(through=through)
    live(memory / "well", disk)
    return disk.calls


@pytest.mark.parametrize("through", [True, False], ids=["through", "cached"])
@pytest.mark.parametrize("how", HOWS)
def test_every_operation_fails_once(memory: Path, how: Literal["not", "done", "half"], through: bool) -> None:
    calls = operations(memory, through=through)
    assert len(calls) > 60
    assert any(operation == "write_through" for operation, _ in calls) == through
    for number, (operation, path) in enumerate(calls):
        if how == "half" and not operation.startswith("write"):
            continue
        if not through and path.suffix != ".segment":  # the same as above
            continue
        state = memory / str(number)
        disk = FailingDisk(through=through)
        disk.fail_call(number, how)
        told = live(state, disk)
        again = opened(state)
        asyncio.run(ask(again))
        again.close()
        kept = 0
        for shard in shards(state):
            audit = audited(state, shard)
            assert (audit.findings, audit.open) == ([], []), (number, disk.calls[number])
            kept += len(list(entries(state, shard)))
        assert kept >= told + 2, (number, disk.calls[number])


def test_every_operation_of_a_start_fails_once(memory: Path) -> None:
    """Of one that has a torn tail to cut, open intents to close and tiles to write again."""
    for number in range(100):
        state = memory / str(number)
        live(state, FailingDisk())
        (shard,) = shards(state)
        folder = state / "log" / shard
        with sorted((folder / "ledger").glob("*.segment"))[-1].open("ab") as file:
            file.write(b"CMTG torn")
        (folder / "ledger" / "tiles-synced").unlink()
        disk = FailingDisk()
        disk.fail_call(number, "done" if number % 2 else "not")
        with suppress(LedgerBroken):
            opened(state, disk=disk).close()
        opened(state).close()
        assert audited(state, shard).findings == [], disk.calls[number]
        if len(disk.calls) <= number:
            return
    pytest.fail("a start has more operations than are broken here")


def test_no_write_goes_past_the_disk() -> None:
    for path in sorted(SOURCE.glob("*.py")):
        if path.name in ("mirror.py", "remote.py"):  # an auditor's copy, which no sequencer writes
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert not _writes(node, node.func), f"{path.name}:{node.lineno} writes without the disk"
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "open", f"{path.name}:{node.lineno} opens without the disk"


def _writes(call: ast.Call, function: ast.Attribute) -> bool:
    whose = function.value.id if isinstance(function.value, ast.Name) else ""
    if whose in ("os", "shutil"):
        flags = ast.unparse(call)
        opens = function.attr == "open" and any(flag in flags for flag in ("O_WRONLY", "O_RDWR", "flags"))
        return whose == "shutil" or function.attr in WRITERS or (opens and '"lock"' not in flags.replace("'", '"'))
    opens = function.attr == "open" and any(
        isinstance(a, ast.Constant) and set(str(a.value)) & set("wax+") for a in call.args
    )
    # a disk has some of these by the same names; nothing else here is called so
    return opens or (
        function.attr in METHODS
        and whose not in ("disk", "places")
        and not ast.unparse(function.value).endswith("_disk")
    )


def test_a_start_that_fails_leaves_no_file_open(tmp_path: Path) -> None:
    handles = Path("/proc/self/fd")
    before = sum(1 for _ in handles.iterdir())
    for number in range(1_000):
        disk = FailingDisk()
        disk.fail_call(number)
        try:
            ledger = opened(tmp_path / str(number), disk=disk)
        except LedgerBroken:
            assert sum(1 for _ in handles.iterdir()) == before, disk.calls[number]
        else:
            ledger.close()
            break
    assert number > 40  # the key, the shard, the side index, the segment, the first checkpoint
