"""A disk that fails, in each of its ways: nothing is acknowledged that is not there, nothing is accepted after."""

from __future__ import annotations

import asyncio
import errno
from pathlib import Path
from typing import Any

import pytest

from comity.adapters.ledger import Ledger, LedgerBroken, shards
from comity.testing.disk import FailingDisk
from tests.adapters.ledger.writing import ask, audited, deny, enter, opened
from tests.proof.samples import denial, intent, outcome

COMMITS: dict[str, tuple[Any, ...]] = {
    "write, nothing written": ("write", errno.EIO, "not"),
    "write, all written": ("write", errno.EIO, "done"),
    "write, half written: the disk is full": ("write", errno.ENOSPC, "half"),
    "write, the file system is read-only": ("write", errno.EROFS, "not"),
    "sync, nothing synced": ("sync_data", errno.EIO, "not"),
    "sync, all synced": ("sync_data", errno.EIO, "done"),
    "sync, the disk is full": ("sync_data", errno.ENOSPC, "not"),
    "written through, nothing written": ("write_through", errno.EIO, "not"),
    "written through, all written": ("write_through", errno.EIO, "done"),
    "written through, half written: the disk is full": ("write_through", errno.ENOSPC, "half"),
    "written through, the file system is read-only": ("write_through", errno.EROFS, "not"),
}
"""Of a segment; the first ones where the file system has no writes past the page cache."""

PUBLICATIONS: dict[str, tuple[Any, ...]] = {
    "tile, not opened": ("open", errno.EROFS, "not", "tile"),
    "tile, not written": ("write", errno.ENOSPC, "half", "tile"),
    "tile, not named": ("rename", errno.EIO, "not", "tile"),
    "checkpoint, not written": ("write", errno.ENOSPC, "not", "checkpoint"),
    "checkpoint, not synced": ("sync", errno.EIO, "not", "checkpoint"),
    "checkpoint, not named": ("rename", errno.EIO, "not", "checkpoint"),
    "checkpoint, named": ("rename", errno.EIO, "done", "checkpoint"),
}


@pytest.mark.parametrize("fault", COMMITS.values(), ids=COMMITS)
def test_a_failed_commit_breaks_the_ledger(tmp_path: Path, fault: tuple[Any, ...]) -> None:
    disk = FailingDisk(through=fault[0] == "write_through")
    ledger = opened(tmp_path, disk=disk)

    async def work() -> None:
        await ask(ledger)
        begun = await enter(ledger, "intent", intent())
        told: list[BaseException | None] = []
        disk.fail(*fault, only="segment")
        with pytest.raises(LedgerBroken, match="could not be written"):
            await enter(ledger, "intent", intent())
        # the disk is well again, but the ledger cannot know what it holds
        disk.heal()
        assert not ledger.healthy
        assert ledger.fault is not None
        for kind, blocks, of in (("intent", intent(), None), ("outcome", outcome(begun), begun)):
            with pytest.raises(LedgerBroken):
                ledger.append(kind, *blocks, told.append, intent=of)
        assert told == []
        assert ledger.durable == 3

    asyncio.run(work())
    ledger.close()
    after_a_restart(tmp_path, 4)


@pytest.mark.parametrize("fault", PUBLICATIONS.values(), ids=PUBLICATIONS)
def test_a_failed_publication_breaks_the_ledger(tmp_path: Path, fault: tuple[Any, ...]) -> None:
    disk = FailingDisk()
    ledger = opened(tmp_path, disk=disk)

    async def work() -> None:
        await ask(ledger)
        await ledger.publish()
        operation, code, how, only = fault
        disk.fail(operation, code, how, only=only)
        await ask(ledger)
        with pytest.raises(LedgerBroken, match="could not be published"):
            await ledger.publish()
        disk.heal()
        with pytest.raises(LedgerBroken):
            ledger.append("intent", *intent(), lambda _: None)

    asyncio.run(work())
    ledger.close()
    after_a_restart(tmp_path, 4)


@pytest.mark.parametrize("through", [True, False], ids=["through", "cached"])
@pytest.mark.parametrize("after", range(6))
def test_a_disk_that_goes_read_only_at_any_moment(tmp_path: Path, after: int, through: bool) -> None:
    """Each intent and outcome that was told to be durable is there, whichever operation was the first to fail."""
    disk = FailingDisk(through=through)
    ledger = opened(tmp_path, disk=disk)

    async def work() -> int:
        for _ in range(3):
            await ask(ledger)
        disk.read_only()
        for operation in ("write", "write_through"):
            disk.fail(operation, errno.EROFS, after=after)  # type: ignore[arg-type]
        disk.fail("sync_data", errno.EROFS, after=after)
        for acknowledged in range(3, 9):
            try:
                await ask(ledger)
            except LedgerBroken:
                return acknowledged
        return 9

    acknowledged = asyncio.run(work())
    ledger.close()
    after_a_restart(tmp_path, 2 * acknowledged)


@pytest.mark.parametrize("through", [True, False], ids=["through", "cached"])
def test_a_disk_that_takes_a_few_bytes_at_a_time_is_no_failure(tmp_path: Path, through: bool) -> None:
    disk = FailingDisk(through=through)
    ledger = opened(tmp_path, disk=disk)
    disk.short = 100

    async def work() -> None:
        await ask(ledger)
        await ledger.publish()

    asyncio.run(work())
    ledger.close()
    after_a_restart(tmp_path, 2)


def after_a_restart(state: Path, at_least: int) -> None:
    """Whatever happened, the next start gives a log that holds, with everything that was acknowledged."""
    again = opened(state)
    asyncio.run(_more(again))
    again.close()
    (shard,) = shards(state)
    audit = audited(state, shard)
    assert audit.findings == []
    assert audit.open == []
    assert audit.entries >= at_least + 3


async def _more(ledger: Ledger) -> None:
    await ask(ledger)
    await deny(ledger, 1)


def test_all_who_wait_are_told(tmp_path: Path) -> None:
    disk = FailingDisk()
    ledger = opened(tmp_path, disk=disk)

    async def work() -> list[BaseException | None]:
        told: list[BaseException | None] = []
        everyone = asyncio.get_running_loop().create_future()

        def done(error: BaseException | None) -> None:
            told.append(error)
            if len(told) == 50:
                everyone.set_result(None)

        disk.fail("write_through")
        for _ in range(50):
            try:
                ledger.append("denial", *denial(), done)
            except LedgerBroken as error:  # the first group has failed before the last entry came
                done(error)
        await everyone
        disk.heal()
        return told

    told = asyncio.run(work())
    ledger.close()
    assert all(isinstance(error, LedgerBroken) for error in told)


@pytest.mark.parametrize("operation", ["open", "write", "sync", "rename"])
def test_a_disk_that_fails_at_a_start(tmp_path: Path, operation: Any) -> None:
    opened(tmp_path).close()
    disk = FailingDisk()
    disk.fail(operation)
    with pytest.raises(LedgerBroken, match=r"[Ii]nput/output error"):
        opened(tmp_path, disk=disk)
    opened(tmp_path).close()
