"""The ledger as its callers see it."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from comity.adapters.ledger import (
    ApplicationSalts,
    Ledger,
    LedgerBroken,
    LedgerCorrupt,
    NotYetCovered,
    Overloaded,
    UnknownReceipt,
    build_receipt,
    entries,
    shards,
)
from comity.adapters.ledger import ledger as ledger_module
from comity.proof.entry import MAX_BLOCK_BYTES, outcome_party
from comity.testing.disk import FailingDisk
from tests.adapters.ledger.writing import ask, audited, deny, enter, opened, run, verified
from tests.proof.samples import ORIGIN, SALT, denial, intent, outcome


def keep_salt(state: Path) -> None:
    """Give the application of the samples the erasure salt of the samples."""
    ApplicationSalts(state, rng=lambda size: SALT[:size]).get_or_create("triage")


def test_a_request_and_its_receipt(tmp_path: Path) -> None:
    keep_salt(tmp_path)

    async def work(ledger: Ledger) -> None:
        index = await ask(ledger)
        receipt = await ledger.receipt(ledger.receipt_id(index))
        result = verified(tmp_path, receipt, request=b"question", response=b"answer")
        assert result.valid
        assert result.receipt_id == f"{ledger.shard}.{index}"
        assert (ledger.durable, ledger.open_intents, ledger.pending) == (2, 0, 0)
        assert "openings" not in await ledger.receipt(ledger.receipt_id(index), openings=False)

    run(tmp_path, work)


def test_a_receipt_before_and_after_the_outcome(tmp_path: Path) -> None:
    async def work(ledger: Ledger) -> None:
        index = await enter(ledger, "intent", intent())
        early = await ledger.receipt(ledger.receipt_id(index))
        assert verified(tmp_path, early).valid
        assert list(early) == ["comity", "intent"]
        await enter(ledger, "outcome", outcome(index), index)
        late = await ledger.receipt(ledger.receipt_id(index))
        assert verified(tmp_path, late).valid
        assert list(late) == ["comity", "intent", "outcome"]

    run(tmp_path, work)


def test_indices_are_given_in_order_and_done_is_called_in_order(tmp_path: Path) -> None:
    told: list[int] = []

    async def work(ledger: Ledger) -> None:
        everything = asyncio.get_running_loop().create_future()

        def done(index: int, error: BaseException | None) -> None:
            assert error is None
            assert index < ledger.durable
            told.append(index)
            if len(told) == 500:
                everything.set_result(None)

        for expected in range(500):
            index = ledger.append("denial", *denial(), lambda error, at=expected: done(at, error))
            assert index == expected
            assert not told, "done is never called inside append"
        await everything

    run(tmp_path, work)
    assert told == list(range(500))


def test_what_a_callback_raises_harms_nobody_else(tmp_path: Path) -> None:
    async def work(ledger: Ledger) -> None:
        seen: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: seen.append(context))

        def bad(_: BaseException | None) -> None:
            raise RuntimeError("a fault of the caller's")

        ledger.append("denial", *denial(), bad)
        await enter(ledger, "denial", denial())
        assert [str(context["exception"]) for context in seen] == ["a fault of the caller's"]
        assert ledger.healthy

    run(tmp_path, work)


def test_the_callers_mistakes_are_refused(tmp_path: Path) -> None:
    async def work(ledger: Ledger) -> None:
        index = await enter(ledger, "intent", intent())

        def refused(kind: str, blocks: tuple[bytes, bytes, bytes], of: int | None = None) -> None:
            with pytest.raises(ValueError, match=r"outcome|kind|larger"):
                ledger.append(kind, *blocks, lambda _: None, intent=of)

        refused("outcome", outcome(index))
        refused("outcome", outcome(index + 1), index)
        refused("outcome", outcome(7), 7)
        refused("rumour", denial())
        refused("denial", denial(), index)
        refused("denial", (b"x" * (MAX_BLOCK_BYTES + 1), b"{}", b"{}"))
        assert ledger.pending == 0
        await enter(ledger, "outcome", outcome(index), index)
        refused("outcome", outcome(index), index)
        assert ledger.durable == 2

    run(tmp_path, work)


def test_too_much_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, "MAX_PENDING", 8)

    async def work(ledger: Ledger) -> None:
        for _ in range(8):
            ledger.append("denial", *denial(), lambda _: None)
        with pytest.raises(Overloaded):
            for _ in range(9):
                ledger.append("denial", *denial(), lambda _: None)
        assert ledger.healthy

    run(tmp_path, work)


def test_an_outcome_always_has_a_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was begun must be concluded, however much waits to be written."""

    async def work(ledger: Ledger) -> None:
        begun = await enter(ledger, "intent", intent())
        monkeypatch.setattr(ledger_module, "MAX_PENDING", 0)
        with pytest.raises(Overloaded):
            ledger.append("intent", *intent(), lambda _: None)
        await enter(ledger, "outcome", outcome(begun), begun)
        assert ledger.open_intents == 0

    run(tmp_path, work)


def test_a_closed_ledger_accepts_nothing_and_is_published(tmp_path: Path) -> None:
    ledger = opened(tmp_path)

    async def work() -> None:
        index = await ask(ledger)
        await asyncio.to_thread(ledger.close)
        ledger.close()
        assert not ledger.healthy
        with pytest.raises(LedgerBroken, match="closed"):
            ledger.append("intent", *intent(), lambda _: None)
        with pytest.raises(LedgerBroken, match="closed"):
            await ledger.publish()
        assert ledger.published == 2
        assert verified(tmp_path, build_receipt(tmp_path, ledger.shard, index)).valid

    asyncio.run(work())


@pytest.mark.parametrize("group", [1, 7])
def test_a_burst_makes_several_groups_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: int
) -> None:
    monkeypatch.setattr("comity.adapters.ledger.committer.MAX_GROUP_ENTRIES", group)

    async def work(ledger: Ledger) -> None:
        await asyncio.gather(*(ask(ledger) for _ in range(30)))
        index = await enter(ledger, "denial", denial())
        assert (index, ledger.durable, ledger.pending) == (60, 61, 0)

    run(tmp_path, work)
    (shard,) = shards(tmp_path)
    assert not audited(tmp_path, shard).findings


def test_close_waits_for_what_the_loop_is_adding(tmp_path: Path) -> None:
    """Closed on another thread while the loop adds as fast as it can: each entry is told, or was refused."""
    ledger = opened(tmp_path)

    async def work() -> tuple[int, int]:
        told, taken = [], 0
        closing = asyncio.create_task(asyncio.to_thread(ledger.close))
        while not closing.done():
            try:
                ledger.append("denial", *denial(), told.append)
                taken += 1
            except LedgerBroken:
                pass
            await asyncio.sleep(0)
        await closing
        await asyncio.sleep(0.01)
        return len(told), taken

    told, taken = asyncio.run(work())
    assert told == taken
    assert len(list(entries(tmp_path, ledger.shard))) == taken


def test_what_is_appended_is_flushed_by_close(tmp_path: Path) -> None:
    ledger = opened(tmp_path)

    async def work() -> None:
        for _ in range(300):
            ledger.append("denial", *denial(), lambda _: None)

    asyncio.run(work())
    ledger.close()
    assert len(list(entries(tmp_path, ledger.shard))) == 300
    assert audited(tmp_path, ledger.shard).signed == 300


def test_receipts_that_are_none(tmp_path: Path) -> None:
    async def work(ledger: Ledger) -> None:
        index = await ask(ledger)
        shard = ledger.shard
        for unknown in ("", "x", f"{shard}.", f"{shard}.01", f"{shard}.-1", f"{shard}.{index + 1}", f"{shard}.99",
                        "nosuch001.0", f"../{shard}.0", f"{shard}.0\n", f"{shard}.99999999999999999999"):  # fmt: skip
            with pytest.raises(UnknownReceipt):
                await ledger.receipt(unknown)

    run(tmp_path, work)


def test_two_workers_have_two_shards_and_serve_each_others_receipts(tmp_path: Path) -> None:
    first, second = opened(tmp_path), opened(tmp_path)

    async def work() -> None:
        index = await ask(first)
        receipt = await second.receipt(first.receipt_id(index))
        assert verified(tmp_path, receipt).valid

    try:
        assert first.shard != second.shard
        assert shards(tmp_path) == sorted([first.shard, second.shard])
        asyncio.run(work())
    finally:
        first.close()
        second.close()
    third = opened(tmp_path)
    assert third.shard in (first.shard, second.shard)
    third.close()


def test_a_receipt_of_a_shard_that_never_publishes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, "FOREIGN_WAIT_S", 0.0)
    first, second = opened(tmp_path), opened(tmp_path)
    monkeypatch.setattr(first._publisher, "publish", lambda **_: None)

    async def work() -> None:
        index = await enter(first, "intent", intent())
        with pytest.raises(NotYetCovered, match="under no checkpoint"):
            await second.receipt(first.receipt_id(index))

    try:
        asyncio.run(work())
    finally:
        first.close()
        second.close()


def test_checkpoints_come_without_being_asked_for(tmp_path: Path) -> None:
    async def work(ledger: Ledger) -> None:
        await deny(ledger, 3)
        while ledger.published < 3:  # noqa: ASYNC110 - there is nothing to wait on: nobody asked
            await asyncio.sleep(0.01)

    run(tmp_path, work)


def test_publish_covers_what_is_durable_now(tmp_path: Path) -> None:
    async def work(ledger: Ledger) -> None:
        for count in range(1, 40):
            await enter(ledger, "denial", denial())
            assert await ledger.publish() == count

    run(tmp_path, work)


def test_relaxed_is_told_before_the_disk_and_published_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    real = os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda handle: (synced.append(handle), real(handle))[1])

    async def work(ledger: Ledger) -> None:
        before = len(synced)
        ledger._publisher.publish = lambda **_: None  # type: ignore[method-assign]
        await enter(ledger, "denial", denial())
        assert len(synced) == before
        del ledger._publisher.publish  # type: ignore[method-assign]
        assert await ledger.publish() == 1
        assert len(synced) > before

    run(tmp_path, work, durability="relaxed")


@pytest.mark.parametrize("through", [True, False], ids=["through", "cached"])
def test_every_group_is_durable_before_it_is_told(tmp_path: Path, through: bool) -> None:
    disk = FailingDisk(through=through)
    durable = "write_through" if through else "sync_data"

    async def work(ledger: Ledger) -> None:
        for _ in range(5):
            before = len(disk.calls)
            await enter(ledger, "denial", denial())
            assert [operation for operation, _ in disk.calls[before:]].count(durable) == 1

    run(tmp_path, work, disk=disk)


def test_segments_rotate_and_receipts_reach_across(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comity.adapters.ledger.committer.SEGMENT_BYTES", 4096)

    async def work(ledger: Ledger) -> None:
        first = await enter(ledger, "intent", intent())
        for _ in range(10):
            await deny(ledger, 20)
        await enter(ledger, "outcome", outcome(first), first)
        result = verified(tmp_path, await ledger.receipt(ledger.receipt_id(first)))
        assert result.valid
        assert "outcome" in result.entries

    run(tmp_path, work)
    (shard,) = shards(tmp_path)
    assert len(list((tmp_path / "log" / shard / "ledger").glob("*.segment"))) > 5
    audit = audited(tmp_path, shard)
    assert not audit.findings
    assert audit.entries == 202


def test_entries_can_be_read_from_anywhere(tmp_path: Path) -> None:
    async def work(ledger: Ledger) -> str:
        await ask(ledger)
        await deny(ledger, 10)
        return ledger.shard

    shard = run(tmp_path, work)
    read = list(entries(tmp_path, shard))
    assert [entry.index for entry in read] == list(range(12))
    assert [entry.kind for entry in read[:3]] == ["intent", "outcome", "denial"]
    assert (read[1].intent, read[1].party) == (0, outcome_party(0))
    assert len({entry.salt for entry in read}) == 12
    assert list(entries(tmp_path, shard, 5)) == read[5:]
    assert list(entries(tmp_path, shard, 12)) == []
    assert list(entries(tmp_path, "nosuch001")) == []


def test_private_files_are_private(tmp_path: Path) -> None:
    state = tmp_path / "new" / ".comity"

    async def work(ledger: Ledger) -> None:
        await ask(ledger)

    run(state, work)
    keep_salt(state)
    (shard,) = shards(state)
    assert state.stat().st_mode & 0o777 == 0o700
    for path in [state / "log.key", state / "salts" / "triage", *(state / "log" / shard / "ledger").iterdir()]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_another_origin_needs_another_state_folder(tmp_path: Path) -> None:
    opened(tmp_path).close()
    with pytest.raises(LedgerCorrupt, match="use another state folder"):
        Ledger.open(tmp_path, "example.org/other", clock=lambda: 0)


@pytest.mark.parametrize("origin", ["", "has space", "has+plus", "x" * 201])
def test_an_origin_that_can_name_no_log(tmp_path: Path, origin: str) -> None:
    with pytest.raises(ValueError, match=r"name|origin"):
        Ledger.open(tmp_path, origin, clock=lambda: 0)


def test_a_state_folder_that_cannot_be_used(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(LedgerBroken, match="cannot be used"):
        Ledger.open(file, ORIGIN, clock=lambda: 0)
