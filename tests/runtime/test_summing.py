"""The summary of a day: entered once, after the day's end, through restarts and whatever comes in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from comity.adapters.ledger import Ledger, entries
from comity.adapters.ledger.daily import CURSOR, Daily
from comity.proof.summary import DAY_MS, shown_day
from comity.runtime.messages import Summarise
from comity.runtime.summing import Summed, Summing, told
from comity.terms import canon
from tests.adapters.ledger.writing import audited, enter
from tests.proof.samples import ORIGIN, intent, outcome

TODAY = 20_000 * DAY_MS


class World:
    """A gateway's clock, its one shard, and who reads and writes that."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.now = TODAY + 1000
        self.begin()

    def begin(self) -> None:
        self.ledger = Ledger.open(self.state, ORIGIN, clock=lambda: self.now)
        self.summed = Summed(self.ledger)
        self.daily = Daily(self.state, self.ledger.shard)

    def again(self) -> None:
        self.ledger.close()
        self.begin()

    async def request(self, *, answered: bool = True) -> None:
        blocks = canon.parse(intent()[2]) | {"times": {"received": self.now}}
        index = await enter(self.ledger, "intent", (*intent()[:2], canon.encode(blocks)))
        if answered:
            usage = {"prompt_tokens": 3, "completion_tokens": 4}
            await enter(self.ledger, "outcome", outcome(index, times={"finished": self.now}, usage=usage), index)

    def order(self) -> Summarise | None:
        due = self.daily.due(self.now)
        return None if due is None else told(due, "strict", self.now)

    async def look(self) -> int:
        """One look of the supervisor, obeyed by the worker; how many entries it ordered."""
        order = self.order()
        if order is not None:
            self.summed.enter(order)
            await until(lambda: not self.ledger.pending)
        return 0 if order is None else len(order.sums)

    @property
    def days(self) -> list[tuple[str, int, int]]:
        found = [
            canon.parse(entry.decision) for entry in entries(self.state, self.ledger.shard) if entry.kind == "summary"
        ]
        return [(each["day"], each["from"], each["to"]) for each in found]


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(5000):
        if holds():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it never came to hold")


def played(tmp_path: Path, play: Callable[[World], Any]) -> World:
    world = World(tmp_path)
    try:
        asyncio.run(play(world))
    finally:
        world.ledger.close()
    return world


def test_a_day_is_summed_up_after_its_end_and_once(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        await world.request()
        assert await world.look() == 0
        world.now += DAY_MS
        await world.request()
        assert await world.look() == 1
        assert await world.look() == 0
        world.now += DAY_MS
        assert [await world.look() for _ in range(3)] == [1, 0, 0]

    world = played(tmp_path, play)
    assert world.days == [(shown_day(20_000), 0, 2), (shown_day(20_001), 2, 5)]
    (first, _) = (e for e in entries(world.state, world.ledger.shard) if e.kind == "summary")
    (sums,) = canon.parse(first.content)["applications"]
    assert (sums["requests"], sums["prompt_tokens"], sums["open"]) == (1, 3, 0)


def test_a_day_of_a_gateway_that_stopped_is_summed_up_at_the_next_start(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        await world.request()
        await world.request(answered=False)
        world.now += 3 * DAY_MS
        world.again()
        assert [await world.look(), await world.look()] == [1, 0]
        world.again()
        assert await world.look() == 0

    world = played(tmp_path, play)
    assert world.days == [(shown_day(20_000), 0, 3)]
    sums = next(
        canon.parse(e.content)["applications"] for e in entries(world.state, world.ledger.shard) if e.kind == "summary"
    )
    assert (sums[0]["requests"], sums[0]["open"], sums[0]["lost"]) == (2, 1, 0)


def test_what_comes_between_a_look_and_the_summary_is_not_lost(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        await world.request()
        late = world.now
        world.now += DAY_MS
        order = world.order()
        assert order is not None
        now, world.now = world.now, late
        await world.request()  # it came before midnight
        world.now = now
        world.summed.enter(order)
        assert world.days == []
        assert [await world.look(), await world.look()] == [1, 0]

    assert played(tmp_path, play).days == [(shown_day(20_000), 0, 4)]


@pytest.mark.parametrize("restart", [False, True])
def test_an_order_that_comes_twice_is_obeyed_once(tmp_path: Path, restart: bool) -> None:
    async def play(world: World) -> None:
        await world.request()
        world.now += DAY_MS
        await world.request()
        order = world.order()
        assert order is not None
        world.summed.enter(order)
        if restart:
            world.again()
        world.summed.enter(order)

    assert len(played(tmp_path, play).days) == 1


def test_a_cursor_that_is_lost_is_found_again(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        for _ in range(4):
            await world.request()
            world.now += DAY_MS
            await world.look()
        place = tmp_path / "log" / world.ledger.shard / "ledger" / CURSOR
        place.write_bytes(b"{ half")
        world.again()
        assert await world.look() == 0
        world.now += DAY_MS
        assert await world.look() == 1

    world = played(tmp_path, play)
    assert [day for day, _, _ in world.days] == [shown_day(20_000 + n) for n in range(5)]


def test_a_log_from_before_there_were_summaries_gets_all_of_them(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        for _ in range(40):
            await world.request()
            world.now += DAY_MS
        assert [await world.look() for _ in range(3)] == [32, 8, 0]

    days = played(tmp_path, play).days
    assert [day for day, _, _ in days] == [shown_day(20_000 + n) for n in range(40)]
    assert days == [(day, 2 * n, 2 * n + 2) for n, (day, _, _) in enumerate(days)]


def test_the_supervisor_tells_the_worker_that_holds_the_shard(tmp_path: Path) -> None:
    told_to: list[tuple[int, Summarise]] = []

    async def play(world: World) -> None:
        await world.request()
        world.now += DAY_MS
        summing = Summing(
            tmp_path,
            clock=lambda: world.now,
            say=pytest.fail,
            shards=lambda: {world.ledger.shard: 7},
            tell_one=lambda worker, order: told_to.append((worker, order)),
            durability=lambda: "strict",
        )
        watch = asyncio.create_task(summing.watch())
        await until(lambda: bool(told_to))
        watch.cancel()

    played(tmp_path, play)
    assert [(worker, len(order.sums)) for worker, order in told_to] == [(7, 1)]


def test_a_clock_that_was_ahead_once_is_told_and_summaries_go_on(tmp_path: Path) -> None:
    """One bad hour in the next year: its entries are summed up as what they say, and the day goes on."""
    said: list[str] = []

    async def play(world: World) -> None:
        summing = Summing(
            tmp_path,
            clock=lambda: world.now,
            say=said.append,
            shards=dict,
            tell_one=lambda *_: None,
            durability=lambda: "strict",
        )

        async def look() -> int:
            summing._due(world.ledger.shard)
            return await world.look()

        await world.request()
        world.now += 400 * DAY_MS
        assert await look() == 1  # the day was over, by that clock
        await world.request()
        assert await look() == 0
        world.now -= 400 * DAY_MS
        assert [await look() for _ in range(3)] == [1, 0, 0]
        await world.request()
        assert await look() == 0
        world.now += DAY_MS
        assert [await look() for _ in range(3)] == [1, 0, 0]
        world.again()
        assert await look() == 0

    world = played(tmp_path, play)
    assert world.days == [
        (shown_day(20_000), 0, 2),
        (shown_day(20_400), 2, 5),
        (shown_day(20_000), 5, 8),
    ]
    assert len(said) == 1
    assert f"has entries of {shown_day(20_400)}, and by this machine's clock it is {shown_day(20_000)}" in said[0]
    audit = audited(tmp_path, world.ledger.shard)
    assert (audit.findings, audit.summaries) == ([], 3)


def test_a_clock_that_is_a_day_ahead_is_told_and_waited_for(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        world.now += DAY_MS
        await world.request()
        world.now -= DAY_MS
        await world.request()
        assert await world.look() == 0
        assert world.daily.ahead == shown_day(20_001)
        world.now += 2 * DAY_MS
        assert await world.look() == 1

    world = played(tmp_path, play)
    assert world.days == [(shown_day(20_001), 0, 4)]
    assert audited(tmp_path, world.ledger.shard).findings == []


def test_a_clock_that_began_in_1970_is_put_right(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        world.now = 5000
        await world.request()
        world.now = TODAY
        await world.request()
        assert [await world.look() for _ in range(2)] == [1, 0]
        world.now = 7000
        await world.request()
        assert [await world.look() for _ in range(2)] == [1, 0]
        world.now = TODAY + 1
        assert [await world.look() for _ in range(2)] == [1, 0]

    world = played(tmp_path, play)
    assert [day for day, _, _ in world.days] == [shown_day(0), shown_day(20_000), shown_day(0)]
    assert audited(tmp_path, world.ledger.shard).findings == []
