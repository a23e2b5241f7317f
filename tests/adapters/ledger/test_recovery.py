"""After a crash: what was durable is there, what was torn is cut, what contradicts is refused."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from comity.adapters.ledger import Ledger, LedgerBroken, LedgerCorrupt, build_receipt, entries, shards
from comity.adapters.ledger.log_key import load_or_create
from comity.adapters.ledger.places import Places, places_path, read_place
from comity.adapters.ledger.recovery import _pruned, recover
from comity.adapters.ledger.segment_files import SegmentWriter, ledger_folder
from comity.adapters.ledger.tile_files import write_tiles
from comity.proof.checkpoint import Checkpoint
from comity.proof.growth import Growth
from comity.proof.note import Note
from comity.proof.tiles import WIDTH, Tile, tile_path
from comity.terms import canon
from tests.adapters.ledger.writing import ask, audited, deny, enter, opened, run, verified
from tests.proof.samples import ORIGIN, intent, outcome


def segments(state: Path) -> list[Path]:
    (shard,) = shards(state)
    return sorted((state / "log" / shard / "ledger").glob("*.segment"))


def size_of(state: Path) -> int:
    (shard,) = shards(state)
    return Checkpoint.parse(Note.parse((state / "log" / shard / "checkpoint").read_text()).text).size


def write_some(state: Path) -> str:
    """Two answered requests and an open one, over several groups."""

    async def work(ledger: Ledger) -> str:
        await ask(ledger)
        await ask(ledger)
        await enter(ledger, "intent", intent(b"never answered"))
        return ledger.shard

    shard: str = run(state, work)
    return shard


def test_open_intents_are_lost_at_the_next_start(tmp_path: Path) -> None:
    shard = write_some(tmp_path)
    assert audited(tmp_path, shard).open == [4]
    ledger = opened(tmp_path)
    assert (ledger.shard, ledger.durable, ledger.published) == (shard, 6, 6)
    ledger.close()
    lost = list(entries(tmp_path, shard))[5]
    assert (lost.kind, lost.intent, canon.parse(lost.content)["finish"]) == ("outcome", 4, "lost")
    assert canon.parse(lost.decision) == {"attempts": [], "durability": "strict"}
    result = verified(tmp_path, build_receipt(tmp_path, shard, 4))
    assert result.valid
    audit = audited(tmp_path, shard)
    assert (audit.lost, audit.open, audit.findings) == ([4], [], [])


def test_a_start_without_open_intents_adds_nothing(tmp_path: Path) -> None:
    shard = write_some(tmp_path)
    for _ in range(3):
        opened(tmp_path).close()
    assert len(list(entries(tmp_path, shard))) == 6
    assert not audited(tmp_path, shard).findings


def test_a_torn_tail_is_cut(tmp_path: Path) -> None:
    """The last groups are cut off: each was acknowledged to nobody, or is there whole (every byte: test_segment)."""
    origin = tmp_path / "origin"
    shard = write_some(origin)
    # as if the last groups had not reached a checkpoint
    (path,) = segments(origin)
    whole = path.read_bytes()
    starts = [at for at in range(len(whole)) if whole.startswith(b"CMTG", at)]
    for name in ("checkpoint", "ledger/tiles-synced"):
        (origin / "log" / shard / name).unlink()
    last = starts[-2]
    state = tmp_path / "torn"
    for cut in {
        *range(last, len(whole) + 1, 61),
        *(at + step for at in starts[-2:] for step in (1, 4, 23, 24, 25)),
        len(whole),
    }:
        shutil.copytree(origin, state)
        segments(state)[0].write_bytes(whole[:cut])
        ledger = opened(state)
        kept = sum(cut >= end for end in [*starts[1:], len(whole)])
        found = list(entries(state, shard))
        assert len([entry for entry in found if entry.index < kept]) == kept
        assert [entry.kind for entry in found[kept:]] == ["outcome"] * (len(found) - kept)
        audit = audited(state, shard)
        assert audit.findings == []
        assert ledger.published == len(found)
        ledger.close()
        shutil.rmtree(state)


@pytest.mark.parametrize("garbage", [b"\0" * 4096, b"CMTG" + b"\xff" * 60, b"CMTG", b"x"])
def test_garbage_after_the_last_group_is_cut(tmp_path: Path, garbage: bytes) -> None:
    shard = write_some(tmp_path)
    with segments(tmp_path)[0].open("ab") as file:
        file.write(garbage)
    opened(tmp_path).close()
    audit = audited(tmp_path, shard)
    assert (audit.findings, audit.torn, audit.entries) == ([], 0, 6)


def test_damage_before_the_last_group_is_not_a_torn_tail(tmp_path: Path) -> None:
    shard = write_some(tmp_path)
    (path,) = segments(tmp_path)
    data = bytearray(path.read_bytes())
    data[data.index(b"CMTG") + 100] ^= 1
    path.write_bytes(data)
    with pytest.raises(LedgerCorrupt, match="damaged at byte"):
        opened(tmp_path)
    assert {finding.name for finding in audited(tmp_path, shard).findings} == {"damaged", "shrunk"}
    # refused for good, and not quietly passed over: the operator moves it away
    with pytest.raises(LedgerCorrupt, match="move its folder away"):
        opened(tmp_path)


def test_a_group_that_was_taken_out_is_missed(tmp_path: Path) -> None:
    """What is left reads well, and is not what follows."""
    shard = write_some(tmp_path)
    (path,) = segments(tmp_path)
    data = path.read_bytes()
    one = data.index(b"CMTG")
    other = data.index(b"CMTG", one + 4)
    path.write_bytes(data[:one] + data[other:])
    with pytest.raises(LedgerCorrupt, match="entry 0 is missing"):
        opened(tmp_path)
    assert "gap" in {finding.name for finding in audited(tmp_path, shard).findings}


def test_a_segment_that_was_taken_away_is_missed(tmp_path: Path) -> None:
    """Only the minimum index says that what is gone was pruned."""
    shard = write_some(tmp_path)
    run(tmp_path, ask)
    first, *_ = segments(tmp_path)
    first.unlink()
    with pytest.raises(LedgerCorrupt, match="no minimum index says so"):
        opened(tmp_path)
    assert "gap" in {finding.name for finding in audited(tmp_path, shard).findings}


def test_fewer_entries_than_are_signed_are_refused(tmp_path: Path) -> None:
    shard = write_some(tmp_path)
    (path,) = segments(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: data.rindex(b"CMTG")])
    with pytest.raises(LedgerCorrupt, match="holds 4 entries, but 5 are signed"):
        opened(tmp_path)
    assert "shrunk" in {finding.name for finding in audited(tmp_path, shard).findings}


def test_no_segments_but_a_checkpoint_are_refused(tmp_path: Path) -> None:
    write_some(tmp_path)
    segments(tmp_path)[0].unlink()
    with pytest.raises(LedgerCorrupt, match="has no segment, but 5 entries are signed"):
        opened(tmp_path)


def test_entries_that_are_not_the_signed_ones_are_refused(tmp_path: Path) -> None:
    """Another log of the same key and size: what a restored backup of another moment looks like."""
    shard = write_some(tmp_path / "a")
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    (path,) = segments(tmp_path / "b")
    data = path.read_bytes()
    start = data.index(b"CMTG")
    salt = data.index(b'{"intent":0}')
    forged = bytearray(data)
    forged[salt - 1] ^= 1
    path.write_bytes(_resummed(bytes(forged), start))
    with pytest.raises(LedgerCorrupt, match="not those that its checkpoint signs"):
        opened(tmp_path / "b")
    (finding,) = audited(tmp_path / "b", shard).findings
    assert (finding.name, "Entry 1 " in finding.sentence) == ("altered-entry", True)


def _resummed(data: bytes, start: int) -> bytes:
    """The segment with the checksums of its groups made right."""
    import zlib

    out = bytearray(data)
    at = start
    while at < len(out):
        length = int.from_bytes(out[at + 20 : at + 24], "big")
        end = at + 24 + length
        out[at + 4 : at + 8] = zlib.crc32(out[at + 8 : end]).to_bytes(4, "big")
        at = end
    return bytes(out)


@pytest.mark.parametrize("lost", ["tile", "tile/0", "tile/entries", "tile/1", "ledger/places", "ledger/tiles-synced"])
def test_what_can_be_rebuilt_is_rebuilt(tmp_path: Path, lost: str) -> None:
    async def work(ledger: Ledger) -> str:
        first = await enter(ledger, "intent", intent())
        await deny(ledger, 600)
        await enter(ledger, "outcome", outcome(first), first)
        return ledger.shard

    shard = run(tmp_path, work)
    path = tmp_path / "log" / shard / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()

    async def again(ledger: Ledger) -> None:
        assert ledger.durable == ledger.published == 602
        assert verified(tmp_path, await ledger.receipt(f"{shard}.0")).valid
        await deny(ledger, 300)

    run(tmp_path, again)
    audit = audited(tmp_path, shard)
    assert (audit.findings, audit.signed) == ([], 902)


@pytest.mark.parametrize("torn", ["tile/0/001", "tile/entries/001", "tile/1/000.p/2", "tile/0/002.p/90"])
def test_tiles_that_a_power_cut_tore_are_written_again(tmp_path: Path, torn: str) -> None:
    async def work(ledger: Ledger) -> str:
        await deny(ledger, 602)
        return ledger.shard

    shard = run(tmp_path, work)
    folder = tmp_path / "log" / shard
    (folder / torn).write_bytes(bytes(100))
    # a clean end had synced them; a power cut had not
    (folder / "ledger" / "tiles-synced").unlink()
    assert audited(tmp_path, shard).findings
    opened(tmp_path).close()
    assert not audited(tmp_path, shard).findings


def test_zeroes_that_were_written_ahead_are_no_damage(tmp_path: Path) -> None:
    """What a kill leaves after the last group; a clean end cuts them off."""
    shard = write_some(tmp_path)
    (path,) = segments(tmp_path)
    assert not path.read_bytes().endswith(bytes(16))
    with path.open("ab") as file:
        file.write(bytes(100_000))
    audit = audited(tmp_path, shard)
    assert (audit.entries, audit.torn, audit.findings) == (5, 0, [])
    assert len(list(entries(tmp_path, shard))) == 5
    opened(tmp_path).close()
    audit = audited(tmp_path, shard)
    assert (audit.entries, audit.findings) == (6, [])


def test_a_group_that_was_torn_among_zeroes_is_cut(tmp_path: Path) -> None:
    shard = write_some(tmp_path)
    (path,) = segments(tmp_path)
    data = path.read_bytes()
    at = data.rindex(b"CMTG")
    for name in ("checkpoint", "ledger/tiles-synced"):
        (tmp_path / "log" / shard / name).unlink()
    for torn in (data[:at] + bytes(30) + data[at + 30 :], data[: at + 50] + bytes(9000)):
        path.write_bytes(torn)
        assert audited(tmp_path, shard).torn > 0
    opened(tmp_path).close()
    assert len(list(entries(tmp_path, shard))) == 4


def test_a_checkpoint_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    shard = write_some(tmp_path)
    path = tmp_path / "log" / shard / "checkpoint"
    text = path.read_text()
    path.write_text(text.replace("\n5\n", "\n4\n"))
    with pytest.raises(LedgerCorrupt, match="not signed by this log's key"):
        opened(tmp_path)
    path.write_text("nonsense")
    with pytest.raises(LedgerCorrupt, match="checkpoint"):
        opened(tmp_path)


def test_a_key_that_is_gone_is_not_replaced(tmp_path: Path) -> None:
    write_some(tmp_path)
    (tmp_path / "log.key").unlink()
    with pytest.raises(LedgerCorrupt, match="bring the key back"):
        opened(tmp_path)


def test_a_shard_that_was_refused_is_free_again(tmp_path: Path) -> None:
    """A refusal releases the lock, so that an audit or a repair can take it."""
    write_some(tmp_path)
    segments(tmp_path)[0].write_bytes(b"x")
    for _ in range(2):
        with pytest.raises(LedgerBroken, match=r"its head is damaged|too short"):
            opened(tmp_path)


def test_the_checkpoint_never_shrinks_over_many_starts(tmp_path: Path) -> None:
    last = -1
    for count in range(12):

        async def work(ledger: Ledger, count: int = count) -> None:
            await deny(ledger, count * 40)
            await enter(ledger, "intent", intent())

        run(tmp_path, work)
        assert size_of(tmp_path) > last
        last = size_of(tmp_path)
    (shard,) = shards(tmp_path)
    audit = audited(tmp_path, shard)
    assert audit.findings == []
    assert len(audit.lost) == 11


def test_an_outcome_that_was_torn_off_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The side index named an outcome that never became durable, of an intent two segments before."""
    monkeypatch.setattr("comity.adapters.ledger.committer.SEGMENT_BYTES", 1024)

    async def work(ledger: Ledger) -> str:
        index = await enter(ledger, "intent", intent())
        for _ in range(8):
            await deny(ledger, 1)
        await enter(ledger, "outcome", outcome(index), index)
        return ledger.shard

    shard = run(tmp_path, work)
    last = segments(tmp_path)[-1]
    data = last.read_bytes()
    last.write_bytes(data[: data.rindex(b"CMTG")])
    for name in ("checkpoint", "ledger/tiles-synced"):
        (tmp_path / "log" / shard / name).unlink()
    folder = ledger_folder(tmp_path, shard)
    places = Places(places_path(folder))
    assert (place := read_place(folder, 0)) is not None
    assert place.outcome == 9
    signer = load_or_create(tmp_path, ORIGIN, bytes).named(f"{ORIGIN}/{shard}")
    recovered = recover(tmp_path, shard, signer.key, places)
    assert (recovered.size, recovered.open) == (9, {0})
    assert (place := read_place(folder, 0)) is not None
    assert place.outcome is None
    assert read_place(folder, 8) is not None
    assert read_place(folder, 9) is None
    places.close()
    opened(tmp_path).close()
    result = verified(tmp_path, build_receipt(tmp_path, shard, 0))
    assert result.valid
    assert result.entries["outcome"].shown.block("content") is not None
    assert audited(tmp_path, shard).lost == [0]


def test_a_segment_is_synced_before_the_next_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With relaxed durability too: only the last segment may ever be torn."""
    events: list[str] = []
    real_sync, real_begin = os.fdatasync, SegmentWriter.begin

    def begin(writer: SegmentWriter, *arguments: Any) -> None:
        real_begin(writer, *arguments)
        events.append("begun")

    monkeypatch.setattr("comity.adapters.ledger.committer.SEGMENT_BYTES", 1024)
    monkeypatch.setattr(os, "fdatasync", lambda handle: (real_sync(handle), events.append("synced"))[0])
    monkeypatch.setattr(SegmentWriter, "begin", begin)

    async def work(ledger: Ledger) -> None:
        ledger._publisher.publish = lambda **_: None  # type: ignore[method-assign]
        for _ in range(8):
            await deny(ledger, 3)
        del ledger._publisher.publish  # type: ignore[method-assign]

    run(tmp_path, work, durability="relaxed")
    rotations = [at for at, event in enumerate(events) if event == "begun"][1:]
    assert len(rotations) > 2
    assert all(events[at - 1] == "synced" for at in rotations)


def test_of_a_pruned_log_full_tiles_are_enough(tmp_path: Path) -> None:
    """Partial ones are not synced: a power cut takes them, and the entries that they were made of are gone."""
    growth = Growth()
    growth.extend([b"%032d" % number for number in range(WIDTH * WIDTH + 3 * WIDTH)])
    write_tiles(tmp_path, growth.take_full())
    checkpoint = Checkpoint(ORIGIN, growth.size, growth.edge.root())
    assert _pruned(tmp_path, checkpoint, growth.size).edge.root() == checkpoint.root
    assert _pruned(tmp_path, checkpoint, 2 * WIDTH).size == 2 * WIDTH
    (tmp_path / tile_path(Tile(0, WIDTH, WIDTH))).unlink()
    with pytest.raises(LedgerCorrupt, match="entries below 66304 are pruned"):
        _pruned(tmp_path, checkpoint, growth.size)
