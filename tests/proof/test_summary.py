"""Daily sums: every entry is in one day, and whoever has the entries comes to the same sums."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from comity.proof.entry import MAX_BLOCK_BYTES
from comity.proof.shape import check_block
from comity.proof.summary import DAY_MS, Days, Span, Sums, count, shown_day, summary_blocks
from comity.terms import canon

NOON = 20_000 * DAY_MS + DAY_MS // 2

Entry = tuple[str, int | None, int, str, int | None]


@st.composite
def entries(draw: st.DrawFn, jumps: Sequence[int] = (DAY_MS // 3, DAY_MS)) -> list[Entry]:
    """(kind, intent, moment, application, tokens), with times that go back a little now and then."""
    made: list[Entry] = []
    waiting: list[int] = []
    now = NOON
    for index in range(draw(st.integers(0, 40))):
        now += draw(st.integers(-60_000, 60_000) | st.sampled_from(jumps))
        kind = draw(st.sampled_from(["intent", "outcome", "denial", "realm"]))
        if kind == "outcome" and waiting:
            intent = waiting.pop(draw(st.integers(0, len(waiting) - 1)))
            made.append((kind, intent, now, "", draw(st.none() | st.integers(0, 9))))
        elif kind == "intent":
            waiting.append(index)
            made.append((kind, None, now, draw(st.sampled_from("ab")), None))
        else:
            made.append(("denial", None, now, draw(st.sampled_from("ab")), None))
    return made


def enter(days: Days, index: int, entry: Entry) -> Span | None:
    kind, intent, moment, application, tokens = entry
    content: dict[str, object] = {"times": {"finished": moment}}
    if kind == "outcome":
        content |= {"finish": "stop", "cost": {"amount": 5, "currency": "EUR"}}
        if tokens is not None:
            content["usage"] = {"prompt_tokens": tokens, "completion_tokens": 1}
    return count(days, index, kind, intent, {"party": {"application": application}, "content": content})


def spans(made: list[Entry]) -> list[Span]:
    days = Days()
    found = [span for index, entry in enumerate(made) if (span := enter(days, index, entry)) is not None]
    return [*found, days.end(len(made))] if len(made) > days.first else found


@given(entries())
def test_days_follow_each_other_without_a_gap_and_none_comes_twice(made: list[Entry]) -> None:
    found = spans(made)
    assert [span.first for span in found] == [0, *(span.end for span in found)][: len(found)]
    assert [span.day for span in found] == sorted({span.day for span in found})
    assert all(span.first < span.end and span.exact for span in found)


WILD = (DAY_MS // 3, DAY_MS, -DAY_MS, -2 * DAY_MS, 400 * DAY_MS, -400 * DAY_MS)
"""A clock that is set ahead, and back."""


@given(entries(WILD))
def test_a_clock_that_jumps_leaves_no_gap(made: list[Entry]) -> None:
    found = spans(made)
    assert [span.first for span in found] == [0, *(span.end for span in found)][: len(found)]
    assert all(span.first < span.end and span.exact for span in found)
    for span in found:
        number = date.fromisoformat(span.day).toordinal() - date(1970, 1, 1).toordinal()
        assert {moment // DAY_MS for _, _, moment, _, _ in made[span.first : span.end]} <= {number - 1, number}
    assert all(before.day != after.day for before, after in pairwise(found))


@given(entries() | entries(WILD))
def test_nothing_is_counted_twice_or_left_out(made: list[Entry]) -> None:
    sums = [each for span in spans(made) for each in span.sums.values()]
    assert sum(each.requests for each in sums) == sum(kind == "intent" for kind, *_ in made)
    assert sum(each.denials for each in sums) == sum(kind == "denial" for kind, *_ in made)
    ends = [tokens for kind, _, _, _, tokens in made if kind == "outcome"]
    assert sum(each.outcomes.get("stop", 0) for each in sums) == len(ends)
    assert sum(each.uncounted for each in sums) == ends.count(None)
    assert sum(each.prompt_tokens for each in sums) == sum(tokens or 0 for tokens in ends)
    assert sum(each.cost.get("EUR", 0) for each in sums) == 5 * len(ends)


@given(entries() | entries(WILD), st.data())
def test_a_reader_may_begin_at_any_day(made: list[Entry], data: st.DataObject) -> None:
    whole = spans(made)
    if not whole:
        return
    at = data.draw(st.integers(0, len(whole) - 1))
    days = Days(whole[at - 1].end, whole[at - 1].open, day=-1) if at else Days()
    found = [
        span
        for index, entry in enumerate(made)
        if index >= days.first and index >= whole[at].first and (span := enter(days, index, entry)) is not None
    ]
    assert [*found, days.end(len(made))] == whole[at:]


def test_a_day_is_that_of_the_latest_time_and_midnight_does_not_swing() -> None:
    days = Days()
    midnight = 20_001 * DAY_MS
    moments = [midnight - 5, midnight + 1, midnight - 1, midnight + 2, midnight + DAY_MS]
    found = [days.at(index, moment, "denial") for index, moment in enumerate(moments)]
    assert [None if span is None else (span.day, span.first, span.end) for span in found] == [
        None,
        (shown_day(20_000), 0, 1),
        None,
        None,
        (shown_day(20_001), 1, 4),
    ]


def test_what_tells_of_long_ago_does_not_set_the_day_back() -> None:
    days = Days()
    days.at(0, NOON, "realm")
    for index, kind in enumerate(("audit", "erasure"), 1):
        assert days.at(index, NOON - 30 * DAY_MS, kind) is None
    assert days.at(3, 0, "denial") is None
    ended = days.at(4, NOON - 2 * DAY_MS, "denial")
    assert ended is not None
    assert (ended.day, ended.end, days.today) == (shown_day(20_000), 4, shown_day(19_998))


def test_the_blocks_are_as_the_specification_says_whatever_their_number() -> None:
    sums = {f"application-{n:04d}": Sums(n, n, {"stop": n, "lost": 1}, n, n, 0, {"EUR": n}, 1) for n in range(500)}
    made = summary_blocks(Span("2026-11-22", 3, 9, sums, {}), "strict", NOON)
    told = []
    for number, blocks in enumerate(made, 1):
        for name, block in zip(("party", "decision", "content"), blocks, strict=True):
            assert len(block) <= MAX_BLOCK_BYTES
            check_block("summary", name, canon.parse_canonical(block), exact=True)
        decision = canon.parse(blocks[1])
        assert (decision["part"], decision["parts"], decision["from"], decision["to"]) == (number, len(made), 3, 9)
        told += canon.parse(blocks[2])["applications"]
    assert [each["application"] for each in told] == sorted(sums)
    (alone,) = summary_blocks(Span("2026-11-22", 3, 9, {}, {}), "strict", NOON)
    assert "part" not in canon.parse(alone[1])


def test_money_is_decimal_text() -> None:
    shown = Sums(cost={"EUR": 1_500_000_001, "USD": 2 * 10**9}).document("a")["cost"]
    assert shown == [{"currency": "EUR", "amount": "1.500000001"}, {"currency": "USD", "amount": "2"}]
