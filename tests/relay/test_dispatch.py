"""Dispatch stays inside the placement, goes by load in a tier and by health down the tiers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from comity.placement.types import Candidate, Placement
from comity.relay.dispatch import affinity, dispatch
from comity.relay.load import Load


def placement(*tiers: tuple[str, ...]) -> Placement:
    return Placement(
        "", "", "", "", "enforce", "m", tuple(tuple(Candidate(name, 0, ()) for name in tier) for tier in tiers)
    )


def load(in_flight: int = 0, capacity: int = 4, rests_until: int = 0) -> Load:
    made = Load(capacity)
    made.in_flight, made.rests_until = in_flight, rests_until
    return made


def test_the_first_tier_first_and_the_least_filled_in_it() -> None:
    asked = placement(("a", "b"), ("c",))
    assert dispatch(asked, {}, [], 0) == "a"
    assert dispatch(asked, {"a": load(1), "b": load(0)}, [], 0) == "b"
    assert dispatch(asked, {"a": load(4), "b": load(4)}, [], 0) == "c"
    assert dispatch(asked, {}, ["a", "b"], 0) == "c"
    assert dispatch(asked, {}, ["a", "b", "c"], 0) is None
    assert dispatch(asked, {name: load(4) for name in "abc"}, [], 0) is None


def test_one_that_rests_comes_last_but_comes() -> None:
    asked = placement(("a",), ("b",))
    assert dispatch(asked, {"a": load(rests_until=9)}, [], 8) == "b"
    assert dispatch(asked, {"a": load(rests_until=9)}, [], 9) == "a"
    assert dispatch(asked, {"a": load(rests_until=9)}, ["b"], 8) == "a"


def test_one_that_drains_or_has_no_share_is_not_chosen_while_another_answers() -> None:
    asked = placement(("a", "b"), ("c",))
    drained = load()
    drained.draining = True
    spare = load()
    spare.weight = 0
    assert dispatch(asked, {"a": drained}, [], 0) == "b"
    assert dispatch(asked, {"a": drained, "b": drained, "c": drained}, [], 0) is None
    assert {dispatch(asked, {"a": spare}, [], 0, draw=draw) for draw in DRAWS} == {"b"}
    assert dispatch(asked, {"a": spare, "b": load(4)}, [], 0) == "a"


DRAWS = range(0, 1 << 32, 1 << 24)  # 256 of them, evenly


def test_different_weights_split_a_tier_exactly() -> None:
    asked = placement(("a", "b", "c"))
    live = {name: load() for name in "abc"}
    live["a"].weight, live["b"].weight = 95, 4
    chosen = [dispatch(asked, live, [], 0, draw=draw) for draw in range(0, 1 << 32, (1 << 32) // 10_000)]
    assert [round(chosen.count(name) / len(chosen), 2) for name in "abc"] == [0.95, 0.04, 0.01]


def test_equals_go_by_the_better_of_two() -> None:
    asked = placement(("a", "b", "c", "d"))
    live = {name: load(2, 8) for name in "abcd"}
    live["d"] = load(7, 8)
    chosen = [dispatch(asked, live, [], 0, draw=draw * 2_654_435_761 % (1 << 32)) for draw in range(512)]
    assert set(chosen) == {"a", "b", "c"}  # whichever it is drawn with is better
    live["a"].succeeded(0, 800.0)
    chosen = [dispatch(asked, live, [], 0, draw=draw * 2_654_435_761 % (1 << 32)) for draw in range(512)]
    assert chosen.count("a") < min(chosen.count("b"), chosen.count("c"))


def test_requests_that_begin_alike_go_to_one_unless_it_is_overfull() -> None:
    asked = placement(("a", "b", "c", "d"))
    live = {name: load(0, 100) for name in "abcd"}
    near = affinity(b"salt", "desk", b'{"model":"m","messages":[' + b"x" * 2_000)
    home = dispatch(asked, live, [], 0, near=near, draw=5)
    assert home is not None
    assert {dispatch(asked, live, [], 0, near=near, draw=draw) for draw in DRAWS} == {home}
    assert near == affinity(b"salt", "desk", b'{"model":"m","messages":[' + b"x" * 3_000)
    assert near != affinity(b"salt", "other", b'{"model":"m","messages":[' + b"x" * 2_000)
    assert near != affinity(b"other", "desk", b'{"model":"m","messages":[' + b"x" * 2_000)
    live[home].in_flight = 20
    assert dispatch(asked, live, [], 0, near=near, draw=5) != home
    assert len({dispatch(asked, live, [home], 0, near=near, draw=draw) for draw in DRAWS}) == 1
    spread = [dispatch(asked, {}, [], 0, near=affinity(b"salt", "desk", str(number).encode())) for number in range(400)]
    assert min(spread.count(name) for name in "abcd") > 60


NAMES = st.sampled_from("abcdef")


@given(
    st.lists(st.lists(NAMES, min_size=1, max_size=3).map(tuple), max_size=3),
    st.dictionaries(NAMES, st.builds(load, st.integers(0, 4), st.integers(1, 4), st.integers(0, 9))),
    st.lists(NAMES),
    st.integers(0, 9),
    st.integers(0, (1 << 32) - 1),
    st.sampled_from([0, 1, 77]),
)
def test_never_outside_never_twice_never_full_and_always_the_same(
    tiers: list[tuple[str, ...]], live: dict[str, Load], tried: list[str], now: int, draw: int, near: int
) -> None:
    asked = placement(*tiers)
    for at, each in enumerate(live.values()):
        each.weight = (draw >> at) % 3
    chosen = dispatch(asked, live, tried, now, draw=draw, near=near)
    left = [name for tier in tiers for name in tier if name not in tried]
    open_ones = [name for name in left if name not in live or live[name].in_flight < live[name].capacity]
    assert chosen in open_ones if open_ones else chosen is None
    assert dispatch(asked, live, tried, now, draw=draw, near=near) == chosen
