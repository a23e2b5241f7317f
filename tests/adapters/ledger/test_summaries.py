"""`log audit` on summaries: those that hold, and each way in which one can lie."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from comity.adapters.ledger import Ledger, shards
from comity.adapters.ledger.audit import ShardAudit
from comity.adapters.ledger.daily import Daily
from comity.adapters.ledger.erasing import erase, prune
from comity.proof.summary import DAY_MS, Days, Span, summary_blocks
from comity.terms import canon
from tests.adapters.ledger.writing import audited, enter, run
from tests.proof.samples import Blocks, denial, intent, outcome

NOON = 20_000 * DAY_MS + DAY_MS // 2


def at(blocks: Blocks, **times: int) -> Blocks:
    return *blocks[:2], canon.encode(canon.parse(blocks[2]) | {"times": times})


async def day(ledger: Ledger, noon: int, days: Days) -> None:
    """A request, a denial; counted too."""
    first = await enter(ledger, "intent", at(intent(), received=noon))
    usage = {"prompt_tokens": 7, "completion_tokens": 2}
    ended = outcome(first, times={"finished": noon + 1}, usage=usage, cost={"amount": 10**9, "currency": "EUR"})
    await enter(ledger, "outcome", ended, first)
    await enter(ledger, "denial", at(denial(), received=noon, finished=noon + 2))
    for index, moment in ((first, noon), (first + 1, noon + 1), (first + 2, noon + 2)):
        days.at(index, moment, "denial")
    days.intent(first, "triage")
    days.outcome(first, "stop", 7, 2, 10**9, "EUR")
    days.denial("triage")


def told(tmp_path: Path, lie: Callable[[Span], list[Span]]) -> ShardAudit:
    """Three days, of which two are told as `lie` has it."""

    async def work(ledger: Ledger) -> str:
        days = Days()
        for number in range(2):
            await day(ledger, NOON + number * DAY_MS, days)
            span = days.end(ledger.next)
            days.at(ledger.next, NOON + (number + 1) * DAY_MS, "summary")
            for each in lie(span):
                for blocks in summary_blocks(each, "strict", NOON + (number + 1) * DAY_MS):
                    await enter(ledger, "summary", blocks)
        await enter(ledger, "denial", at(denial(), received=NOON, finished=NOON + 9 * DAY_MS))
        return ledger.shard

    return audited(tmp_path, run(tmp_path, work))


def test_days_that_are_told_as_they_were(tmp_path: Path) -> None:
    audit = told(tmp_path, lambda span: [span])
    assert (audit.findings, audit.summaries, audit.unsummed) == ([], 2, ["2024-10-06"])


def changed(span: Span, **sums: Any) -> Span:
    shown = span.sums["triage"]
    for name, value in sums.items():
        setattr(shown, name, value)
    return span


LIES: dict[str, tuple[Callable[[Span], list[Span]], list[str], str]] = {
    "fewer requests": (lambda s: [changed(s, requests=0)], ["wrong-summary"] * 2, "requests of triage was 0, and"),
    "less money": (lambda s: [changed(s, cost={})], ["wrong-summary"] * 2, "cost of triage was nothing, and"),
    "nobody": (lambda s: [s._replace(sums={})], ["wrong-summary"] * 2, "nothing came from triage"),
    "another": (lambda s: [s._replace(sums=s.sums | {"x": s.sums["triage"]})], ["wrong-summary"] * 2, "came from x"),
    "a shorter day": (lambda s: [s._replace(end=s.end - 1)], ["wrong-summary"] * 2, "sums up entries 0 to 2 as"),
    "a later start": (lambda s: [s._replace(first=s.first + 1)], ["wrong-summary"] * 2, "sums up entries 1 to 3 as"),
    "another day": (lambda s: [s._replace(day="2024-10-01")], ["wrong-summary"] * 2, "has not ended or was summed up"),
    "twice": (lambda s: [s, s], ["wrong-summary"] * 2, "has not ended or was summed up before"),
    "a day left out": (lambda s: [s] if s.first else [], ["missing-summary"], "2024-10-04 was never summed up"),
}


@pytest.mark.parametrize(("lie", "names", "said"), LIES.values(), ids=LIES)
def test_a_day_that_is_told_otherwise(
    tmp_path: Path, lie: Callable[[Span], list[Span]], names: list[str], said: str
) -> None:
    findings = told(tmp_path, lie).findings
    assert [finding.name for finding in findings] == names, findings
    assert said in findings[0].sentence


async def one(ledger: Ledger, days: Days, number: int) -> None:
    """A day in a segment of its own, and the sum of it."""
    await day(ledger, NOON + number * DAY_MS, days)
    span = days.end(ledger.next)
    days.at(ledger.next, NOON + (number + 1) * DAY_MS, "summary")
    for blocks in summary_blocks(span, "strict", NOON + (number + 1) * DAY_MS):
        await enter(ledger, "summary", blocks)


def test_days_that_are_pruned_leave_the_rest_to_be_checked(tmp_path: Path) -> None:
    days = Days()
    for number in range(4):
        shard = run(tmp_path, lambda ledger, number=number: one(ledger, days, number))
    (shard,) = shards(tmp_path)
    (tmp_path / "log" / shard / "ledger" / "tiles-synced").write_text("512")
    assert audited(tmp_path, shard).summaries == 4
    assert prune(tmp_path, shard, 9) == 8
    audit = audited(tmp_path, shard)
    assert (audit.findings, audit.minimum, audit.unsummed) == ([], 8, [])
    assert audit.summaries == 2  # the third day, and the fourth; the second's entries are gone
    assert Daily(tmp_path, shard).due(NOON + 4 * DAY_MS + 1) is None


def test_what_was_erased_before_its_day_was_told_is_of_no_day(tmp_path: Path) -> None:
    async def work(ledger: Ledger) -> str:
        await day(ledger, NOON, Days())
        return ledger.shard

    shard = run(tmp_path, work)
    Ledger.open(tmp_path, "example.org/gw", clock=lambda: NOON).close()
    assert erase(tmp_path, shard, 0, lambda group: {each.index for each in group}) == 3
    assert Daily(tmp_path, shard).due(NOON + 3 * DAY_MS) is None


def test_a_day_of_which_entries_were_erased_keeps_its_bounds(tmp_path: Path) -> None:
    days = Days()
    for number in range(2):
        run(tmp_path, lambda ledger, number=number: one(ledger, days, number))
    (shard,) = shards(tmp_path)
    for gone in ({0}, {1, 2}, {3}):
        assert erase(tmp_path, shard, 0, lambda group, gone=gone: {each.index for each in group} & gone) == len(gone)
        audit = audited(tmp_path, shard)
        assert audit.findings == []
    assert audit.erased == 4
