"""What is destroyed is gone from every file, and the log is the log that it was."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from comity.adapters.ledger import ApplicationSalts, Ledger, UnknownReceipt, build_receipt, entries, shards
from comity.adapters.ledger.erasing import erase, prune, sealed
from comity.adapters.ledger.minimum import minimum_of, parse_minimum
from comity.adapters.ledger.segment import Entry
from comity.adapters.ledger.segment_files import ledger_folder, segment_starts
from comity.proof.checkpoint import Checkpoint
from comity.proof.commitment import ROLES, commit, opening
from comity.proof.note import Note
from comity.testing.disk import FailingDisk
from tests.adapters.ledger.writing import ask, audited, deny, enter, opened, run, verified
from tests.proof.samples import NONCE, SALT, intent, outcome


def of(indices: set[int]) -> Callable[[list[Entry]], set[int]]:
    """Chooses these."""
    return lambda group: {entry.index for entry in group} & indices


def written(state: Path) -> str:
    """A segment that is sealed, with 2 requests, 300 denials and an open intent; one after it."""

    async def work(ledger: Ledger) -> str:
        await ask(ledger)
        await ask(ledger)
        await deny(ledger, 300)
        await enter(ledger, "intent", intent())
        return ledger.shard

    shard: str = run(state, work)
    opened(state).close()
    run(state, ask)
    return shard


def checkpoint(state: Path, shard: str) -> Checkpoint:
    return Checkpoint.parse(Note.parse((state / "log" / shard / "checkpoint").read_text()).text)


def test_what_is_erased_is_gone_and_the_log_holds(tmp_path: Path) -> None:
    shard = written(tmp_path)
    before = checkpoint(tmp_path, shard)
    receipt = build_receipt(tmp_path, shard, 0)
    gone = {entry.index: entry for entry in entries(tmp_path, shard) if entry.index in (0, 1, 7)}
    assert erase(tmp_path, shard, 0, of(set(gone))) == 3
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for entry in gone.values():
        assert entry.salt not in everything
    assert [entry.index for entry in entries(tmp_path, shard)][:6] == [2, 3, 4, 5, 6, 8]
    audit = audited(tmp_path, shard)
    assert (audit.findings, audit.open) == ([], [])
    with pytest.raises(UnknownReceipt):
        build_receipt(tmp_path, shard, 0)
    assert verified(tmp_path, receipt).valid
    assert verified(tmp_path, build_receipt(tmp_path, shard, 2)).valid
    # every tile is made again from what is left, and the checkpoint is still the checkpoint of that tree
    (tmp_path / "log" / shard / "ledger" / "tiles-synced").unlink()
    run(tmp_path, ask)
    audit = audited(tmp_path, shard)
    assert audit.findings == []
    assert checkpoint(tmp_path, shard).size > before.size
    assert erase(tmp_path, shard, 0, of({0, 1, 7})) == 0


def test_of_two_who_erase_at_once_neither_brings_back_what_the_other_destroyed(tmp_path: Path) -> None:
    """A command beside a gateway: each has read the segment before the other replaces it."""
    shard = written(tmp_path)
    other = Thread(target=erase, args=(tmp_path, shard, 0, of({5})))

    def slowly(group: list[Entry]) -> set[int]:
        if other.ident is None:
            other.start()
            other.join(0.5)
        return of({0, 1})(group)

    assert erase(tmp_path, shard, 0, slowly) == 2
    other.join()
    assert [entry.index for entry in entries(tmp_path, shard)][:4] == [2, 3, 4, 6]
    assert audited(tmp_path, shard).findings == []


def test_lengths_go_too(tmp_path: Path) -> None:
    shard = written(tmp_path)
    erase(tmp_path, shard, 0, lambda group: {entry.index for entry in group})
    first = ledger_folder(tmp_path, shard) / f"{0:020d}.segment"
    size = first.stat().st_size
    assert size < 305 * (15 + 32) + 400


def test_an_open_intent_that_is_erased_can_have_its_outcome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the shard is written: by another process than the one that holds it."""
    monkeypatch.setattr("comity.adapters.ledger.committer.SEGMENT_BYTES", 1024)

    async def work(ledger: Ledger) -> str:
        index = await enter(ledger, "intent", intent())
        await deny(ledger, 3)
        await deny(ledger, 3)
        assert len(sealed(tmp_path, ledger.shard)) >= 1
        await asyncio.to_thread(erase, tmp_path, ledger.shard, 0, of({index, 2}))
        await enter(ledger, "outcome", outcome(index), index)
        assert verified(tmp_path, await ledger.receipt(f"{ledger.shard}.3")).valid
        return ledger.shard

    shard = run(tmp_path, work)
    audit = audited(tmp_path, shard)
    assert (audit.findings, audit.open) == ([], [])
    run(tmp_path, ask)
    assert audited(tmp_path, shard).findings == []


@pytest.mark.parametrize("how", ["not", "done"])
def test_every_operation_of_an_erasure_fails_once(memory: Path, how: str) -> None:
    for number in range(60):
        state = memory / str(number)
        shard = written(state)
        disk = FailingDisk()
        disk.fail_call(number, how)  # type: ignore[arg-type]
        try:
            erase(state, shard, 0, of({0, 5}), disk)
        except OSError:
            pass
        else:
            if len(disk.calls) <= number:
                return
        run(state, ask)
        assert audited(state, shard).findings == []
        for index in (2, 8):
            assert verified(state, build_receipt(state, shard, index)).valid, disk.calls[number]
    pytest.fail("an erasure has more operations than are broken here")


def test_pruned_entries_are_gone_and_old_receipts_stay_valid(tmp_path: Path) -> None:
    shard = written(tmp_path)
    run(tmp_path, lambda ledger: deny(ledger, 600))
    run(tmp_path, lambda ledger: deny(ledger, 300))
    receipt = build_receipt(tmp_path, shard, 0)
    starts = segment_starts(ledger_folder(tmp_path, shard))
    assert prune(tmp_path, shard, 1000) == starts[-1] == minimum_of(tmp_path / "log" / shard)
    assert segment_starts(ledger_folder(tmp_path, shard)) == starts[-1:]
    bundles = sorted(path.name for path in (tmp_path / "log" / shard / "tile" / "entries").iterdir())
    assert bundles[0][:3] == f"{starts[-1] // 256:03d}"
    assert next(iter(entries(tmp_path, shard))).index == starts[-1]
    assert verified(tmp_path, receipt).valid
    with pytest.raises(UnknownReceipt):
        build_receipt(tmp_path, shard, 0)
    for lost in (None, "ledger/tiles-synced", "ledger/places"):
        if lost is not None:
            (tmp_path / "log" / shard / lost).unlink()
        run(tmp_path, ask)
        audit = audited(tmp_path, shard)
        assert audit.findings == [], lost
    last = audited(tmp_path, shard).entries - 2
    assert verified(tmp_path, build_receipt(tmp_path, shard, last)).valid
    # a minimum index never comes down, and the last segment never goes
    assert prune(tmp_path, shard, 5) == starts[-1]


def test_pruning_keeps_what_is_not_durable_as_tiles(tmp_path: Path) -> None:
    shard = written(tmp_path)
    (tmp_path / "log" / shard / "ledger" / "tiles-synced").unlink()
    assert prune(tmp_path, shard, 1000) == 0
    assert len(list(entries(tmp_path, shard))) == audited(tmp_path, shard).entries


@pytest.mark.parametrize("how", ["not", "done"])
def test_every_operation_of_a_pruning_fails_once(memory: Path, how: str) -> None:
    for number in range(60):
        state = memory / str(number)
        shard = written(state)
        run(state, lambda ledger: deny(ledger, 300))
        run(state, ask)
        disk = FailingDisk()
        disk.fail_call(number, how)  # type: ignore[arg-type]
        try:
            prune(state, shard, 1000, disk)
        except OSError:
            pass
        else:
            if len(disk.calls) <= number:
                return
        run(state, ask)
        assert audited(state, shard).findings == [], disk.calls[number]
        prune(state, shard, 1000)
        assert audited(state, shard).findings == [], disk.calls[number]
    pytest.fail("a pruning has more operations than are broken here")


def test_a_minimum_is_written_one_way() -> None:
    assert parse_minimum(b"0\n") == 0
    assert parse_minimum(b"512\n") == 512
    for wrong in (b"", b"\n", b"-1\n", b"05\n", b"5 \n", b"x", b"9" * 30):
        assert parse_minimum(wrong) is None


def test_content_can_no_longer_be_linked(tmp_path: Path) -> None:
    """With the salt, whoever guesses the bytes can tell; without, the right guess is as good as any other."""
    commitment = commit(opening(SALT, NONCE, "request"), b"question")
    guesses = [b"question", b"another"]
    assert [commit(opening(SALT, NONCE, "request"), guess) == commitment for guess in guesses] == [True, False]
    salts = ApplicationSalts(tmp_path)
    made = salts.get_or_create("triage")
    salts.destroy("triage")
    fresh = salts.get_or_create("triage")
    linked = commit(opening(made, NONCE, "request"), b"question")
    # of all that is on the disk nothing opens it, in any role
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for key in [everything[at : at + 32] for at in range(len(everything) - 31)] + [fresh, bytes(32)]:
        for role in ROLES:
            assert commit(opening(key, NONCE, role), b"question") != linked


def test_an_erased_entry_reads_as_none(tmp_path: Path) -> None:
    entry = Entry(0, "intent", None, bytes(32), b"", b"", b"")
    assert entry.erased
    assert not entry._replace(party=b"{}").erased
    assert shards(tmp_path) == []
