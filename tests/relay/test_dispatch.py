"""Dispatch stays inside the placement, goes by load in a tier and by health down the tiers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from comity.placement.types import Candidate, Placement
from comity.relay.dispatch import FAILURES_BEFORE_REST, LONGEST_REST_MS, Load, dispatch


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
    assert dispatch(asked, {"a": load(1, 8), "b": load(1, 4)}, [], 0) == "a"
    assert dispatch(asked, {"a": load(4), "b": load(4)}, [], 0) == "c"
    assert dispatch(asked, {}, ["a", "b"], 0) == "c"
    assert dispatch(asked, {}, ["a", "b", "c"], 0) is None
    assert dispatch(asked, {name: load(4) for name in "abc"}, [], 0) is None


def test_one_that_rests_comes_last_but_comes() -> None:
    asked = placement(("a",), ("b",))
    assert dispatch(asked, {"a": load(rests_until=9)}, [], 8) == "b"
    assert dispatch(asked, {"a": load(rests_until=9)}, [], 9) == "a"
    assert dispatch(asked, {"a": load(rests_until=9)}, ["b"], 8) == "a"


def test_rest_comes_after_failures_in_a_row_doubles_and_ends_with_a_success() -> None:
    made = Load(1)
    for _ in range(FAILURES_BEFORE_REST - 1):
        made.failed(0)
    assert made.rests_until == 0
    rests = []
    for _ in range(10):
        made.failed(0)
        rests.append(made.rests_until)
    assert rests[:3] == [1_000, 2_000, 4_000]
    assert rests[-1] == LONGEST_REST_MS
    made.succeeded()
    assert made.rests_until == 0


NAMES = st.sampled_from("abcdef")


@given(
    st.lists(st.lists(NAMES, min_size=1, max_size=3).map(tuple), max_size=3),
    st.dictionaries(NAMES, st.builds(load, st.integers(0, 4), st.integers(1, 4), st.integers(0, 9))),
    st.lists(NAMES),
    st.integers(0, 9),
)
def test_never_outside_never_twice_never_full_and_always_the_same(
    tiers: list[tuple[str, ...]], live: dict[str, Load], tried: list[str], now: int
) -> None:
    asked = placement(*tiers)
    chosen = dispatch(asked, live, tried, now)
    left = [name for tier in tiers for name in tier if name not in tried]
    open_ones = [name for name in left if name not in live or live[name].in_flight < live[name].capacity]
    assert chosen in open_ones if open_ones else chosen is None
    assert dispatch(asked, live, tried, now) == chosen
