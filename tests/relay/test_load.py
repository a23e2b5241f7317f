"""A deployment as a worker sees it: the breaker opens, half opens and closes; slow answers count at once."""

from __future__ import annotations

from comity.relay.load import DECAY_MS, FAILURES_BEFORE_REST, LONGEST_REJECTION_MS, LONGEST_REST_MS, Load


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


def test_half_open_lets_one_through() -> None:
    made = Load(8)
    for _ in range(FAILURES_BEFORE_REST):
        made.failed(0)
    assert made.rests(999)
    assert not made.rests(1_000)
    made.in_flight = 1
    assert made.rests(1_000)
    made.succeeded(1_001)
    assert not made.rests(1_001)


def test_one_without_room_waits_as_long_as_it_says_and_no_longer_than_a_minute() -> None:
    made = Load(8)
    made.rejected(100, 2_000)
    assert made.rests(2_099)
    assert not made.rests(2_100)
    made.rejected(0, 10**9)
    assert made.rests_until == LONGEST_REJECTION_MS
    made.rejected(0, -5)
    assert made.rests_until == LONGEST_REJECTION_MS


def test_an_unwell_one_rests_until_a_check_finds_it_well() -> None:
    made = Load(8)
    made.unwell = True
    assert made.rests(10**12)


def test_cost_is_peak_sensitive_fades_and_keeps_streams_apart() -> None:
    made = Load(8)
    idle = made.cost(0, False)
    made.succeeded(0, 100.0)
    made.succeeded(0, 900.0)
    assert made.cost(0, False) == 901.0
    made.succeeded(1, 100.0)
    assert 890.0 < made.cost(1, False) <= 901.0
    assert made.cost(1, True) == idle
    assert made.cost(20 * DECAY_MS, False) < 2.0
    made.in_flight = 3
    assert made.cost(20 * DECAY_MS, True) == 4 * idle


def test_a_clock_that_goes_back_raises_no_cost() -> None:
    made = Load(8)
    made.succeeded(10_000, 500.0)
    assert made.cost(0, False) == 501.0
    made.succeeded(0, 100.0)
    assert made.cost(0, False) <= 501.0
