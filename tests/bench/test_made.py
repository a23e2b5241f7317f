"""Made ledgers: a log that holds, that its realm gives again, and whose export is grouped as its roll-up is."""

from datetime import UTC, datetime

import msgspec
import pytest
from bench.made import exports, log
from bench.made.assigned import SLOTS, rows
from bench.made.spans import FIRST, Span, ms, stack_file
from bench.made.trace import SAID, arrivals

from comity.adapters.duck import exported, parquet_groups
from comity.adapters.duck.export import of_log, write
from comity.adapters.ledger import entries, shards
from comity.adapters.ledger.audit import audit_shard
from comity.adapters.realms import build_realm, load_realm
from comity.adapters.rollup import groups_of
from comity.placement.conditions import configured
from comity.placement.decide import Decisions
from comity.proof.note import VerifierKey
from comity.proof.policy import Policy
from comity.relay.replay import replay


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    state = tmp_path_factory.mktemp("made")
    assert log.write(state) == 19_366
    return state


def test_the_trace():
    found = arrivals()
    assert len(found) == 19_366
    assert (sum(each.prompt_tokens for each in found), sum(each.completion_tokens for each in found)) == (
        22_361_870,
        4_088_665,
    )
    assert [each.after_ms for each in found] == sorted(each.after_ms for each in found)
    assert found[-1].after_ms < 3_600_000
    assert "CC BY 4.0" in SAID
    assert "assigned, not observed" in SAID


def test_the_log_holds_and_each_of_its_decisions_is_made_again(made):
    (shard,) = shards(made)
    policy = Policy((VerifierKey.parse((made / "log.vkey").read_text()),))
    audit = audit_shard(made, shard, policy)
    assert (audit.findings, audit.lost, audit.open) == ([], [], [])
    seen, realms = set(), {}
    for entry in entries(made, shard):
        if entry.kind in ("intent", "denial") and (entry.party, entry.decision) not in seen:
            seen.add((entry.party, entry.decision))
            party, decision, content = map(msgspec.json.decode, (entry.party, entry.decision, entry.content))
            digest = decision["realm"]
            realm = realms.get(digest) or realms.setdefault(digest, load_realm(made, digest))
            blocks = {"party": party, "decision": decision, "content": content}
            assert replay(entry.kind, blocks, realm, {}, None).mismatches == ()
    assert len(seen) > 1_000


def test_its_export_is_grouped_as_its_roll_up(made, tmp_path):
    groups = groups_of(made)
    assert sum(sums.n for sums in groups.values()) == 19_366
    assert {asked.period for asked in groups} == {"2026-11"}
    write(of_log(made), tmp_path / "log.parquet")
    assert parquet_groups(exported(tmp_path / "log.parquet")) == groups


def test_the_large_export_has_what_its_distribution_says(tmp_path):
    """One realm and one month of it."""
    begin = ms(FIRST)
    realm = build_realm(stack_file(), begin)
    groups = list(rows(Decisions(realm, configured(realm.stack)), "2025-11", begin))
    assert sum(row.slots for row in groups) == SLOTS
    files = exports.write([Span(begin, ms(datetime(2025, 12, 1, tzinfo=UTC)), groups)], 1_000_000, tmp_path)
    found = parquet_groups(files)
    assert set(found) == {row.asked for row in groups}
    requests = sum(sums.n for sums in found.values())
    assert requests == 5 * 19_366  # of 52 copies in a year
    largest = max(groups, key=lambda row: row.slots)
    assert found[largest.asked].n / requests == pytest.approx(largest.slots / SLOTS, rel=0.1)
    answered = {asked: sums for asked, sums in found.items() if asked.status == "answered"}
    assert all(sums.cost > 0 and sum(sums.latency) == sums.n for sums in answered.values())
    assert all(
        sums.tokens == 0 and sums.unknown_usage == sums.n for asked, sums in found.items() if asked not in answered
    )
