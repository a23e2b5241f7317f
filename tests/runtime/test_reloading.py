"""When a file is read again, and what is done with what was read."""

import asyncio
from types import SimpleNamespace

from comity.runtime.inputs import digest, look
from comity.runtime.plan import unchangeable
from comity.runtime.reloading import Reloading
from comity.stack.types import Stack
from comity.terms.errors import Fault
from comity.terms.problems import Problem, Problems
from tests.runtime.test_endpoints import stack


class World:
    """A gateway whose plan is the text of one file."""

    def __init__(self, folder):
        self.file = folder / "comity.yaml"
        self.file.write_text("one")
        self.reads = 0
        self.swapped = []
        self.said = []
        self.realm = SimpleNamespace(digest="one")
        self.error = None
        self.gate = None
        self.reloading = Reloading(
            self.plan("one"),
            lambda: self.realm,
            read=self.read,
            watched=lambda plan: [self.file],
            swap=self.swap,
            clock=lambda: 7,
            say=self.said.append,
        )

    def plan(self, text):
        return SimpleNamespace(
            file=SimpleNamespace(path=self.file), stack=stack(), endpoints=text, grants={}, hearers={}
        )

    def read(self):
        self.reads += 1
        if self.error is not None:
            raise self.error
        text = self.file.read_text()
        return self.plan(text), SimpleNamespace(digest=text)

    async def swap(self, plan, realm, changed):
        if self.gate is not None:
            await self.gate.wait()
        self.swapped.append((plan.endpoints, changed))
        self.realm = realm

    async def until(self, condition):
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)


def run(test, folder):
    async def main():
        world = World(folder)
        watch = asyncio.create_task(world.reloading.watch(1 << 60))
        try:
            await test(world)
        finally:
            watch.cancel()

    asyncio.run(main())


def test_a_changed_file_is_read_once_it_rests_and_an_equal_one_is_not(tmp_path):
    async def test(world):
        await asyncio.sleep(0.1)
        world.file.write_text("two")
        await world.until(lambda: world.swapped == [("two", True)])
        world.file.write_text("two")  # touched
        world.reloading.ask()
        await world.until(lambda: len(world.swapped) == 2)
        assert world.swapped[1] == ("two", False)
        assert world.reloading.counts == {"loaded": 1, "unchanged": 1, "refused": 0}

    run(test, tmp_path)


def test_a_bad_file_is_read_once_and_told_of_and_mended_it_is_loaded(tmp_path):
    async def test(world):
        await asyncio.sleep(0.1)
        world.error = Problems([Problem("comity.yaml", 3, 1, "sites", "no such thing")])
        world.file.write_text("bad")
        await world.until(lambda: world.reloading.counts["refused"] == 1)
        assert world.reloading.last.realm == "one" and any("comity.yaml:3:1" in line for line in world.said)
        await asyncio.sleep(1.2)  # two looks
        assert world.reads == 1
        world.error = None
        world.file.write_text("two")
        await world.until(lambda: world.swapped == [("two", True)])

    run(test, tmp_path)


def test_whatever_a_file_does_to_us_the_gateway_serves_on(tmp_path):
    async def test(world):
        for error in (Fault("a node does not start"), OSError("the disk is full"), KeyError("a prompt")):
            world.error = error
            assert (await world.reloading.now()).result == "refused"
        assert "a prompt" not in "".join(world.said)
        world.error = None
        assert (await world.reloading.now()).result == "unchanged"

    run(test, tmp_path)


def test_many_who_ask_share_a_reading_that_begins_after_they_asked(tmp_path):
    async def test(world):
        world.gate = asyncio.Event()
        first = asyncio.create_task(world.reloading.now())
        await world.until(lambda: world.reads == 1)
        others = [asyncio.create_task(world.reloading.now()) for _ in range(20)]
        await asyncio.sleep(0.05)
        world.file.write_text("two")
        world.gate.set()
        assert (await first).result == "unchanged"
        assert {outcome.realm for outcome in await asyncio.gather(*others)} == {"two"}
        assert world.reads == 2

    run(test, tmp_path)


def test_a_look_sees_another_file_under_the_same_name(tmp_path):
    file = tmp_path / "a"
    file.write_text("one")
    seen, held = look([file]), digest([file])
    other = tmp_path / "b"
    other.write_text("two")
    other.rename(file)
    assert look([file]) != seen and digest([file]) != held
    file.unlink()
    assert look([file]) == (None,)


def test_what_a_running_gateway_cannot_change_is_named():
    before = stack()
    after = Stack(**{**{name: getattr(before, name) for name in before.__struct_fields__}, "origin": "other.example"})
    try:
        unchangeable(before, after, __file__)
    except Problems as error:
        assert [problem.where for problem in error.problems] == ["origin"]
    else:
        raise AssertionError("another origin was let through")


def test_a_file_behind_links_that_are_turned_is_another(tmp_path):
    """As Kubernetes swaps the files of a ConfigMap: the link to their folder is replaced, they themselves are not."""
    for version in ("v1", "v2"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "comity.yaml").write_text(version)
    (tmp_path / "data").symlink_to("v1")
    file = tmp_path / "comity.yaml"
    file.symlink_to("data/comity.yaml")
    seen = look([file])
    (tmp_path / "next").symlink_to("v2")
    (tmp_path / "next").rename(tmp_path / "data")
    assert look([file]) != seen


class Turning(list):
    """Paths of which the file is edited after they were looked at first, and before it is read."""

    def __init__(self, file):
        super().__init__([file])
        self.rounds = 0

    def __iter__(self):
        self.rounds += 1
        if self.rounds == 2:
            self[0].write_text("two")
        return super().__iter__()


def test_an_edit_between_the_first_look_and_the_first_reading_is_noticed(tmp_path):
    async def main():
        world = World(tmp_path)
        turning = Turning(world.file)
        world.reloading = Reloading(
            world.plan("one"),
            lambda: world.realm,
            read=world.read,
            watched=lambda plan: turning,
            swap=world.swap,
            clock=lambda: 7,
            say=world.said.append,
        )
        watch = asyncio.create_task(world.reloading.watch(1 << 60))
        try:
            await world.until(lambda: world.swapped == [("two", True)])
        finally:
            watch.cancel()

    asyncio.run(main())
