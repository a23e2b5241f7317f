"""Meters and their stocks, and the promise of the lender: never more than the limit, by however many workers."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.relay.limits.lender import Lender, Line
from comity.relay.limits.meter import (
    MINUTE_MS,
    NANO,
    Meter,
    Places,
    Rate,
    Spending,
    end_of_period,
    meters,
    start_of_period,
    stock,
)
from comity.relay.limits.purse import Purse
from comity.relay.limits.shown import amount_of, duration, headers, refusal
from comity.stack.operation import Budget, Limits
from comity.terms.instants import FAR_FUTURE

DAY = int(datetime(2026, 11, 23, 4, 30, 15, tzinfo=UTC).timestamp() * 1000)


def test_limits_and_budgets_are_meters():
    found = meters(
        "key",
        "k1",
        Limits(requests_per_minute=60, concurrent=2),
        (Budget(per="month", money=50.5), Budget(per="month", money=40, tokens=7), Budget(per="request", money=1)),
    )
    assert [(m.id, m.limit) for m in found] == [
        ("key:k1:requests", 60),
        ("key:k1:concurrent", 2),
        ("key:k1:money/month", 40 * NANO),
        ("key:k1:tokens/month", 7),
        ("key:k1:money/request", NANO),
    ]


def test_no_budget_is_larger_than_can_be_counted():
    (meter,) = meters("key", "k1", None, (Budget(per="month", money=1e308),))
    assert meter.limit < 2**63


def test_a_rate_holds_a_minute_and_fills_evenly():
    rate = Rate(60, DAY)
    rate.take(60, DAY, 0)
    assert rate.left(DAY + 999, 0) == 0 and rate.wait_ms(1, DAY + 999) == 1
    assert rate.left(DAY + 1000, 0) == 1
    assert rate.left(DAY + 10 * MINUTE_MS, 0) == 60
    assert rate.wait_ms(61, DAY) == -1


def test_a_clock_that_goes_back_fills_nothing_and_goes_on():
    rate = Rate(60, DAY)
    rate.take(60, DAY, 0)
    assert rate.left(DAY - 3_600_000, 0) == 0
    assert rate.left(DAY - 3_600_000 + 1000, 0) == 1


def test_what_is_lent_leaves_no_room_for_filling():
    rate = Rate(60, DAY)
    rate.take(60, DAY, 0)
    assert rate.left(DAY + MINUTE_MS, 40) == 20


def test_places_come_back_by_hand_alone():
    places = Places(2)
    places.take(2, DAY, 0)
    assert places.left(DAY + MINUTE_MS, 0) == 0 and places.wait_ms(1, DAY) == -1
    places.give(1, DAY, 0)
    assert places.left(DAY, 0) == 1


def test_a_budget_begins_anew_with_its_period():
    budget = Spending(10, "hour", DAY, used=4)
    budget.take(6, DAY, 0)
    assert budget.left(DAY, 0) == 0
    end = end_of_period("hour", DAY)
    assert budget.wait_ms(1, DAY) == end - DAY and budget.wait_ms(11, DAY) == -1
    assert budget.left(end - 1, 0) == 0 and budget.left(end, 0) == 10
    budget.used_at_least(3, end)
    budget.used_at_least(2, end)
    assert budget.left(end, 0) == 7


@pytest.mark.parametrize(
    "per, begin, end",
    [
        ("minute", (2026, 11, 23, 4, 30), (2026, 11, 23, 4, 31)),
        ("hour", (2026, 11, 23, 4), (2026, 11, 23, 5)),
        ("day", (2026, 11, 23), (2026, 11, 24)),
        ("month", (2026, 11, 1), (2026, 12, 1)),
    ],
)
def test_periods_are_those_of_the_calendar_in_utc(per, begin, end):
    assert start_of_period(per, DAY) == datetime(*begin, tzinfo=UTC).timestamp() * 1000
    assert end_of_period(per, DAY) == datetime(*end, tzinfo=UTC).timestamp() * 1000


def test_december_is_followed_by_january_and_a_total_by_nothing():
    december = int(datetime(2026, 12, 31, 23, 59, tzinfo=UTC).timestamp() * 1000)
    assert end_of_period("month", december) == datetime(2027, 1, 1, tzinfo=UTC).timestamp() * 1000
    assert end_of_period("total", december) == end_of_period("session", december) == FAR_FUTURE


def test_durations_are_written_as_clients_know_them():
    assert [duration(ms) for ms in (0, 17, 1500, 60_000, 361_000)] == ["0ms", "17ms", "1.5s", "1m0s", "6m1s"]


def test_headers_show_the_nearest_limit():
    near, far = Purse(Meter("key", "k", "requests", 10)), Purse(Meter("application", "a", "requests", 100))
    near.left, far.left = 3, 99
    assert headers((far, near)) == (
        b"x-ratelimit-limit-requests: 10\r\nx-ratelimit-remaining-requests: 3\r\nx-ratelimit-reset-requests: 42s\r\n"
    )
    assert headers((Purse(Meter("key", "k", "money", 5, "day")),)) == b""


def test_a_refusal_says_what_is_left_and_when_there_is_more():
    purse = Purse(Meter("application", "desk", "money", 50 * NANO, "month"))
    purse.left, purse.until = 1_200_000_000, end_of_period("month", DAY)
    limited = refusal(purse, 2 * NANO, 0, DAY, "EUR", b"")
    assert limited.code == "budget_exceeded" and limited.retry_after_ms == purse.until - DAY
    assert limited.message == (
        "The budget of the application desk is 50 EUR for each month, of which 1.2 EUR are left; this request may "
        "take 2 EUR. The next month begins at 2026-12-01T00:00:00Z."
    )
    assert amount_of(Meter("key", "k", "tokens", 5, "day"), 5, "EUR") == "5 tokens"


# --- the lender, and workers that draw from it over a line that is slow and keeps its order


class World:
    """A lender and workers, with messages under way in both directions."""

    def __init__(self, meter, workers, now=DAY):
        self.meter, self.now = meter, now
        self.lender = Lender(workers, {meter.id: meter}.get, lambda _, each, at: stock(each, at))
        self.purses = [Purse(meter) for _ in range(workers)]
        self.up = [[] for _ in range(workers)]
        self.down = [[] for _ in range(workers)]
        self.used = []

    def use(self, worker, amount):
        purse = self.purses[worker]
        purse.turn(self.now)
        if purse.held >= amount:
            purse.take(amount)
            self.used.append((self.now, amount))
            if purse.fetch(self.now):
                self.tell(worker)
        elif not purse.dry(purse.missing(amount), self.now):
            purse.ask(purse.missing(amount))
            self.tell(worker)

    def tell(self, worker):
        self.purses[worker].turn(self.now)
        line = self.purses[worker].line()
        if line is not None:
            self.up[worker].append(line)

    def rest(self, worker):
        self.purses[worker].turn(self.now)
        self.purses[worker].rest()
        self.tell(worker)

    def deliver_up(self, worker):
        if self.up[worker]:
            self.carry(self.lender.hear(worker, {self.meter.id: self.up[worker].pop(0)}, self.now))

    def deliver_down(self, worker):
        if self.down[worker]:
            said = self.down[worker].pop(0)
            purse = self.purses[worker]
            for lent in said.slices.values():
                purse.receive(lent, self.now)
            if said.recall:
                purse.turn(self.now)
                purse.recalled(0)
                self.up[worker].append(purse.line() or Line())

    def carry(self, said):
        for each in said:
            self.down[each.worker].append(each)

    def settle(self):
        for _ in range(50):
            for worker in range(len(self.purses)):
                self.deliver_up(worker)
                self.deliver_down(worker)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["use", "use", "use", "up", "down", "rest", "wait"]), st.integers(0, 2), st.integers(1, 7)
    ),
    max_size=300,
)


def played(meter, steps):
    world = World(meter, 3)
    for what, worker, amount in steps:
        if what == "use":
            world.use(worker, amount)
        elif what == "up":
            world.deliver_up(worker)
        elif what == "down":
            world.deliver_down(worker)
        elif what == "rest":
            world.rest(worker)
        else:
            world.now += amount * 1_900
    return world


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 40), STEPS)
def test_in_no_window_is_more_used_than_the_limit_and_what_the_window_fills(limit, steps):
    used = played(Meter("key", "k", "requests", limit), steps).used
    for first, (begin, _) in enumerate(used):
        total = 0
        for at, amount in used[first:]:
            total += amount
            assert total * MINUTE_MS <= limit * (MINUTE_MS + at - begin)


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 40), STEPS)
def test_no_period_has_more_than_its_budget(limit, steps):
    spent = {}
    for at, amount in played(Meter("key", "k", "tokens", limit, "minute"), steps).used:
        spent[at // MINUTE_MS] = spent.get(at // MINUTE_MS, 0) + amount
    assert all(total <= limit for total in spent.values())


@settings(max_examples=200, deadline=None)
@given(st.integers(3, 40), STEPS, st.integers(0, 2))
def test_what_is_left_can_be_used_by_whichever_worker_asks(limit, steps, worker):
    world = played(Meter("key", "k", "tokens", limit, "total"), steps)
    world.settle()
    left = limit - sum(amount for _, amount in world.used)
    if left:
        world.now += 25
        for _ in range(3):
            world.use(worker, left)
            world.settle()
    assert sum(amount for _, amount in world.used) == limit


def test_a_dead_worker_s_places_and_money_come_back_and_its_rate_does_not():
    for unit, per, left in (("concurrent", "", 8), ("money", "day", 8), ("requests", "", 7)):
        world = World(Meter("key", "k", unit, 8, per), 2)
        world.use(0, 1)
        world.settle()
        world.lender.gone(0, world.now)
        (_, kept, lent) = world.lender.stocks()[world.meter.id]
        assert (kept.left(world.now, lent), lent) == (left, 0)


def test_what_was_used_beyond_what_was_held_is_charged():
    world = World(Meter("key", "k", "tokens", 100, "day"), 2)
    world.use(0, 5)
    world.settle()
    world.use(0, 5)
    world.purses[0].give(5 - 60)  # the answer was longer than the estimate
    world.tell(0)
    world.settle()
    (_, kept, lent) = world.lender.stocks()[world.meter.id]
    assert kept.left(world.now, lent) + lent == 40 and world.purses[0].held + kept.left(world.now, lent) == 40


def test_a_limit_that_changes_keeps_what_was_used():
    meters_now = {"key:k:tokens/day": Meter("key", "k", "tokens", 100, "day")}
    lender = Lender(1, meters_now.get, lambda _, each, at: stock(each, at))
    lender.hear(1, {"key:k:tokens/day": Line(need=30)}, DAY)
    meters_now["key:k:tokens/day"] = Meter("key", "k", "tokens", 50, "day")
    lender.renew()
    (_, kept, lent) = lender.stocks()["key:k:tokens/day"]
    assert kept.left(DAY, lent) == 20
    meters_now.clear()
    lender.renew()
    ((said,),) = (lender.hear(1, {"key:k:tokens/day": Line(need=3)}, DAY),)
    assert said.slices["key:k:tokens/day"].wait_ms == -1
