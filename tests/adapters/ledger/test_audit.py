"""`log audit` on a folder: each lie about a log is named."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from comity.adapters.ledger import Ledger, audit, entries, shards
from comity.adapters.ledger.audit import ShardAudit
from comity.adapters.ledger.segment import Entry, Header, encode_group, encode_header, groups
from comity.adapters.ledger.segment_files import read_segment
from comity.proof.entry import lost_outcome
from tests.adapters.ledger.writing import ask, audited, deny, enter, opened, run
from tests.proof.samples import ORIGIN, denial, intent, outcome


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Requests, denials, a restart with a lost outcome, and an intent that is open now."""
    state = tmp_path_factory.mktemp("state")

    async def first(ledger: Ledger) -> None:
        await ask(ledger)
        await deny(ledger, 300)
        await enter(ledger, "intent", intent())

    async def second(ledger: Ledger) -> None:
        await ask(ledger)
        await enter(ledger, "intent", intent())

    run(state, first)
    run(state, second)
    return state


def test_an_honest_log_holds(honest: Path) -> None:
    (shard,) = shards(honest)
    audit = audited(honest, shard)
    assert audit.findings == []
    assert (audit.signed, audit.entries, audit.lost, audit.open, audit.torn) == (307, 307, [302], [306], 0)
    assert audit.origin == f"{ORIGIN}/{shard}"


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def another_root(path: Path) -> None:
    """A checkpoint that is one, of another tree: some flipped bits would make it no checkpoint at all."""
    lines = path.read_text("utf-8").split("\n")
    lines[2] = ("B" if lines[2][0] == "A" else "A") + lines[2][1:]
    path.write_text("\n".join(lines), "utf-8")


LIES: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "a bundle": (lambda log: flip(log / "tile/entries/000", 500), "altered-bundle", "tile/entries/000"),
    "a tile": (lambda log: flip(log / "tile/0/000", 500), "altered-tile", "tile/0/000"),
    "an upper tile": (lambda log: flip(log / "tile/1/000.p/1", 5), "altered-tile", "tile/1/000.p/1"),
    "a partial tile": (lambda log: flip(log / "tile/0/001.p/51", 5), "altered-tile", "tile/0/001.p/51"),
    "the checkpoint": (lambda log: another_root(log / "checkpoint"), "bad-signature", "checkpoint"),
    "no checkpoint": (lambda log: (log / "checkpoint").unlink(), "missing-file", "checkpoint"),
    "a block": (lambda log: flip(segment(log), 800), "damaged", ".segment"),
    "a segment's head": (lambda log: flip(segment(log), 20), "damaged", ".segment"),
    "a segment that is gone": (lambda log: segment(log).unlink(), "gap", ".segment"),
    "a missing bundle": (lambda log: (log / "tile/entries/000").unlink(), "missing-file", "tile/entries/000"),
}


def segment(log: Path) -> Path:
    return log / "ledger" / f"{0:020d}.segment"


@pytest.mark.parametrize(("lie", "name", "place"), LIES.values(), ids=LIES)
def test_a_lie_is_named_with_its_place(
    honest: Path, tmp_path: Path, lie: Callable[[Path], object], name: str, place: str
) -> None:
    state = tmp_path / "state"
    shutil.copytree(honest, state)
    (shard,) = shards(state)
    lie(state / "log" / shard)
    first = audited(state, shard).findings[0]
    assert first.name == name
    assert place in first.place


def rewritten(honest: Path, tmp_path: Path, change: Callable[[list[Entry]], list[Entry]]) -> ShardAudit:
    """The log with its segments written anew from changed entries, checksums and all."""
    state = tmp_path / "state"
    shutil.copytree(honest, state)
    (shard,) = shards(state)
    changed = change(list(entries(state, shard)))
    folder = state / "log" / shard / "ledger"
    for path in folder.glob("*.segment"):
        path.unlink()
    header = encode_header(Header(0, (), f"{ORIGIN}/{shard}", "start", 0))
    segment(folder.parent).write_bytes(header + encode_group(changed)[0])
    return audited(state, shard)


def test_an_altered_entry_is_named(honest: Path, tmp_path: Path) -> None:
    def change(found: list[Entry]) -> list[Entry]:
        decision = found[7].decision.replace(b"eu.gdpr/art44", b"eu.gdpr/art45")
        return [*found[:7], found[7]._replace(decision=decision), *found[8:]]

    audit = rewritten(honest, tmp_path, change)
    assert [(f.name, "Entry 7 " in f.sentence) for f in audit.findings] == [("altered-entry", True)]


def test_entries_that_were_cut_off_are_shrinkage(honest: Path, tmp_path: Path) -> None:
    audit = rewritten(honest, tmp_path, lambda found: found[:305])
    assert [f.name for f in audit.findings] == ["shrunk"]


def test_two_outcomes_of_one_intent(honest: Path, tmp_path: Path) -> None:
    def change(found: list[Entry]) -> list[Entry]:
        again = Entry(len(found), "outcome", 0, bytes(32), *outcome(0))
        return [*found, again]

    audit = rewritten(honest, tmp_path, change)
    assert [f.name for f in audit.findings] == ["wrong-intent"]


def test_an_outcome_that_names_two_intents(honest: Path, tmp_path: Path) -> None:
    def change(found: list[Entry]) -> list[Entry]:
        return [*found, Entry(len(found), "outcome", 306, bytes(32), *outcome(302))]

    assert "wrong-intent" in [f.name for f in rewritten(honest, tmp_path, change).findings]


def test_an_entry_that_is_not_well_formed(honest: Path, tmp_path: Path) -> None:
    def change(found: list[Entry]) -> list[Entry]:
        party, decision, content = denial()
        spaced = content.replace(b":", b": ")
        return [*found, Entry(len(found), "denial", None, bytes(32), party, decision, spaced)]

    assert [f.name for f in rewritten(honest, tmp_path, change).findings] == ["bad-entry"]


def test_an_intent_that_a_start_left_open(honest: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    shutil.copytree(honest, state)
    (shard,) = shards(state)
    header = encode_header(Header(307, (306,), f"{ORIGIN}/{shard}", "start", 0))
    (state / "log" / shard / "ledger" / f"{307:020d}.segment").write_bytes(header)
    findings = audited(state, shard).findings
    assert [(f.name, "Intent 306 " in f.sentence) for f in findings] == [("open-intent", True)]


def test_a_head_that_hides_an_open_intent(honest: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    shutil.copytree(honest, state)
    (shard,) = shards(state)
    header = encode_header(Header(307, (), f"{ORIGIN}/{shard}", "rotation", 0))
    lost = Entry(307, "outcome", 306, bytes(32), *lost_outcome(306, "strict", 0))
    path = state / "log" / shard / "ledger" / f"{307:020d}.segment"
    path.write_bytes(header + encode_group([lost])[0])
    assert [f.name for f in audited(state, shard).findings] == ["altered-entry"]


def test_a_shard_can_be_audited_while_it_is_written(tmp_path: Path) -> None:
    ledger = opened(tmp_path)

    async def work() -> None:
        for _ in range(10):
            await deny(ledger, 50)
            audit = await asyncio.to_thread(audited, tmp_path, ledger.shard)
            assert audit.findings == []

    asyncio.run(work())
    ledger.close()


def test_a_group_that_was_not_whole_when_it_was_read_is_no_damage(
    honest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader was at its place before it was written, and at that of the next one when both were there."""

    def as_seen(folder: Path, first: int) -> tuple[bytes, Header, int]:
        data, header, start = read_segment(folder, first)
        group = list(groups(data, start))[-2]
        return data[: group.start] + bytes(group.end - group.start) + data[group.end :], header, start

    (shard,) = shards(honest)
    whole = audited(honest, shard)
    monkeypatch.setattr(audit, "read_segment", lambda *which: (as_seen if which[1] else read_segment)(*which))
    seen = audited(honest, shard)
    assert "damaged" not in {finding.name for finding in seen.findings}
    assert seen.entries < whole.entries
    assert seen.torn


def test_what_is_not_signed_yet_is_counted(honest: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    shutil.copytree(honest, state)
    (shard,) = shards(state)
    path = sorted((state / "log" / shard / "ledger").glob("*.segment"))[-1]
    more = Entry(307, "denial", None, bytes(32), *denial())
    path.write_bytes(path.read_bytes() + encode_group([more])[0] + b"CMTG half a group")
    audit = audited(state, shard)
    assert (audit.findings, audit.signed, audit.entries, audit.torn) == ([], 307, 308, 17)
