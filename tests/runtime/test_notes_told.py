"""What somebody did is given to one worker, once: not again while its disk is slow, but again if it is gone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from comity.adapters.database.database import Database
from comity.adapters.database.notes import Note, note, notes
from comity.runtime import tenancy
from comity.runtime.messages import Enter, Entered
from comity.runtime.tenancy import Tenancy

LOOKS = 4


def opened(state: Path, told: list[str]) -> Tenancy:
    def tell_first(message: Enter) -> None:
        told.extend(each.id for each in message.notes)

    return Tenancy(
        state,
        "",
        state,
        workers=1,
        clock=lambda: 0,
        say=lambda text: None,
        tell=lambda message: None,
        tell_one=lambda number, message: None,
        tell_first=tell_first,
    )


async def look(tenants: Tenancy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it look at what is to be entered a few times."""
    looked = 0
    enough = asyncio.Event()
    read = tenants._notes

    def counted(done: tuple[str, ...]) -> tuple[Note, ...]:
        nonlocal looked
        looked += 1
        if looked == LOOKS:
            loop.call_soon_threadsafe(enough.set)
        return read(done)

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(tenancy, "NOTES_S", 0.001)
    monkeypatch.setattr(tenants, "_notes", counted)
    watch = asyncio.create_task(tenants._keep_notes())
    await enough.wait()
    await asyncio.sleep(0)
    watch.cancel()
    monkeypatch.undo()


def test_a_slow_worker_is_told_once_and_a_lost_note_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    tenants = opened(tmp_path, told)
    database = Database(tmp_path, "")
    with database.writing() as writing:
        note(writing, 1, "cli", "keys.new", "k1", {}, "n1")

    asyncio.run(look(tenants, monkeypatch))
    assert told == ["n1"]

    monkeypatch.setattr(tenancy, "AGAIN_S", 0.0)
    asyncio.run(look(tenants, monkeypatch))
    assert told.count("n1") > 1

    tenants.hear(1, Entered("n1", "shard.0"))
    asyncio.run(look(tenants, monkeypatch))
    assert notes(database) == ()
    database.close()
    tenants.close()
