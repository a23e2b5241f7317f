"""Measures of concentration: known values, bounds, and what each of them ignores."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.posture.concentration import concentration, hhi_within, lorenz, shares

AMOUNTS = st.lists(st.integers(min_value=0, max_value=10**12), min_size=1, max_size=40).filter(any)


def test_known_values() -> None:
    found = concentration([40, 30, 20, 10])
    assert found.hhi == 3000 and found.cr4 == 1 and found.gini == Fraction(1, 4)
    assert round(float(found.effective), 2) == 3.33 and found.high
    assert not concentration([1] * 10).high


@given(AMOUNTS)
def test_bounds_hold(amounts: list[int]) -> None:
    found = concentration(amounts)
    assert Fraction(10_000, found.n) <= found.hhi <= 10_000
    assert 0 <= found.gini < 1 and 0 < found.cr4 <= 1
    assert 1 <= found.effective <= found.n
    assert sum(shares(amounts)) == 1


@given(AMOUNTS, st.integers(min_value=2, max_value=5))
def test_the_gini_ignores_how_many_there_are_and_the_hhi_does_not(amounts: list[int], times: int) -> None:
    held = [amount for amount in amounts if amount]
    one, many = concentration(held), concentration(held * times)
    assert one.gini == many.gini
    assert many.hhi == one.hhi / times


@given(AMOUNTS)
def test_the_gini_is_twice_the_area_above_the_lorenz_curve(amounts: list[int]) -> None:
    held = [amount for amount in amounts if amount]
    curve = lorenz(held)
    area = sum((right[0] - left[0]) * (right[1] + left[1]) / 2 for left, right in pairwise(curve))
    assert concentration(held).gini == 1 - 2 * area
    assert curve[0] == (0, 0) and curve[-1] == (1, 1)


@given(AMOUNTS, st.lists(st.integers(min_value=1, max_value=10**9), min_size=1, max_size=20))
def test_bounds_of_what_is_not_told_apart_hold_whoever_holds_it(known: list[int], others: list[int]) -> None:
    low, high = hhi_within(known, sum(others))
    assert low <= concentration([*known, *others]).hhi <= high


@pytest.mark.parametrize("amounts", [[], [0, 0], [-1, 2]])
def test_nothing_has_no_shares(amounts: list[int]) -> None:
    with pytest.raises(ValueError):
        concentration(amounts)
