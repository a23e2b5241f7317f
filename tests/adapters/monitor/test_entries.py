"""Entries as a control port gives them to an auditor: what was altered, left out or added up wrongly is an alarm."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from comity.adapters.ledger import Ledger
from comity.adapters.ledger.erasing import erase
from comity.adapters.ledger.reading import read_what_is_left
from comity.adapters.ledger.remote import NotThere, RemoteLog, Unreachable
from comity.adapters.ledger.tile_files import read_tile
from comity.adapters.monitor.entries import Entries
from comity.terms import canon
from comity.terms.digests import to_base64
from tests.adapters.ledger.writing import ask, audited, deny, run

Page = list[dict[str, Any]]
SIZE = 302


class Port(RemoteLog):
    """A control port that says what a test wants, 100 entries at a time."""

    def __init__(self, state: Path, shard: str, lie: Callable[[Page], Page], minimum: int = 0) -> None:
        super().__init__("http://nowhere.example/log")
        self.state, self.shard, self.lie, self.minimum_index = state, shard, lie, minimum

    def minimum(self, prefix: str) -> int:
        return self.minimum_index

    def entries(self, prefix: str, first: int, key: str) -> tuple[int, Page]:
        first = max(first, self.minimum_index)
        page: Page = []
        for index in range(first, first + 100):
            read = read_what_is_left(self.state, self.shard, index)
            if read is None:
                break
            entry = read[0]
            blocks = {name: getattr(entry, name).decode() for name in ("party", "decision", "content")}
            if entry.erased:
                blocks = {}
            page.append({"index": index, "kind": entry.kind, "salt": to_base64(entry.salt), **blocks})
            if entry.intent is not None:
                page[-1]["intent"] = entry.intent
        return self.minimum_index, self.lie(page)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    state = tmp_path_factory.mktemp("state")

    async def work(ledger: Ledger) -> str:
        await ask(ledger)
        await deny(ledger, SIZE - 2)
        return ledger.shard

    return state, run(state, work)


def alarms(written: tuple[Path, str], lie: Callable[[Page], Page], minimum: int = 0) -> list[tuple[str, int | None]]:
    state, shard = written
    entries = Entries(Port(state, shard, lie, minimum), f"http://nowhere.example/log/{shard}", "sk-x")
    folder = state / "log" / shard
    found = [list(entries.read(SIZE, lambda tile: read_tile(folder, tile))) for _ in range(2)]
    assert found[0] == found[1]  # said as long as it is so
    return [(alarm.name, alarm.index) for alarm in found[0]]


def altered(index: int, **change: Any) -> Callable[[Page], Page]:
    return lambda page: [{**each, **change} if each["index"] == index else each for each in page]


def test_entries_as_they_are(written: tuple[Path, str]) -> None:
    assert alarms(written, lambda page: page) == []
    assert alarms(written, lambda page: page, minimum=2) == []
    assert alarms(written, lambda page: page, minimum=1) == []  # the outcome's intent is pruned


def test_entries_that_were_erased_or_pruned_are_no_alarm(tmp_path: Path) -> None:
    async def work(ledger: Ledger) -> str:
        await ask(ledger)
        await deny(ledger, SIZE - 2)
        return ledger.shard

    shard = run(tmp_path, work)
    Ledger.open(tmp_path, "example.org/gw", clock=lambda: 1795406400000).close()
    assert erase(tmp_path, shard, 0, lambda group: {each.index for each in group} & {0, 1, 9}) == 3
    assert alarms((tmp_path, shard), lambda page: page) == []
    (tmp_path / "log" / shard / "ledger" / "tiles-synced").write_text(f"{SIZE}\n")
    assert audited(tmp_path, shard).erased == 3
    # of an open intent that is erased, and of one that is pruned, the outcome may still come
    run(tmp_path, ask)
    assert audited(tmp_path, shard).findings == []


OTHER = canon.encode(
    {"durability": "strict", "realm": "cd" * 32, "model": "m", "mode": "enforce", "rules": []}
).decode()

LIES: dict[str, tuple[Callable[[Page], Page], list[tuple[str, int]]]] = {
    "another decision": (altered(9, decision=OTHER), [("altered-entry", 9)]),
    "another salt": (altered(9, salt=to_base64(bytes(32))), [("altered-entry", 9)]),
    "no salt": (altered(9, salt="?"), [("bad-entry", 9)]),
    "another kind": (altered(9, kind="intent"), [("altered-entry", 9), ("bad-entry", 9)]),
    "another intent": (altered(1, intent=7), [("wrong-intent", 1), ("wrong-intent", 1)]),
    "an intent that is none": (altered(1, intent=[]), [("bad-entry", 1)]),
    "a kind that is none": (altered(9, kind="zzz"), [("bad-entry", 9)]),
    "spaces": (altered(9, content="{ }"), [("altered-entry", 9), ("bad-entry", 9)]),
    "one left out": (lambda page: [each for each in page if each["index"] != 120], [("gap", 100)]),
    "the last left out": (lambda page: [each for each in page if each["index"] < SIZE - 1], [("gap", SIZE - 1)]),
    "nothing": (lambda page: [], [("gap", 0)]),
    "said to be erased": (
        lambda page: [
            {"index": 9, "kind": "denial", "salt": each["salt"]} if each["index"] == 9 else each for each in page
        ],
        [("altered-entry", 9)],
    ),
}


@pytest.mark.parametrize(("lie", "names"), LIES.values(), ids=LIES)
def test_entries_that_are_others(
    written: tuple[Path, str], lie: Callable[[Page], Page], names: list[tuple[str, int]]
) -> None:
    assert sorted(alarms(written, lie)) == sorted(names)


def test_a_port_that_is_none_and_a_key_that_opens_nothing(written: tuple[Path, str]) -> None:
    def gone(_: Page) -> Page:
        raise NotThere("status 404")

    def closed(_: Page) -> Page:
        raise Unreachable("status 403")

    assert alarms(written, gone) == [("gap", 0)]
    with pytest.raises(Unreachable):
        alarms(written, closed)


def test_it_reads_on_where_it_was(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, "example.org/gw", clock=lambda: 1795406400000)
    asked: list[int] = []
    port = Port(tmp_path, ledger.shard, lambda page: asked.append(page[0]["index"]) or page)  # type: ignore[func-returns-value]
    entries = Entries(port, f"http://nowhere.example/log/{ledger.shard}", "sk-x")

    folder = tmp_path / "log" / ledger.shard

    async def work() -> None:
        for size in (5, 40):
            await deny(ledger, size)
            published = await ledger.publish()
            assert list(entries.read(published, lambda tile: read_tile(folder, tile))) == []

    asyncio.run(work())
    ledger.close()
    assert asked == [0, 5]
