"""The power is cut after every single operation of the sequencer: what was told durable is there, the log holds, and
nothing that was ever signed is contradicted.

Nothing is listed by hand: the operations are those that the disk saw, so one that is added is cut after too.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from comity.adapters.ledger import Ledger, LedgerBroken, entries, shards
from comity.adapters.ledger.erasing import erase, prune, sealed
from comity.adapters.ledger.minimum import minimum_of
from comity.adapters.ledger.reading import record_groups
from comity.adapters.ledger.recovery import growth_at
from comity.adapters.ledger.tile_files import read_tile
from comity.adapters.signer import KeyFile
from comity.proof.checkpoint import Checkpoint
from comity.proof.growth import Growth
from comity.proof.leaf import leaf_value
from comity.proof.note import Note
from comity.proof.reader import TreeReader
from comity.testing.power import Luck, PowerDisk, lay_out
from tests.adapters.ledger.writing import ask, audited, deny, enter, opened
from tests.proof.samples import intent, outcome


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments, and what is written ahead, small enough for several of them."""
    monkeypatch.setattr("comity.adapters.ledger.committer.SEGMENT_BYTES", 6_000)
    monkeypatch.setattr("comity.adapters.ledger.publisher.SYNC_ENTRIES", 64)
    monkeypatch.setattr("comity.adapters.ledger.ledger.AHEAD_BYTES", 8192)


def watched(disk: PowerDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mark each checkpoint at the moment that it is signed: from then on it may be in anyone's hands."""
    sign = KeyFile.sign

    def signed(self: KeyFile, checkpoint: Checkpoint, prove: Any) -> str:
        disk.mark("signed", (checkpoint.origin, checkpoint.size, checkpoint.root))
        return sign(self, checkpoint, prove)

    monkeypatch.setattr(KeyFile, "sign", signed)


async def work(ledger: Ledger, disk: PowerDisk) -> None:
    """Some requests, over a rotation and over more than one full tile; each is marked when it is told durable."""

    async def asked() -> None:
        index = await enter(ledger, "intent", intent())
        disk.mark("durable", (ledger.shard, index))
        await enter(ledger, "outcome", outcome(index), index)
        disk.mark("durable", (ledger.shard, index + 1))

    await asked()
    await ledger.publish()
    await asked()
    await deny(ledger, 200)
    await ledger.publish()
    await asked()
    await deny(ledger, 70)
    await ledger.publish()
    await enter(ledger, "intent", intent())
    disk.mark("durable", (ledger.shard, ledger.durable - 1))


def lived(disk: PowerDisk, state: Path, **options: Any) -> None:
    """A life of a ledger, to its end."""
    ledger = opened(state, disk=disk, **options)
    asyncio.run(work(ledger, disk))
    ledger.close()


def killed(disk: PowerDisk, state: Path, **options: Any) -> None:
    """A life that `kill -9` ends: the kernel goes on, and nothing more is synced."""
    ledger = opened(state, disk=disk, **options)
    asyncio.run(work(ledger, disk))
    disk.dead = True
    ledger.close()
    disk.dead = False


def check(disk: PowerDisk, after: int, state: Path) -> None:
    """The next start takes what a power cut after this step left, and keeps every promise that was made before it."""
    promised = [step for step in disk.steps[:after] if step.operation == "mark"]
    signed: set[Any] = {step.detail for step in promised if step.subject == "signed"}
    durable: set[Any] = {step.detail for step in promised if step.subject == "durable"}
    ledger = opened(state)
    asyncio.run(ask(ledger))
    ledger.close()
    roots: dict[str, dict[int, bytes]] = {}
    for shard in shards(state):
        audit = audited(state, shard)
        assert audit.findings == [], audit.findings
        growth = Growth()
        roots[shard] = {0: growth.edge.root()}
        wanted = {size for origin, size, _ in signed if origin.endswith(shard)}
        for entry in entries(state, shard):
            growth.push(leaf_value(entry.kind, entry.salt, entry.party, entry.decision, entry.content))
            if growth.size in wanted:
                roots[shard][growth.size] = growth.edge.root()
        durable -= {(shard, index) for index in range(growth.size)}
    assert not durable
    for origin, size, root in signed:
        assert roots[origin.rpartition("/")[2]].get(size) == root, (origin, size)


def cut_everywhere(
    disk: PowerDisk, first: int, into: Path, *lucks: Luck, look: Callable[[Path, list[Any]], None] | None = None
) -> int:
    """Cut after each step from `first` on, with these kinds of luck; in how many different states that left the disk.

    `look` is given each state, and what was told gone before it.
    """
    seen = set()
    for after, luck, left in disk.cuts(first, lucks):
        state = hash((frozenset(left.items()), sum(step.operation == "mark" for step in disk.steps[:after])))
        if state in seen:
            continue
        seen.add(state)
        where = into / f"{after}-{luck}"
        lay_out(left, where)
        if look is not None:
            told = [step.detail for step in disk.steps[:after] if (step.operation, step.subject) == ("mark", "gone")]
            look(where / "state", told)
        check(disk, after, where / "state")
        shutil.rmtree(where)
    return len(seen)


WAYS = [("strict", True), ("strict", False), ("relaxed", True)]
"""In which a group reaches the disk: past the page cache, by it, and when a checkpoint asks for it."""


@pytest.mark.parametrize(("durability", "through"), WAYS)
def test_a_cut_after_any_step_of_a_life(
    memory: Path, monkeypatch: pytest.MonkeyPatch, durability: str, through: bool
) -> None:
    """In `relaxed` nothing is promised of an entry that no checkpoint covers, so only checkpoints are held against."""
    state = memory / "state"
    disk = PowerDisk(memory, through=through)
    watched(disk, monkeypatch)
    lived(disk, state, durability=durability)
    if durability == "relaxed":
        disk.steps = [step for step in disk.steps if step.subject != "durable"]
    monkeypatch.undo()
    # what a kill leaves, where all is there that was written, is in test_crash
    lucks: tuple[Luck, ...] = ("none", "some") if durability == "strict" else ("some",)
    assert cut_everywhere(disk, 1, memory / "cut", *lucks) > 100


def test_a_cut_after_any_step_of_a_start_that_follows_a_kill(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a killed process had written is shown by the kernel, and on no disk: nothing may be signed over it."""
    state = memory / "state"
    disk = PowerDisk(memory)
    watched(disk, monkeypatch)
    killed(disk, state, durability="relaxed")
    disk.steps = [step for step in disk.steps if step.subject != "durable"]
    first = len(disk.steps)
    opened(state, disk=disk).close()
    monkeypatch.undo()
    assert cut_everywhere(disk, first, memory / "cut", "none", "some") > 20


def test_the_side_index_is_synced_before_a_segment_is_begun(memory: Path) -> None:
    """The kernel writes pages of a map in any order, so what is said of sealed segments must not rest on the last."""
    disk = PowerDisk(memory)
    lived(disk, memory / "state")
    begun = [
        at for at, step in enumerate(disk.steps) if step.operation == "rename" and step.detail.suffix == ".segment"
    ]
    assert len(begun) > 2
    for one, other in pairwise(begun):
        left = disk.steps[one].detail
        last = max(at for at in range(one, other) if disk.steps[at][:2] == ("write", left))
        assert ("sync", left.parent / "places") in [step[:2] for step in disk.steps[last:other]]


class LossyDisk(PowerDisk):
    """A disk that takes nothing more once it is `lossy`: the file system shows what is written, and syncs fail."""

    lossy = False

    def _do(self, operation: str, subject: object, act: Callable[[], int | None], detail: object = None) -> int:
        if not self.lossy:
            return super()._do(operation, subject, act, detail)
        if operation == "sync":
            raise OSError(5, "the disk took nothing", str(subject))
        return act() or 0


@pytest.mark.parametrize(("durability", "through"), WAYS)
def test_what_a_failed_sync_left_is_written_again(
    memory: Path, monkeypatch: pytest.MonkeyPatch, durability: str, through: bool
) -> None:
    """The next start finds an entry that no disk has: a sync alone would be believed, and make nothing durable."""
    state = memory / "state"
    disk = LossyDisk(memory, through=through)
    watched(disk, monkeypatch)

    async def fails(ledger: Ledger) -> None:
        await ask(ledger)
        await ledger.publish()
        disk.lossy = True
        with pytest.raises(LedgerBroken):
            await enter(ledger, "intent", intent())
            await ledger.publish()

    ledger = opened(state, disk=disk, durability=durability)
    asyncio.run(fails(ledger))
    ledger.close()
    disk.lossy = False
    first = len(disk.steps)
    again = opened(state, disk=disk)
    # with the entry that was shown, and its lost outcome; a group that was not written through is cut off at the end
    assert again.published == (2 if durability == "strict" and through else 4)
    again.close()
    monkeypatch.undo()
    assert cut_everywhere(disk, first, memory / "cut", "none", "some") > 20


def old(disk: PowerDisk, state: Path) -> tuple[str, set[int]]:
    """A shard of several segments, of whose entries some go now; its id, and all of them."""
    lived(disk, state)
    disk.steps = [step for step in disk.steps if step.subject != "durable"]
    (shard,) = shards(state)
    return shard, {entry.index for entry in entries(state, shard)}


def erased(state: Path, shard: str) -> set[int]:
    """Entries of a log of which nothing is left but the leaf."""
    return {entry.index for group in record_groups(state, shard) for entry in group if entry.erased}


def test_a_cut_after_any_step_of_an_erasure(memory: Path) -> None:
    """Each entry is as it was, or as it is to be; what was told gone is gone, and what stays was never away."""
    state = memory / "state"
    disk = PowerDisk(memory)
    shard, every = old(disk, state)
    (one, _), (other, _), *_ = sealed(state, shard)
    gone = {one, one + 1}, {other, other + 5}
    first = len(disk.steps)
    for segment, wanted in zip((one, other), gone, strict=True):
        assert erase(state, shard, segment, lambda group: {each.index for each in group} & wanted, disk) == 2  # noqa: B023
        disk.mark("gone", frozenset(wanted))

    def look(left: Path, told: list[Any]) -> None:
        found = erased(left, shard)
        assert found in (set(), gone[0], gone[0] | gone[1])
        assert all(found >= each for each in told)
        assert every - found <= {entry.index for entry in entries(left, shard)}

    assert cut_everywhere(disk, first, memory / "cut", "none", "some", look=look) > 15


def test_a_cut_after_any_step_of_a_pruning(memory: Path) -> None:
    """Nothing is away that the minimum index does not say, and it never comes down."""
    state = memory / "state"
    disk = PowerDisk(memory)
    shard, every = old(disk, state)
    first = len(disk.steps)
    assert prune(state, shard, sealed(state, shard)[1][0], disk) > 0
    disk.mark("gone", minimum_of(state / "log" / shard))
    assert prune(state, shard, 10_000, disk) > sealed(state, shard)[0][0] - 1
    disk.mark("gone", minimum_of(state / "log" / shard))

    def look(left: Path, told: list[Any]) -> None:
        minimum = minimum_of(left / "log" / shard)
        assert minimum >= max(told, default=0)
        assert {index for index in every if index >= minimum} <= {entry.index for entry in entries(left, shard)}

    assert cut_everywhere(disk, first, memory / "cut", "none", "some", look=look) > 10


def test_growth_at(memory: Path) -> None:
    """The tree of fewer entries, from the tiles of more."""
    disk = PowerDisk(memory)
    lived(disk, memory / "state")
    (shard,) = shards(memory / "state")
    folder = memory / "state" / "log" / shard
    size = Checkpoint.parse(Note.parse((folder / "checkpoint").read_text()).text).size
    reader = TreeReader(size, lambda tile: read_tile(folder, tile))
    assert growth_at(reader, 256).edge.root() == reader.span(0, 256)
