"""Capacity is shared out exactly, and as well as it can be: least overflow, then least cost, then by id."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.adapters.capacity import Worth, share_out, solve
from comity.posture.replay.capacity import Shared, Wanted, in_turn

NAMES = ("delhi", "lyon", "paris")


@st.composite
def problems(draw, most=4):
    options = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 3), min_size=1).map(lambda d: tuple(d.items()))
    wanted = draw(
        st.dictionaries(
            st.builds(Wanted, st.sampled_from(["2026-11", "2026-12"]), options), st.integers(0, most), max_size=3
        )
    )
    places = st.tuples(st.sampled_from(NAMES), st.sampled_from(["2026-11", "2026-12"]))
    return wanted, draw(st.dictionaries(places, st.integers(0, most), max_size=6))


def feasible(wanted, room, shared):
    taken = {}
    for (each, tokens), mine in zip(wanted.items(), shared, strict=True):
        assert sum(flow for _, flow in mine.flows) + mine.overflow == tokens
        assert mine.overflow >= 0
        assert all(flow > 0 for _, flow in mine.flows)
        assert [name for name, _ in mine.flows] == [name for name, _ in each.options if name in dict(mine.flows)]
        for name, flow in mine.flows:
            taken[name, each.period] = taken.get((name, each.period), 0) + flow
    assert all(flow <= room.get(place, flow) for place, flow in taken.items())


def worth_of(wanted, shared):
    cost = sum(
        dict(each.options)[name] * flow for each, mine in zip(wanted, shared, strict=True) for name, flow in mine.flows
    )
    return sum(mine.overflow for mine in shared), cost


def every(wanted, room):
    """Each way to share out, by trying all."""
    ways = [
        [flows for flows in product(range(tokens + 1), repeat=len(each.options)) if sum(flows) <= tokens]
        for each, tokens in wanted.items()
    ]
    for way in product(*ways):
        taken = {}
        for each, flows in zip(wanted, way, strict=True):
            for (name, _), flow in zip(each.options, flows, strict=True):
                taken[name, each.period] = taken.get((name, each.period), 0) + flow
        if all(flow <= room.get(place, flow) for place, flow in taken.items()):
            yield [
                Shared(
                    tuple((name, flow) for (name, _), flow in zip(each.options, flows, strict=True) if flow),
                    tokens - sum(flows),
                )
                for (each, tokens), flows in zip(wanted.items(), way, strict=True)
            ]


@settings(max_examples=150, deadline=None)
@given(problems(most=2))
def test_nothing_is_better(problem):
    wanted, room = problem
    shared = share_out(*problem)
    feasible(wanted, room, shared)
    assert worth_of(wanted, shared) == min(worth_of(wanted, way) for way in every(wanted, room))


@settings(max_examples=100, deadline=None)
@given(problems(most=10**13))
def test_large_amounts_are_exact(problem):
    wanted, room = problem
    shared = share_out(*problem)
    feasible(wanted, room, shared)
    assert worth_of(wanted, shared)[0] <= worth_of(wanted, in_turn(*problem))[0]


@settings(max_examples=50, deadline=None)
@given(problems(most=50), st.randoms(use_true_random=False))
def test_order_has_no_part_in_it(problem, chance):
    wanted, room = problem
    again, places = list(wanted.items()), list(room.items())
    chance.shuffle(again)
    chance.shuffle(places)
    one, other = solve(wanted, room), solve(dict(again), dict(places))
    assert dict(zip(wanted, one.shared, strict=True)) == dict(zip(dict(again), other.shared, strict=True))
    assert one.worth == other.worth


@settings(max_examples=60, deadline=None)
@given(problems(most=6))
def test_worth_is_what_a_token_more_would_save(problem):
    wanted, room = problem
    solved = solve(wanted, room)
    before = worth_of(wanted, solved.shared)
    for place in room:
        more = worth_of(wanted, share_out(wanted, room | {place: room[place] + 1}))
        less = worth_of(wanted, share_out(wanted, room | {place: room[place] - 1})) if room[place] else None
        worth = solved.worth.get(place, Worth(0, 0))
        # where the programme is degenerate, worth lies between what the next token saves and what the last one did
        assert (before[0] - more[0], before[1] - more[1]) <= tuple(worth)
        assert less is None or tuple(worth) <= (less[0] - before[0], less[1] - before[1])


def test_equal_costs_go_by_name():
    wanted = {Wanted("2026-11", (("paris", 5), ("lyon", 5), ("delhi", 5))): 30}
    (shared,) = share_out(wanted, {("delhi", "2026-11"): 10, ("lyon", "2026-11"): 15, ("paris", "2026-11"): 100})
    assert shared == Shared((("paris", 5), ("lyon", 15), ("delhi", 10)))


def test_a_class_gives_way_to_one_that_has_nowhere_else():
    """What taking turns gets wrong: the cheapest place is the only one of another class."""
    wanted = {
        Wanted("2026-11", (("paris", 1), ("lyon", 2))): 10,
        Wanted("2026-11", (("paris", 1), ("delhi", 9))): 10,
    }
    room = {("paris", "2026-11"): 10, ("lyon", "2026-11"): 10, ("delhi", "2026-11"): 0}
    solved = solve(wanted, room)
    assert [each.overflow for each in solved.shared] == [0, 0]
    assert solved.shared[0].flows == (("lyon", 10),)
    assert solved.worth["paris", "2026-11"] == Worth(0, 1)


def test_nothing():
    assert share_out({}, {}) == []
    assert share_out({Wanted("2026-11", (("a", 1),)): 0}, {("a", "2026-11"): 0}) == [Shared(())]


def test_it_prints_nothing(capfd: pytest.CaptureFixture[str]):
    share_out({Wanted("2026-11", (("a", 1),)): 5}, {("a", "2026-11"): 3})
    assert capfd.readouterr() == ("", "")
