"""The roll-up beside a gateway: it counts, says once what keeps it from counting, and ends with the gateway."""

import asyncio
import contextlib

from comity.adapters.rollup import FILE, Kept
from comity.runtime.rolling import keep_rolled_up
from tests.adapters.rollup import written
from tests.adapters.rollup.test_rollup import a_day


async def rolled(state, heard, over):
    """Until `over` is so, which is looked at now and then."""
    task = asyncio.create_task(keep_rolled_up(state, heard.append, 0.01))
    async with asyncio.timeout(120):
        while not over():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.02)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def counted(state):
    if not (state / FILE).exists():
        return []
    kept = Kept(state)
    try:
        return [position.counted for position in kept.positions().values()]
    finally:
        kept.close()


def test_it_counts(tmp_path):
    written.write(tmp_path, a_day)
    heard = []
    asyncio.run(rolled(tmp_path, heard, lambda: counted(tmp_path) == [7]))
    assert heard == []


def test_what_keeps_it_from_counting_is_told(tmp_path):
    written.write(tmp_path, a_day)
    (tmp_path / FILE).write_bytes(b"no database" * 500)
    heard = []
    asyncio.run(rolled(tmp_path, heard, lambda: heard))
    assert "the log's requests are not rolled up" in heard[0]
    assert "delete it" in heard[0]


def test_the_same_is_said_once(tmp_path, monkeypatch):
    complaints = ["full", "full", "", "full", "lost"]

    async def count(state):
        if not complaints:
            raise asyncio.CancelledError
        return complaints.pop(0)

    monkeypatch.setattr("comity.runtime.rolling._count", count)
    heard = []
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(keep_rolled_up(tmp_path, heard.append, 0))
    assert [said.rpartition(": ")[2] for said in heard] == ["full", "full", "lost"]
