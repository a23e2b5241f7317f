"""A disk that fails, in each of its ways: nothing is acknowledged that is not there, nothing is accepted after."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from comity.adapters.ledger import Ledger, LedgerBroken, segment_files, shards, tile_files
from tests.adapters.ledger.writing import ask, audited, deny, enter, opened
from tests.proof.samples import denial, intent

Fault = Callable[[Callable[..., Any]], Callable[..., Any]]


def not_done(_: Callable[..., Any]) -> Callable[..., Any]:
    """It fails and nothing of it happened."""

    def fail(*_: Any) -> Any:
        raise OSError(errno.EIO, "input/output error")

    return fail


def done_but_failed(real: Callable[..., Any]) -> Callable[..., Any]:
    """It fails, though it happened."""

    def fail(*arguments: Any) -> Any:
        real(*arguments)
        raise OSError(errno.EIO, "input/output error")

    return fail


def half_done(_: Callable[..., Any]) -> Callable[..., Any]:
    """A write that stops in the middle: the disk is full."""

    def fail(handle: int, data: bytes) -> None:
        os.write(handle, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "no space left on device")

    return fail


COMMITS: list[tuple[str, Any, str, Fault]] = [
    ("write, nothing written", segment_files, "write_all", not_done),
    ("write, all written", segment_files, "write_all", done_but_failed),
    ("write, half written", segment_files, "write_all", half_done),
    ("sync, nothing synced", os, "fdatasync", not_done),
    ("sync, all synced", os, "fdatasync", done_but_failed),
]

PUBLICATIONS: list[tuple[str, Any, str, Fault]] = [
    ("tile, not written", tile_files, "tile_path", not_done),
    ("checkpoint, not written", tile_files, "replace_durably", not_done),
    ("checkpoint, written", tile_files, "replace_durably", done_but_failed),
]


@pytest.mark.parametrize(("place", "name", "fault"), [row[1:] for row in COMMITS], ids=[row[0] for row in COMMITS])
def test_a_failed_commit_breaks_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Any, name: str, fault: Fault
) -> None:
    ledger = opened(tmp_path)

    async def work() -> None:
        await ask(ledger)
        told: list[BaseException | None] = []
        monkeypatch.setattr(place, name, fault(getattr(place, name)))
        with pytest.raises(LedgerBroken, match="could not be written"):
            await enter(ledger, "intent", intent())
        # the disk is well again, but the ledger cannot know what it holds
        monkeypatch.undo()
        assert not ledger.healthy
        assert ledger.fault is not None
        with pytest.raises(LedgerBroken):
            ledger.append("intent", *intent(), told.append)
        assert told == []

    asyncio.run(work())
    ledger.close()
    after_a_restart(tmp_path, 2)


@pytest.mark.parametrize(
    ("place", "name", "fault"), [row[1:] for row in PUBLICATIONS], ids=[row[0] for row in PUBLICATIONS]
)
def test_a_failed_publication_breaks_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Any, name: str, fault: Fault
) -> None:
    ledger = opened(tmp_path)

    async def work() -> None:
        await ask(ledger)
        await ledger.publish()
        monkeypatch.setattr(place, name, fault(getattr(place, name)))
        await ask(ledger)
        with pytest.raises(LedgerBroken, match="could not be published"):
            await ledger.publish()
        monkeypatch.undo()
        with pytest.raises(LedgerBroken):
            ledger.append("intent", *intent(), lambda _: None)

    asyncio.run(work())
    ledger.close()
    after_a_restart(tmp_path, 4)


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


def test_all_who_wait_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = opened(tmp_path)

    async def work() -> list[BaseException | None]:
        told: list[BaseException | None] = []
        everyone = asyncio.get_running_loop().create_future()

        def done(error: BaseException | None) -> None:
            told.append(error)
            if len(told) == 50:
                everyone.set_result(None)

        monkeypatch.setattr(os, "fdatasync", not_done(os.fdatasync))
        for _ in range(50):
            try:
                ledger.append("denial", *denial(), done)
            except LedgerBroken as error:  # the first group has failed before the last entry came
                done(error)
        await everyone
        monkeypatch.undo()
        return told

    told = asyncio.run(work())
    ledger.close()
    assert all(isinstance(error, LedgerBroken) for error in told)


def test_a_disk_that_is_full_at_a_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(tmp_path).close()
    monkeypatch.setattr(os, "fsync", not_done(os.fsync))
    with pytest.raises(LedgerBroken, match="input/output error"):
        opened(tmp_path)
    monkeypatch.undo()
    opened(tmp_path).close()
