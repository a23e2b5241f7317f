"""An honest log never looks like a lying one, whatever was erased or pruned from it; one sum changed always does."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from comity.proof.completeness import Completeness, Wrong
from comity.proof.summary import DAY_MS, Days, Span, count, summary_blocks
from comity.terms import canon
from tests.proof.test_summary import Entry, entries

Blocks = dict[str, dict[str, Any]]
Record = tuple[str, int | None, Blocks]


def blocks_of(entry: Entry) -> Blocks:
    kind, _, moment, application, tokens = entry
    content: dict[str, Any] = {"times": {"finished": moment}}
    if kind == "outcome":
        content |= {"finish": "stop", "usage": {} if tokens is None else {"prompt_tokens": tokens}}
    return {"party": {"application": application}, "decision": {}, "content": content}


def honest(made: list[Entry]) -> list[Record]:
    """The entries, and a summary of each day as soon as the next has begun."""
    log: list[Record] = []
    days = Days()
    at: dict[int, int] = {}

    def put(kind: str, intent: int | None, blocks: Blocks) -> None:
        index = len(log)
        log.append((kind, intent, blocks))
        span = count(days, index, kind, intent, blocks)
        if span is not None:
            put("summary", None, told(span))

    for number, entry in enumerate(made):
        at[number] = len(log)
        intent = None if entry[1] is None else at[entry[1]]
        put(entry[0], intent, blocks_of(entry))
    return log


def told(span: Span) -> Blocks:
    after = (date.fromisoformat(span.day) - date(1970, 1, 1)).days + 1
    ((party, decision, content),) = summary_blocks(span, "strict", after * DAY_MS)
    return {"party": canon.parse(party), "decision": canon.parse(decision), "content": canon.parse(content)}


def read(log: list[Record], erased: frozenset[int] = frozenset(), begin: int = 0) -> list[Wrong]:
    complete = Completeness()
    wrong: list[Wrong] = []
    if begin:
        opened = {index for index, (kind, _, _) in enumerate(log[:begin]) if kind == "intent"}
        complete.begin(begin, opened - {intent for kind, intent, _ in log[:begin] if kind == "outcome"})
    for index, (kind, intent, blocks) in enumerate(log[begin:], begin):
        if index in erased:
            complete.erased(index, kind, intent)
        else:
            wrong += complete.entry(index, kind, intent, blocks)
    return wrong


@given(entries(), st.data())
def test_what_was_erased_makes_no_lie(made: list[Entry], data: st.DataObject) -> None:
    log = honest(made)
    assert read(log) == []
    indices = [index for index, (kind, _, _) in enumerate(log) if kind != "summary"]
    erased = data.draw(st.sets(st.sampled_from(indices))) if indices else set()
    low, high = sorted(data.draw(st.tuples(st.integers(0, len(log)), st.integers(0, len(log)))))
    erased |= {index for index in indices if low <= index < high}  # whole days too
    assert read(log, frozenset(erased)) == []


@given(entries(), st.data())
def test_what_was_pruned_makes_no_lie(made: list[Entry], data: st.DataObject) -> None:
    log = honest(made)
    assert read(log, begin=data.draw(st.integers(0, len(log)))) == []


@given(entries(), st.data())
def test_a_sum_that_was_changed_is_seen(made: list[Entry], data: st.DataObject) -> None:
    log = honest(made)
    summaries = [index for index, (kind, _, blocks) in enumerate(log) if kind == "summary"]
    if not summaries:
        return
    index = data.draw(st.sampled_from(summaries))
    kind, intent, blocks = log[index]
    applications = blocks["content"]["applications"]
    if applications and data.draw(st.booleans()):
        key = data.draw(st.sampled_from(["requests", "denials", "open", "prompt_tokens", "uncounted"]))
        changed = [{**applications[0], key: applications[0][key] + 1}, *applications[1:]]
        lie = {**blocks, "content": {**blocks["content"], "applications": changed}}
    else:
        key = data.draw(st.sampled_from(["from", "to"]))
        lie = {**blocks, "decision": {**blocks["decision"], key: blocks["decision"][key] + 1}}
    assert [name for name, _ in read([*log[:index], (kind, intent, lie), *log[index + 1 :]])] == ["wrong-summary"]
