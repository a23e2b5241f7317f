"""Demand by classes: what it counts is what sharing out plan by plan gives; and what is remembered is what was said."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from comity.adapters.capacity import share_out
from comity.posture.replay.capacity import Remembered, Room, Shared, Tokens, Wanted, in_turn
from comity.posture.replay.demand import demand_of
from comity.posture.replay.groups import Sums
from comity.posture.replay.loads import shared_out, without_room
from comity.posture.replay.lots import Lot, Question
from comity.posture.replay.plans import Options, Plan
from comity.posture.replay.shortage import shares_of
from comity.posture.replay.tally import Face

PLACES = ("a", "b", "c")
MONTHS = ("2026-10", "2026-11")
QUESTION = Question("app", "infer", ((), (), ()), "m", "", "", "")
counts = st.integers(0, 1000)
options = st.dictionaries(st.sampled_from(PLACES), st.integers(0, 5), min_size=1).map(
    lambda d: tuple(sorted(d.items()))
)
months = st.dictionaries(st.sampled_from(MONTHS), st.tuples(st.integers(1, 40), counts), min_size=1)
rooms = st.dictionaries(st.tuples(st.sampled_from(PLACES), st.sampled_from(MONTHS)), counts)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    wanted = draw(months)
    lot = Lot(QUESTION, "a", draw(st.booleans()), Sums(sum(n for n, _ in wanted.values())), wanted)
    going: Options = draw(options)
    factor = draw(st.sampled_from((1.0, 0.001, 2.5)))
    return Plan(lot, Face("app", (), (), "a"), "re_placed", "a", ((going[0][0], 1),), going, factor, None, None, None)


@given(st.lists(plans(), max_size=12), rooms)
def test_requests_without_room_are_those_of_the_plans_one_by_one(every: list[Plan], room: Room) -> None:
    demand = demand_of(every)
    shares = shares_of(demand, room, share_out)
    assert demand.without_room(shares) == without_room(shared_out(every, shares))
    for name in PLACES:
        some = [plan for plan in every if name in dict(plan.options)]
        assert demand.without_room(shares, of=name) == without_room(shared_out(some, shares))


@given(st.lists(plans(), max_size=12), st.data())
def test_demand_that_may_go_elsewhere_is_that_of_the_plans_that_may(every: list[Plan], data: st.DataObject) -> None:
    of = frozenset(data.draw(st.sets(st.sampled_from([plan.options for plan in every])))) if every else frozenset()
    opened = [(plan, data.draw(options)) for plan in every if plan.options in of]
    instead = demand_of(every).instead(opened, of)
    for plan, going in opened:
        plan.options = going
    assert sorted(instead, key=repr) == sorted(demand_of(every), key=repr)


@given(
    st.lists(
        st.tuples(st.dictionaries(st.sampled_from([Wanted(m, (("a", 0), ("b", 1))) for m in MONTHS]), counts), rooms)
    )
)
def test_what_is_remembered_is_what_is_said_without_and_is_asked_once(asked: list[tuple[Tokens, Room]]) -> None:
    seen: list[object] = []

    def counted(tokens: Tokens, room: Room) -> Sequence[Shared]:
        seen.append((tuple(tokens.items()), tuple(room.items())))
        return share_out(tokens, room)

    remembered = Remembered(counted)
    for tokens, room in asked:
        assert list(remembered(tokens, room)) == list(share_out(tokens, room))
    assert len(seen) == len(set(seen))


def test_only_so_many_months_are_remembered() -> None:
    seen: list[Tokens] = []

    def counted(tokens: Tokens, room: Room) -> Sequence[Shared]:
        seen.append(tokens)
        return in_turn(tokens, room)

    remembered = Remembered(counted, 2)
    wanted = Wanted(MONTHS[0], (("a", 0),))
    for amount in (1, 2, 1, 3, 1):
        assert remembered({wanted: amount}, {}) == [Shared((("a", amount),))]
    assert [tokens[wanted] for tokens in seen] == [1, 2, 3, 1]
