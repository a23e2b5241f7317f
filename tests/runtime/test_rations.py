"""A worker's limits, with the lender in the same process and messages delivered when the test says so."""

from collections import deque
from types import SimpleNamespace

import pytest

from comity.placement.types import Candidate, Placement
from comity.relay.limits.lender import Lender
from comity.relay.limits.meter import NANO, Meter, stock
from comity.relay.ports import FREE, Limited
from comity.relay.target import Target
from comity.relay.tenant import Tenant
from comity.runtime.rations import PATIENCE_MS, Rations

NOW = 1_795_000_000_000
TENANT = Tenant("desk", "acme", "k1", bytes(32))
PLACEMENT = Placement("", "", "", "", "enforce", "small", ((Candidate("a", 0, ()), Candidate("b", 0, ())),))
TARGETS = {"a": Target("a", "small", price_in=1, price_out=2), "b": Target("b", "small", price_in=1000, price_out=2000)}


class World:
    def __init__(self, *meters, workers=1):
        self.now = NOW
        self.meters = {meter.id: meter for meter in meters}
        self.lender = Lender(workers, self._find, lambda _, meter, now: stock(meter, now))
        self.under_way = deque()
        self.calls = []
        self.workers = [self._worker(number) for number in range(workers)]
        self.replace(meters)

    def _find(self, name):
        return self.meters.get(name.partition("#")[0])

    def _worker(self, number):
        def say(lines):
            self.under_way.append((number, lines))

        return Rations(say=say, later=lambda seconds, call: self.calls.append(call), clock=lambda: self.now)

    def replace(self, meters):
        for worker in self.workers:
            worker.replace({"k1": tuple(meters)}, {}, "EUR")

    def deliver(self):
        while self.under_way or self.calls:
            while self.under_way:
                number, lines = self.under_way.popleft()
                for said in self.lender.hear(number, lines, self.now):
                    self.workers[said.worker].receive(said.slices, said.recall, self.now)
            calls, self.calls = self.calls, []
            for call in calls:
                call()

    def ask(self, worker=0, body=b"x" * 400, most=100, session=b""):
        """What becomes of a request once all messages are delivered."""
        answers = []
        exchange = SimpleNamespace(tenant=TENANT, ask=SimpleNamespace(max_tokens=most), body=body, session=session)
        now = self.workers[worker].admit(exchange, PLACEMENT, TARGETS, self.now, answers.append)
        if now is not None:
            return now
        self.deliver()
        return answers[0] if answers else None


def left(world, name):
    _, kept, lent = world.lender.stocks()[name]
    return kept.left(world.now, lent) + lent


def test_who_has_no_limit_is_free():
    world = World()
    assert world.ask() is FREE


def test_a_limit_is_reached_exactly_and_says_when_to_come_again():
    world = World(Meter("key", "k1", "requests", 3))
    shares = [world.ask() for _ in range(3)]
    assert [b"remaining-requests: %d" % n in share.headers for n, share in zip((2, 1, 0), shares, strict=True)] == [
        True
    ] * 3
    limited = world.ask()
    assert isinstance(limited, Limited) and limited.code == "rate_limit_exceeded"
    assert 19_000 < limited.retry_after_ms <= 20_000 and b"x-ratelimit-remaining-requests: 0" in limited.headers
    world.now += limited.retry_after_ms
    assert not isinstance(world.ask(), Limited)


def test_two_workers_share_one_limit_exactly():
    world = World(Meter("application", "desk", "requests", 10), workers=2)
    answers = [world.ask(worker=number % 2) for number in range(14)]
    assert sum(not isinstance(answer, Limited) for answer in answers) == 10


def test_what_one_worker_does_not_use_another_gets():
    world = World(Meter("key", "k1", "requests", 10), workers=2)
    world.ask(worker=0)
    assert sum(not isinstance(world.ask(worker=1), Limited) for _ in range(12)) == 9


def test_places_come_back_when_requests_end():
    world = World(Meter("key", "k1", "concurrent", 2))
    first, second = world.ask(), world.ask()
    assert isinstance(world.ask(), Limited)
    first.settle(10, 0, world.now)
    second.release(world.now)
    world.now += 25
    assert [isinstance(world.ask(), Limited) for _ in range(3)] == [False, False, True]


def test_tokens_are_set_aside_and_settled():
    world = World(Meter("key", "k1", "tokens", 1000, "day"))
    share = world.ask()  # 400 bytes are 100 tokens, and 100 are wanted
    share.settle(30, 0, world.now)
    world.workers[0].look()
    world.workers[0].look()
    world.deliver()
    assert left(world, "key:k1:tokens/day") == 970


def test_of_what_is_not_known_what_was_set_aside_stays_used():
    world = World(Meter("key", "k1", "tokens", 1000, "day"))
    world.ask().settle(-1, -1, world.now)
    world.workers[0].look()
    world.deliver()
    assert left(world, "key:k1:tokens/day") == 800


def test_a_request_that_may_cost_more_than_is_left_is_refused_with_what_is_left():
    # 100 tokens in at 1000 and 100 out at 2000, at the dearest deployment
    world = World(Meter("application", "desk", "money", 500_000, "month"))
    world.ask().settle(200, 300_000, world.now)
    limited = world.ask()
    assert limited.code == "budget_exceeded" and "0.0002 EUR are left" in limited.message
    assert "this request may take 0.0003 EUR" in limited.message


def test_a_budget_of_each_request_bounds_each():
    world = World(Meter("key", "k1", "tokens", 150, "request"), Meter("key", "k1", "money", NANO, "request"))
    assert world.ask(most=100).code == "budget_exceeded"
    assert not isinstance(world.ask(most=10), Limited)


def test_a_session_has_a_budget_of_its_own():
    world = World(Meter("key", "k1", "tokens", 300, "session"))
    assert not isinstance(world.ask(session=b"one"), Limited)
    assert isinstance(world.ask(session=b"one"), Limited)
    assert not isinstance(world.ask(session=b"two"), Limited)
    assert not isinstance(world.ask(session=b""), Limited)
    assert all(b"one" not in name.encode() for name in world.lender.stocks())


def test_who_waits_for_a_supervisor_that_does_not_answer_is_told():
    world = World(Meter("key", "k1", "requests", 3))
    answers = []
    exchange = SimpleNamespace(tenant=TENANT, ask=SimpleNamespace(max_tokens=1), body=b"", session=b"")
    assert world.workers[0].admit(exchange, PLACEMENT, TARGETS, NOW, answers.append) is None
    world.now += PATIENCE_MS
    world.workers[0].look()
    assert isinstance(answers[0], Limited) and answers[0].retry_after_ms


def test_nothing_is_kept_of_what_nobody_uses():
    world = World(Meter("key", "k1", "tokens", 10_000, "session"))
    for number in range(5):
        world.ask(session=b"%d" % number).settle(1, 1, world.now)
    for _ in range(3):
        world.workers[0].look()
        world.deliver()
    assert not world.workers[0]._purses


@pytest.mark.parametrize("unit", ["requests", "tokens"])
def test_a_limit_of_nothing_admits_nothing(unit):
    assert isinstance(World(Meter("key", "k1", unit, 0)).ask(), Limited)
