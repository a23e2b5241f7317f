"""Pruning by the stack's time, by law and by holds: what goes, what stays, and why."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from comity.adapters.ledger import Ledger, entries, shards
from comity.adapters.ledger.minimum import minimum_of
from comity.cli.main import main
from comity.runtime.pruning import UNKNOWN, Keep, document, pruned
from comity.stack.sworn import LegalHold
from comity.terms import canon
from tests.adapters.ledger.writing import audited, deny, enter, opened, run
from tests.proof.samples import denial, intent, outcome
from tests.runtime.stacks import two_upstreams

MADE = datetime.fromtimestamp(1795406400, UTC).date()
LATER = MADE + timedelta(days=40)


def without(blocks, *keys):
    """These blocks without keys of the decision."""
    party, decision, content = blocks
    left = {key: value for key, value in canon.parse(decision).items() if key not in keys}
    return party, canon.encode(left), content


async def ask(ledger: Ledger, **decision) -> int:
    index = await enter(ledger, "intent", without(intent(**decision), *(() if decision else ("obligations",))))
    await enter(ledger, "outcome", outcome(index), index)
    return index


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Three segments: 4 requests; 300 denials; 300 denials and the present one."""

    async def first(ledger: Ledger) -> None:
        for _ in range(4):
            await ask(ledger)

    run(tmp_path, first)
    run(tmp_path, lambda ledger: deny(ledger, 300))
    run(tmp_path, lambda ledger: deny(ledger, 300))
    opened(tmp_path).close()
    return tmp_path


def keep(state: Path, today: date = LATER, holds=(), keep_log="P30D") -> Keep:
    return Keep(state, keep_log, holds, today)


def test_what_is_past_its_time_is_pruned(state: Path) -> None:
    (shard,) = shards(state)
    assert pruned(state, shard, keep(state, MADE + timedelta(days=29)), dry=False).pruned == 0
    assert pruned(state, shard, keep(state, keep_log=None), dry=False).pruned == 0
    told = pruned(state, shard, keep(state), dry=True)
    assert minimum_of(state / "log" / shard) == 0
    done = pruned(state, shard, keep(state), dry=False)
    assert done.minimum == (0, 308)
    assert (done.pruned, done.kept) == (308, {})
    assert told.pruned >= done.pruned
    assert document([done]) == {"salts": 0, "entries": 308, "pruned": [{"shard": shard, "minimum": 308}]}
    assert document([pruned(state, shard, keep(state), dry=False)]) == {}
    rested = done._replace(shard="rested", minimum=(64, 64), pruned=0)
    both = [{"shard": shard, "minimum": 308}, {"shard": "rested", "minimum": 64}]
    assert document([rested, done])["pruned"] == both
    assert document([rested]) == {}
    assert next(iter(entries(state, shard))).index == 308
    assert audited(state, shard).findings == []


def test_a_hold_keeps_what_it_names_and_nothing_else(state: Path) -> None:
    (shard,) = shards(state)
    hold = LegalHold("case 7 C 12/26", LATER, ("triage",))
    done = pruned(state, shard, keep(state, holds=[hold]), dry=False)
    assert done.pruned == 0
    assert set(done.kept) == {"legal hold: case 7 C 12/26"}
    elsewhere = LegalHold("another", LATER, ("front",))
    assert pruned(state, shard, keep(state, holds=[elsewhere]), dry=True).pruned > 0
    over = LegalHold("over", LATER - timedelta(days=1), ("triage",))
    assert pruned(state, shard, keep(state, holds=[over]), dry=True).pruned > 0


def test_what_no_law_can_be_read_of_is_kept_and_others_about_it_go(tmp_path: Path) -> None:
    async def mixed(ledger: Ledger) -> None:
        await ask(ledger)
        await ask(ledger, obligations=["eu.aia/logs"])
        await enter(ledger, "denial", denial())

    run(tmp_path, mixed)
    opened(tmp_path).close()
    run(tmp_path, lambda ledger: deny(ledger, 1))
    (shard,) = shards(tmp_path)
    done = pruned(tmp_path, shard, keep(tmp_path), dry=False)
    assert (done.pruned, done.erased, done.kept) == (0, 3, {UNKNOWN: 2})
    assert [entry.index for entry in entries(tmp_path, shard)][:3] == [2, 3, 5]
    assert audited(tmp_path, shard).findings == []
    assert pruned(tmp_path, shard, keep(tmp_path), dry=False).erased == 0


def test_the_command_tells_what_and_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = two_upstreams(tmp_path, "http://127.0.0.1:9/v1", "http://127.0.0.1:9/v1")
    assert main(["log", "prune", "-c", str(file)]) == 0
    assert "no keep_log" in capsys.readouterr().out
    file.write_text(file.read_text() + "keep_log: P1D\n")
    state = tmp_path / ".comity"
    run(state, lambda ledger: deny(ledger, 300))
    run(state, lambda ledger: deny(ledger, 300))
    opened(state).close()
    (shard,) = shards(state)
    assert main(["log", "prune", "-c", str(file), "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert f"shard {shard}:" in told
    assert minimum_of(state / "log" / shard) == 0
