"""The next realm is built before its date, durable before anyone hears of it."""

import asyncio
from datetime import date

import pytest

from comity.adapters.realms import load_realm
from comity.adapters.stack_files import read_stack_file
from comity.runtime.realms import AHEAD_MS, Realms
from comity.terms.instants import end_of
from tests.law import toy
from tests.runtime.test_gate import DAY, LAST, STACK


class World:
    def __init__(self, folder, stack: str = STACK) -> None:
        file = folder / "comity.yaml"
        file.write_text(stack)
        self.now = DAY
        self.said: list[str] = []
        self.state = folder / "state"
        read = read_stack_file(file, {}, date(2026, 11, 23))
        self.realms = Realms(read, self.state, clock=lambda: self.now, say=self.said.append)
        self.first = self.realms.first()

    async def built_ahead(self):
        built = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self.realms.build_ahead(built.set_result))
        try:
            return await asyncio.wait_for(built, 10)
        finally:
            task.cancel()

    async def told(self) -> str:
        """What is said first while the next realm is being built."""
        task = asyncio.create_task(self.realms.build_ahead(lambda realm: None))
        async with asyncio.timeout(10):
            while not self.said:  # noqa: ASYNC110 - the words come from a thread's work
                await asyncio.sleep(0.01)
        task.cancel()
        return self.said[0]


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_a_realm_is_on_disk_when_it_is_built(world):
    assert load_realm(world.state, world.first.digest).digest == world.first.digest
    assert world.realms.digests == (world.first.digest,)


def test_the_next_is_built_within_the_last_hour_and_both_go_to_a_new_worker(world):
    world.now = end_of(LAST) - AHEAD_MS
    following = asyncio.run(world.built_ahead())
    assert following.since == end_of(LAST) == world.first.valid_until
    assert world.realms.current is world.first
    assert world.realms.digests == (world.first.digest, following.digest)
    world.now = end_of(LAST)
    assert world.realms.current is following
    assert world.realms.digests == (following.digest,)
    assert load_realm(world.state, following.digest).valid_until == following.valid_until


def test_a_next_realm_that_cannot_be_kept_is_said_and_the_old_one_stays(world):
    world.now = end_of(LAST) - 1
    (world.state / "realms").chmod(0o500)
    (world.state / "realms").rename(world.state / "elsewhere")
    (world.state / "realms").write_text("in the way")

    assert "cannot be built" in asyncio.run(world.told())
    assert world.realms.current is world.first


@pytest.mark.parametrize(
    ("file", "was", "now", "reason"),
    [
        ("rules.cedar", '@cite("s.1")', "", "toy/1: @cite is missing"),
        ("rules.cedar", "forbid (", "forbit (", "does not parse"),
        ("rules.cedar", "unless {", 'unless { principal.data in Comity::DataClass::"child" ||', "switch the rule off"),
        ("cases.yaml", "verdict: permit", "verdict: forbid", "expected forbid"),
    ],
)
def test_a_pack_that_broke_meanwhile_is_refused_with_the_reason_and_the_old_realm_stays(
    tmp_path, file, was, now, reason
):
    pack = tmp_path / "packs" / "toy"
    pack.mkdir(parents=True)
    for name, text in toy.FILES.items():
        (pack / name).write_text(text)
    world = World(tmp_path, STACK.replace("law: []", "law: [toy]"))
    world.now = end_of(LAST) - 1
    (pack / file).write_text((pack / file).read_text().replace(was, now))
    assert reason in asyncio.run(world.told())
    assert world.realms.current is world.first
    assert world.realms.digests == (world.first.digest,)
