"""Counters of a worker only grow, whatever the requests and the clock do."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from comity.law.case import NOTHING_ADDED
from comity.relay.exchange import Attempt, Exchange
from comity.relay.target import Target
from comity.relay.tenant import Tenant
from comity.relay.usage import Usage
from comity.runtime import observed as module
from comity.runtime.observed import Observed

TENANT = Tenant("desk", "FR", "k1", bytes(32))
counts = st.integers(-1, 2**53 - 1)


@st.composite
def exchanges(draw):
    exchange = Exchange(TENANT, NOTHING_ADDED, b"a prompt", b"n" * 16, draw(st.integers(0, 10**6)))
    exchange.ask = SimpleNamespace(stream=draw(st.booleans()), model="small")
    exchange.intent = draw(st.sampled_from((-1, 5)))
    exchange.first_byte = draw(st.integers(0, 10**6))
    exchange.cached = draw(st.sampled_from((-1, -1, 3)))
    exchange.cost = draw(counts)
    if draw(st.booleans()):
        exchange.usage = Usage(draw(counts), draw(counts))
    if draw(st.booleans()):
        exchange.target = Target("first", "small", currency="EUR")
    for _ in range(draw(st.integers(0, 3))):
        attempt = Attempt(draw(st.sampled_from(("first", "second"))), 0)
        attempt.end(draw(st.sampled_from(("ok", "status", "broken"))), 1)
        exchange.attempts.append(attempt)
    exchange.traceparent = draw(st.sampled_from((b"", b"\xff", b"00-" + b"a" * 32 + b"-" + b"b" * 16 + b"-01")))
    return exchange


@given(st.lists(st.tuples(exchanges(), st.integers(0, 10**6)), max_size=8))
def test_counters_only_grow_and_hold_no_content(told):
    observed = Observed(wanted=True)
    before = observed.tallies()
    for exchange, now in told:
        observed.finished(exchange, now)
        after = observed.tallies()
        for family, held in before.items():
            assert all(after[family][label] >= count for label, count in held.items())
        before = after
    records, dropped = observed.told()
    assert len(records) == len(told) and dropped == 0 and "prompt" not in repr(records)
    placed = sum(exchange.intent >= 0 for exchange, _ in told)
    assert sum(count for label, count in before["duration"].items() if label != "sum") == placed


def test_records_that_nobody_fetches_are_dropped_and_counted(monkeypatch):
    monkeypatch.setattr(module, "MAX_RECORDS", 2)
    observed = Observed(wanted=True)
    exchange = Exchange(TENANT, NOTHING_ADDED, b"", b"n" * 16, 0)
    exchange.ask = SimpleNamespace(stream=False, model="small")
    for _ in range(5):
        observed.finished(exchange, 1)
    records, dropped = observed.told()
    assert (len(records), dropped) == (2, 3)
    assert observed.told() == ((), 0)
