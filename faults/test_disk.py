"""A disk that fills up, fails or goes read-only, and a clock that jumps: nothing that is not logged leaves."""

from __future__ import annotations

import asyncio
import errno
import os
import random
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from comity.testing.gateway import Gateway
from faults.checks import all_verify, intents_of
from faults.conftest import Row
from faults.failing import PROGRAM, tell
from faults.load import Clients, Recorder
from faults.test_kill import STACK
from faults.world import OWN_FAULT, audit

CLIENTS = 8
BEFORE_S, FAULTY_S, AFTER_S = 1.0, 2.5, 1.0
BACK_S = 30.0
"""For the workers to serve again; and before that, to notice. Some faults are seen only at the next checkpoint: where
there is no room for new files, entries are durable in the segment that is open until then."""
DISK_MB = 24

READ_ONLY = dict.fromkeys(("open", "write", "sync", "rename"), errno.EROFS)
FAULTS = {
    "fails to sync": {"sync": errno.EIO},
    "fails to write": {"write": errno.EIO},
    "has no space": {"write": errno.ENOSPC},
    "has no room for new files": {"open": errno.ENOSPC},
    "goes read-only": READ_ONLY,
    "fails to rename": {"rename": errno.EIO},
}


class Place:
    """A gateway under load, and the upstream that notes what reaches it."""

    def __init__(self, folder: Path, program: tuple[str, ...] | None) -> None:
        self.folder = folder
        self.upstream = Recorder()
        self._program = program

    async def begin(self) -> None:
        await self.upstream.start()
        stack = self.folder / "comity.yaml"
        stack.write_text(STACK.format(port=self.upstream.port))
        said = self.folder.parent / f"{self.folder.name}.said"
        more = {"program": self._program} if self._program else {}
        self.gateway = Gateway(stack, workers=2, said=said, **more)
        self.said = said
        self.key, self.owner = self.gateway.new_key("--app", "desk"), self.gateway.new_key("--role", "owner")
        self.clients = Clients(self.key)
        await self.gateway.start()

    async def load(self, seconds: float) -> None:
        """Ask for so long."""
        self.clients.start(tuple(self.gateway.first["data"]), CLIENTS)
        await asyncio.sleep(seconds)
        await self.clients.stop()

    async def verified(self) -> int:
        """How many answers came whole since the last time; each has a receipt that verifies."""
        return await all_verify(self.gateway, self.key, self.clients, self.owner)

    async def ready(self) -> bool:
        """Whether a load balancer would send requests here."""
        try:
            reader, writer = await asyncio.open_connection(*self.gateway.first["data"])
        except OSError:
            return False
        try:
            writer.write(b"GET /readyz HTTP/1.1\r\nhost: g\r\nconnection: close\r\n\r\n")
            return (await reader.read()).startswith(b"HTTP/1.1 200")
        except OSError:
            return False
        finally:
            writer.close()

    async def gives_up(self) -> None:
        """Wait until no worker serves."""
        async with asyncio.timeout(BACK_S):
            while any(each["shard"] for each in (await self.gateway.status(self.owner))["workers"]):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def comes_back(self) -> None:
        """Wait until every worker serves again."""
        async with asyncio.timeout(BACK_S):
            while not all(  # noqa: ASYNC110 - another process
                each["shard"] and not each["fault"] for each in (await self.gateway.status(self.owner))["workers"]
            ):
                await asyncio.sleep(0.1)

    async def end(self, row: Row) -> None:
        """Stop; hold what reached the upstream against the log."""
        await self.gateway.stop()
        self.upstream.stop()
        intents = intents_of(self.gateway.state)
        unlogged = [length for length in self.upstream.arrived if length not in intents]
        audited = audit(self.gateway.state)
        row.tell(
            requests_upstream=len(self.upstream.arrived),
            without_an_intent=len(unlogged),
            lost_outcomes=sum(len(shard["lost"]) for shard in audited["shards"]),
        )
        assert not unlogged
        assert audited["holds"], audited
        assert OWN_FAULT not in self.said.read_text(), self.said.read_text()


async def _break(place: Place, row: Row, fail: Callable[[], None], heal: Callable[[], None]) -> None:
    """Load; the fault, under load: once it is noticed, nothing is accepted; load again when it is over."""
    await place.begin()
    await place.load(BEFORE_S)
    verified = await place.verified()
    assert verified
    place.clients.start(tuple(place.gateway.first["data"]), CLIENTS)
    fail()
    await place.gives_up()
    noticed = asyncio.get_running_loop().time()
    await asyncio.sleep(FAULTY_S)
    ready = await place.ready()
    await place.clients.stop()
    late = [each for each in place.clients.whole if each.asked > noticed]
    refused = place.clients.other.get(503, 0)
    heal()
    await place.comes_back()
    verified += await place.verified()
    await place.load(AFTER_S)
    after = await place.verified()
    row.tell(accepted_meanwhile=len(late), of_503=refused, answers_whole_and_verified=verified + after)
    await place.end(row)
    assert not ready
    assert not late
    assert after


@pytest.mark.parametrize("fault", FAULTS)
def test_disk(fault: str, tmp_path: Path, row: Row) -> None:
    """a disk"""
    place = Place(tmp_path, PROGRAM)
    asyncio.run(_break(place, row, lambda: tell(tmp_path, **FAULTS[fault]), lambda: tell(tmp_path)))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, which takes root to make."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ("mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)), capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("only root mounts a file system")
    yield folder
    subprocess.run(("umount", "-l", str(folder)), check=True)


def test_full(small_disk: Path, row: Row) -> None:
    """a file system that is full"""
    filler = small_disk / "filler"
    asyncio.run(_break(Place(small_disk, None), row, lambda: _fill(filler), filler.unlink))


def _fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError as error:
            assert error.errno == errno.ENOSPC


def _do(*command: str) -> None:
    subprocess.run(command, check=True)


def test_read_only(small_disk: Path, row: Row) -> None:
    """a log folder that is read-only at the start"""
    asyncio.run(_read_only(small_disk, row))


async def _read_only(folder: Path, row: Row) -> None:
    place = Place(folder, None)
    await place.begin()
    await place.load(BEFORE_S)
    verified = await place.verified()
    await place.gateway.stop()
    log = str(folder / ".comity" / "log")
    _do("mount", "--bind", log, log)
    _do("mount", "-o", "remount,bind,ro", log)
    with pytest.raises(RuntimeError):
        await place.gateway.start()
    why = place.said.read_text().splitlines()[-1]
    assert "Traceback" not in why
    assert os.strerror(errno.EROFS) in why, why
    _do("umount", log)
    await place.gateway.start()
    await place.load(AFTER_S)
    row.tell(answers_whole_and_verified=verified + await place.verified())
    await place.end(row)


def test_clock(tmp_path: Path, row: Row) -> None:
    """a clock that jumps back and forth"""
    asyncio.run(_jump(tmp_path, row))


async def _jump(folder: Path, row: Row) -> None:
    dice = random.Random(5)  # noqa: S311 - a seeded fault, no secret
    place = Place(folder, PROGRAM)
    await place.begin()
    place.clients.start(tuple(place.gateway.first["data"]), CLIENTS)
    jumps = 0
    for _ in range(30):
        tell(folder, clock=dice.choice([-1, 1]) * dice.choice([50, 5_000, 3_600_000, 400 * 86_400_000]))
        jumps += 1
        await asyncio.sleep(0.15)
    await place.clients.stop()
    other = {status: count for status, count in place.clients.other.items() if status >= 500}
    verified = await place.verified()
    row.tell(jumps=jumps, answers_whole_and_verified=verified, of_5xx=sum(other.values()))
    await place.end(row)
    assert not other
    assert verified > jumps
