"""The vault: durable before it says so, sealed always, and ended by destroying keys."""

from __future__ import annotations

import asyncio
import errno
import os
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.adapters.disk import PRIVATE, Disk
from comity.adapters.vault import Erased, Keeper, Kept, destroy, find, purge, sever
from comity.adapters.vault.keys import keys, naming_path, read_key, ref_name
from comity.adapters.vault.sealing import (
    MAX_ITEM_BYTES,
    NO_REF,
    Record,
    Unsealable,
    key_mark,
    opened,
    read_head,
    sealed,
)
from comity.adapters.vault.shelves import records, shelves
from comity.stack.sworn import LegalHold
from comity.testing.disk import FailingDisk, Operation
from comity.testing.power import PowerDisk

DUE = date(2026, 12, 23)
ROOM = 1 << 30
OPENINGS = bytes(32), bytes([1]) * 32
SECRET = b"the patient said so"


def kept(number: int, *, application: str = "triage", due: date = DUE, ref: str = "", body: bytes = SECRET) -> Kept:
    return Kept(application, f"shard0001.{number}", due, "local", "chat", body, b"answer %d" % number, OPENINGS, ref)


async def keep(state: Path, *items: Kept, most: int = ROOM, **options: object) -> list[str]:
    """What `done` was told of each."""
    keeper = Keeper(state, **options)  # type: ignore[arg-type]
    told: dict[str, str] = {}
    for item in items:
        keeper.keep(item, most, partial(told.__setitem__, f"{item.application} {item.receipt}"))
    async with asyncio.timeout(20):
        while len(told) < len(items):  # noqa: ASYNC110 - `done`s have no event
            await asyncio.sleep(0.001)
    await asyncio.to_thread(keeper.close)
    return [told[f"{item.application} {item.receipt}"] for item in items]


def kept_in(state: Path, *items: Kept, **options: object) -> list[str]:
    return asyncio.run(keep(state, *items, **options))  # type: ignore[arg-type]


def test_what_is_kept_is_found_again_and_by_its_receipt_alone(tmp_path: Path) -> None:
    items = [kept(number, application=app) for app in ("triage", "desk") for number in range(40)]
    assert kept_in(tmp_path, *items) == ["2026-12-23"] * 80
    for item in items:
        assert find(tmp_path, item.application, item.receipt) == item
    assert find(tmp_path, "triage", "shard0001.99") is None
    assert find(tmp_path, "triage", "shard0002.1") is None
    assert find(tmp_path, "nobody", "shard0001.1") is None


def test_nothing_of_it_lies_on_the_disk_in_clear(tmp_path: Path) -> None:
    kept_in(tmp_path, kept(1, ref="patient-77"))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 3
    for path in files:
        assert path.stat().st_mode & 0o077 == 0
        for clear in (SECRET, b"answer 1", b"local", b"chat", b"patient-77"):
            assert clear not in path.read_bytes()
            assert clear not in str(path).encode()


@given(st.binary(max_size=300), st.binary(max_size=300), st.integers(0, 10_000), st.integers(0, 255))
def test_no_altered_or_moved_record_is_opened(request: bytes, response: bytes, at: int, other: int) -> None:
    item, key = Kept("a", "s.1", DUE, "local", "chat", request, response, OPENINGS), bytes(range(32))
    data = sealed(item, key, NO_REF, bytes(12))
    length, size = read_head(data)
    body = data[len(data) - size :]
    record = Record("s.1", NO_REF, b"", body)
    assert opened(record, key, "a", DUE) == item
    flipped = bytearray(body)
    flipped[at % size] ^= other or 1
    with pytest.raises(Unsealable):
        opened(Record("s.1", NO_REF, b"", bytes(flipped)), key, "a", DUE)
    with pytest.raises(Unsealable):
        opened(Record("s.2", NO_REF, b"", body), key, "a", DUE)
    with pytest.raises(Unsealable):
        opened(record, bytes(32), "a", DUE)
    assert length == 3


def test_destroying_an_application_leaves_nothing_of_it_and_all_of_the_others(tmp_path: Path) -> None:
    ours, theirs = kept(1, ref="r"), kept(2, application="desk")
    later = kept(3, due=DUE + timedelta(1))
    kept_in(tmp_path, ours, theirs, later)
    assert destroy(tmp_path, "triage") == 2
    assert find(tmp_path, "triage", ours.receipt) == Erased(DUE)
    assert find(tmp_path, "triage", later.receipt) == Erased(later.due)
    assert find(tmp_path, "desk", theirs.receipt) == theirs
    assert destroy(tmp_path, "triage") == 0


def test_a_key_is_overwritten_before_it_has_no_name(tmp_path: Path) -> None:
    kept_in(tmp_path, kept(1), kept(2, ref="r"))
    disk = PowerDisk(tmp_path)
    doomed = [path for path, _, _ in keys(tmp_path, "triage")]
    assert destroy(tmp_path, "triage", disk=disk) == len(doomed) == 2
    for path in doomed:
        steps = [step.operation for step in disk.steps if step.subject == path]
        assert steps == ["write", "sync", "unlink"]
        gone = next(at for at, step in enumerate(disk.steps) if step[:2] == ("unlink", path))
        assert ("sync", path.parent) in [step[:2] for step in disk.steps[gone:]]


def test_a_client_that_draws_a_ref_for_each_request_does_not_fill_the_disk_with_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comity.adapters.vault.keeper.MAX_REFS", 3)
    items = [kept(number, ref=str(number)) for number in range(6)]
    said: list[str] = []
    assert kept_in(tmp_path, *items, kept(6), kept(7, ref="1"), say=said.append) == [
        *["2026-12-23"] * 3,
        *[""] * 3,
        "2026-12-23",
        "2026-12-23",
    ]
    assert said == ["the vault keeps nothing of triage under further refs: 3 have keys"]
    assert kept_in(tmp_path, kept(8, ref="8"), kept(9, ref="9", due=DUE + timedelta(1))) == ["", "2026-12-24"]


def test_destroying_a_ref_leaves_the_rest_of_the_application(tmp_path: Path) -> None:
    one, two, other, none = kept(1, ref="r"), kept(2, ref="r", due=DUE + timedelta(1)), kept(3, ref="s"), kept(4)
    kept_in(tmp_path, one, two, other, none)
    assert destroy(tmp_path, "triage", "r") == 2
    assert [type(find(tmp_path, "triage", each.receipt)) for each in (one, two, other, none)] == [
        *(Erased, Erased),
        *(Kept, Kept),
    ]


@pytest.mark.parametrize("ref", ["patient-77", ""])
def test_no_record_tells_which_ref_it_was_of(tmp_path: Path, ref: str) -> None:
    kept_in(tmp_path, kept(1, ref="patient-77"), kept(2), kept(3, ref="patient-77"), kept(4, ref="other"))
    naming = read_key(naming_path(tmp_path, "triage"))
    assert naming is not None
    (key,) = (read_key(path) for path, _, of in keys(tmp_path, "triage") if of == ref_name(naming, "patient-77"))
    assert key is not None
    destroy(tmp_path, "triage", ref)
    kept_in(tmp_path, kept(5, ref="patient-77"))
    sever(tmp_path, "triage")
    found = [record for path, _, _ in shelves(tmp_path, "triage") for record in records(path)]
    mine = [each.receipt for each in found if each.ref == ref_name(naming, "patient-77")]
    assert mine == (["shard0001.5"] if ref else [])  # without its naming key it has another name
    assert key_mark(key) not in {each.mark for each in found}
    gone = {number for number in range(1, 6) if find(tmp_path, "triage", f"shard0001.{number}") == Erased(DUE)}
    assert gone == ({1, 3} if ref else {1, 2, 3, 4})


@pytest.mark.parametrize("how", ["not", "done", "half"])
def test_a_ref_goes_from_records_whatever_fails_once(tmp_path: Path, how: Literal["not", "done", "half"]) -> None:
    for number in range(30):
        state = tmp_path / str(number)
        kept_in(state, kept(1, ref="patient-77"), kept(2, ref="other"), kept(3, ref="patient-77"))
        disk = FailingDisk()
        disk.fail_call(number, how)
        with suppress(OSError):
            destroy(state, "triage", "patient-77", disk=disk)
        destroy(state, "triage", "patient-77")
        (path,) = (path for path, _, _ in shelves(state, "triage"))
        assert [each.ref == NO_REF for each in records(path)] == [True, False, True]
        assert find(state, "triage", "shard0001.2") == kept(2)
        if len(disk.calls) <= number:
            assert number > 5
            return
    pytest.fail("more operations than are broken here")


def test_what_comes_after_an_erasure_is_kept_under_another_key(tmp_path: Path) -> None:
    before, after = kept(1), kept(2)

    async def both() -> None:
        keeper = Keeper(tmp_path)
        for item in (before, after):
            done: asyncio.Future[str] = asyncio.get_running_loop().create_future()
            keeper.keep(item, ROOM, done.set_result)
            assert await done == "2026-12-23"
            if item is before:
                destroy(tmp_path, "triage")
        keeper.close()

    asyncio.run(both())
    assert find(tmp_path, "triage", before.receipt) == Erased(DUE)
    assert find(tmp_path, "triage", after.receipt) == after


def test_each_is_gone_after_its_last_day_unless_a_hold_lies_on_it(tmp_path: Path) -> None:
    items = [kept(1), kept(2, due=DUE + timedelta(1)), kept(3, application="desk")]
    kept_in(tmp_path, *items)
    assert purge(tmp_path, DUE) == 0
    hold = LegalHold("claim", DUE + timedelta(1), ("desk",))
    assert purge(tmp_path, DUE + timedelta(1), [hold]) == 1
    assert find(tmp_path, "triage", items[0].receipt) is None
    assert find(tmp_path, "triage", items[1].receipt) == items[1]
    assert find(tmp_path, "desk", items[2].receipt) == items[2]
    assert purge(tmp_path, DUE + timedelta(2), [hold]) == 2
    assert not [*keys(tmp_path, "desk"), *shelves(tmp_path, "desk"), *shelves(tmp_path, "triage")]


def test_a_key_whose_day_comes_while_it_is_erased_stops_nobody(tmp_path: Path) -> None:
    kept_in(tmp_path, kept(1), kept(2, due=DUE + timedelta(1)))

    class Late(Disk):
        """Before the first key is opened, another process has destroyed all of them."""

        def open(self, path: Path, flags: int, mode: int = PRIVATE) -> int:
            if flags == os.O_WRONLY:
                for key, _, _ in keys(tmp_path, "triage"):
                    key.unlink()
            return super().open(path, flags, mode)

    assert destroy(tmp_path, "triage", disk=Late()) == 2
    assert find(tmp_path, "triage", "shard0001.1") == Erased(DUE)


def test_limits_of_one_and_of_all(tmp_path: Path) -> None:
    assert kept_in(tmp_path, kept(1, body=bytes(MAX_ITEM_BYTES))) == [""]
    assert kept_in(tmp_path, kept(2, body=bytes(600)), kept(3, body=bytes(600)), most=1000) == ["2026-12-23", ""]
    assert find(tmp_path, "triage", "shard0001.3") is None
    assert kept_in(tmp_path, kept(4, body=bytes(600)), most=1000) == [""]  # another worker, who counts what is there


@pytest.mark.parametrize("how", ["not", "half", "done"])
@pytest.mark.parametrize("operation", ["open", "write", "sync", "sync_data", "link", "unlink", "make_folder"])
@pytest.mark.parametrize("after", range(3))
def test_whatever_the_disk_refuses_nothing_is_said_to_be_kept_that_is_not(
    tmp_path: Path, operation: Operation, how: Literal["not", "half", "done"], after: int
) -> None:
    disk, said = FailingDisk(), list[str]()
    disk.fail(operation, how=how, after=after)
    items = [kept(number, due=DUE + timedelta(number % 2)) for number in range(4)]
    told = kept_in(tmp_path, *items, disk=disk, say=said.append)
    for item, day in zip(items, told, strict=True):
        if day:
            assert find(tmp_path, "triage", item.receipt) == item
    assert len(said) == ("" in told)
    assert all(kept_in(tmp_path, kept(9)))


@pytest.mark.parametrize("operation", ["write", "sync_data"])
def test_a_disk_that_refuses_for_long_takes_no_files_and_no_handles(tmp_path: Path, operation: Operation) -> None:
    disk = FailingDisk()

    async def refused() -> None:
        keeper = Keeper(tmp_path, disk=disk)
        for number in range(60):
            done: asyncio.Future[str] = asyncio.get_running_loop().create_future()
            keeper.keep(kept(number), ROOM, done.set_result)
            assert await done == ("" if number else "2026-12-23")
            disk.fail(operation, errno.ENOSPC)
        assert open_files() <= before + 3
        disk.heal()
        await asyncio.to_thread(keeper.close)

    before = open_files()
    asyncio.run(refused())
    assert len(list(shelves(tmp_path, "triage"))) <= 2
    assert find(tmp_path, "triage", "shard0001.0") == kept(0)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_what_was_asked_under_a_salt_that_is_destroyed_is_not_kept(tmp_path: Path) -> None:
    """It was under way when it was erased: whatever the keys were then, nothing of it may be there later."""

    async def late() -> None:
        keeper = Keeper(tmp_path)
        salts = {1: True, 2: False}
        for number, there in salts.items():
            done: asyncio.Future[str] = asyncio.get_running_loop().create_future()
            keeper.keep(kept(number), ROOM, done.set_result, partial(bool, there))
            assert await done == ("2026-12-23" if there else "")
        keeper.close()

    asyncio.run(late())
    assert find(tmp_path, "triage", "shard0001.1") == kept(1)
    assert find(tmp_path, "triage", "shard0001.2") is None


def test_a_torn_write_hides_nothing_that_is_whole(tmp_path: Path) -> None:
    kept_in(tmp_path, kept(1), kept(2))
    ((path, _, _),) = shelves(tmp_path, "triage")
    path.write_bytes(path.read_bytes()[:-1])
    assert find(tmp_path, "triage", "shard0001.1") == kept(1)
    assert find(tmp_path, "triage", "shard0001.2") is None


@pytest.mark.parametrize("name", ["", "..", "a/b", "A", "x" * 65])
def test_only_an_application_has_a_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="application"):
        destroy(tmp_path, name)
