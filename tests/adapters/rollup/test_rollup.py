"""A roll-up says what the ledger says: whenever it was counted, and whatever became of its file in between."""

import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.adapters.ledger import shards
from comity.adapters.rollup import FILE, Kept, Rollup, RollupFault, follow, groups_of
from comity.posture.replay.groups import Sums, latency_of, merged
from comity.posture.replay.identity import text_of
from tests.adapters.rollup.written import DIGEST, NOW, denial, intent, outcome, write

DAY = 86_400_000


def count(state, go_on=lambda: True):
    rollup = Rollup(state)
    try:
        return rollup.count(go_on)
    finally:
        rollup.close()


def position(state):
    (shard,) = shards(state)
    kept = Kept(state)
    try:
        return kept.positions().get(shard)
    finally:
        kept.close()


def a_day(ledger):
    """Answered, failed, refused, and one in November that is answered in December."""
    outcome(ledger, intent(ledger))
    outcome(ledger, intent(ledger), tokens=None, deployment="", first=0, cost=None)
    denial(ledger)
    late = intent(ledger, NOW, model="large", wish={"language": "fr"})
    outcome(ledger, late, first=NOW + DAY, finished=NOW + DAY + 1)


def test_what_is_counted(tmp_path):
    write(tmp_path, a_day)
    groups = groups_of(tmp_path)
    told = {(asked.status, asked.model): (asked, sums) for asked, sums in groups.items()}
    asked, sums = told["answered", "mistral"]
    assert sums == Sums(1, 10, 5, 7000, 0, latency_of(70))
    assert (asked.application, asked.period, asked.deployment, asked.placement) == (
        "triage",
        "2026-11",
        "paris",
        DIGEST,
    )
    assert told["failed", "mistral"][1] == Sums(1, unknown_usage=1)
    refused, sums = told["refused", "mistral"]
    assert (refused.rules, refused.placement, refused.conditions, sums) == (
        ("eu.gdpr/art44",),
        "",
        "",
        Sums(1, unknown_usage=1),
    )
    late, sums = told["answered", "large"]
    assert (late.wish, late.period, sums.latency[-1]) == ('{"language":"fr"}', "2026-11", 1)


def test_it_is_kept_and_says_how_far(tmp_path):
    write(tmp_path, a_day)
    before = groups_of(tmp_path)
    assert count(tmp_path) == 4
    assert position(tmp_path) == (0, 7, 7)
    assert groups_of(tmp_path) == before
    assert count(tmp_path) == 0
    (tmp_path / "log").rename(tmp_path / "gone")
    assert groups_of(tmp_path) == before  # the file alone says it


def test_days(tmp_path):
    write(tmp_path, lambda ledger: [denial(ledger, NOW + days * DAY) for days in (0, 0, 1, 5)])
    today = NOW // DAY
    for _ in range(2):
        assert sum(sums.n for sums in groups_of(tmp_path, today, today + 1).values()) == 3
        assert sum(sums.n for sums in groups_of(tmp_path, today + 1).values()) == 2
        count(tmp_path)


def test_an_intent_is_counted_once_it_has_ended(tmp_path):
    write(tmp_path, lambda ledger: (intent(ledger), denial(ledger)))  # the next start ends it as lost
    assert count(tmp_path) == 1
    assert position(tmp_path) == (0, 2, 0)
    write(tmp_path, lambda ledger: None)
    assert sorted(asked.status for asked in groups_of(tmp_path)) == ["failed", "refused"]
    assert count(tmp_path) == 1
    assert position(tmp_path) == (0, 3, 3)


def test_a_file_that_is_deleted_or_of_another_version_is_made_anew(tmp_path):
    write(tmp_path, a_day)
    rollup = Rollup(tmp_path)
    rollup.count()
    right = groups_of(tmp_path)
    (tmp_path / FILE).unlink()
    assert groups_of(tmp_path) == right
    assert rollup.count() == 4  # the one that had it open notices
    rollup.close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("UPDATE meaning SET version = version + 1")
    connection.close()
    assert groups_of(tmp_path) == right
    assert count(tmp_path) == 4
    assert groups_of(tmp_path) == right


def test_two_that_count_the_same_count_it_once(tmp_path):
    write(tmp_path, a_day)
    one, other = Rollup(tmp_path), Rollup(tmp_path)
    assert one.count() == 4
    write(tmp_path, denial)
    other.count()
    assert one.count() + other.count() <= 1
    one.close()
    other.close()
    assert sum(sums.n for sums in groups_of(tmp_path).values()) == 5


def test_what_fails_midway_counts_nothing(tmp_path, monkeypatch):
    write(tmp_path, a_day)
    monkeypatch.setattr("comity.adapters.rollup.kept.text_of", lambda asked: text_of(asked) if asked.rules else 1 / 0)
    rollup = Rollup(tmp_path)
    with pytest.raises(ZeroDivisionError):
        rollup.count()
    monkeypatch.undo()
    assert position(tmp_path) is None
    assert rollup.count() == 4
    rollup.close()


def test_it_ends_early_at_a_whole_place(tmp_path):
    write(tmp_path, a_day)
    assert count(tmp_path, lambda: False) == 4  # one chunk
    assert position(tmp_path).counted == 7


def test_a_damaged_file_is_told(tmp_path):
    write(tmp_path, denial)
    count(tmp_path)
    (tmp_path / FILE).write_bytes(b"no database" * 500)
    with pytest.raises(RollupFault, match="delete it"):
        groups_of(tmp_path)


STEP = st.one_of(
    st.tuples(st.just("intent"), st.integers(0, 3), st.sampled_from(["a", "b"])),
    st.tuples(st.just("outcome"), st.integers(0, 9), st.sampled_from(["paris", "lyon", ""])),
    st.tuples(st.just("denial"), st.integers(0, 3), st.just("")),
    st.sampled_from(["count", "restart", "delete"]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, max_size=14))
def test_whenever_it_is_counted(tmp_path_factory, steps):
    state = tmp_path_factory.mktemp("state")
    rest = list(steps)
    rollup = None
    while rest:

        def until_restart(ledger):
            begun = []
            while rest:
                match rest.pop(0):
                    case "intent", days, application:
                        begun.append(intent(ledger, NOW + days * DAY, application))
                    case "outcome", at, deployment if begun:
                        outcome(ledger, begun.pop(at % len(begun)), deployment=deployment)
                    case "denial", days, _:
                        denial(ledger, NOW + days * DAY)
                    case "restart" | "count" | "delete" as what:
                        rest.insert(0, what)
                        return

        write(state, until_restart)
        match rest.pop(0) if rest else "":
            case "count":
                rollup = rollup or Rollup(state)
                rollup.count()
            case "restart" if rollup is not None:
                rollup.close()
                rollup = None
            case "delete":
                (state / FILE).unlink(missing_ok=True)
    if rollup is not None:
        rollup.close()
    plain = {}
    for shard in shards(state):
        for request in follow(state, shard):
            nothing = request.prompt_tokens < 0 and request.completion_tokens < 0
            one = Sums(
                1,
                max(request.prompt_tokens, 0),
                max(request.completion_tokens, 0),
                max(request.cost, 0),
                int(nothing),
                latency_of(request.first_byte_ms) if request.first_byte_ms >= 0 else Sums().latency,
            )
            plain = merged(plain, {request.asked: one})
    assert groups_of(state) == plain
    count(state)
    assert groups_of(state) == plain
