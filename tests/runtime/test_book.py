"""Usage is what the log says: whenever it was counted, and whatever became of the tables in between."""

import asyncio
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import convert

from comity.adapters.database import Database
from comity.adapters.ledger import Ledger
from comity.proof.entry import outcome_party
from comity.relay.limits.meter import Meter
from comity.relay.tally import Account
from comity.runtime.book import SETTLED_MS, Book
from comity.runtime.used import grouped
from comity.stack.types import Stack
from comity.terms import canon

NOW = int(datetime(2026, 11, 23, 4, 30, 15, tzinfo=UTC).timestamp() * 1000)
HOUR = 3_600_000
APPLICATION = {"controller": "FR", "purpose": "general", "data": [], "subjects": ["FR"]}
STACK = convert(
    {
        "origin": "o",
        "law": [],
        "sites": {},
        "models": {},
        "deployments": {},
        "applications": {"desk": {**APPLICATION, "organisation": "acme"}, "front": APPLICATION},
        "organisations": {"acme": {}},
    },
    Stack,
)


def intent(ledger, application, key, session=""):
    party = canon.encode({"application": application, "key": key})
    content = canon.encode({"session": session} if session else {})
    return ledger.append("intent", party, b"{}", content, lambda fault: None)


def outcome(ledger, index, at, tokens=0, cost=None):
    said = {"times": {"finished": at}, "usage": {"completion_tokens": tokens, "prompt_tokens": 1}}
    if cost is not None:
        said["cost"] = {"amount": cost, "currency": "EUR"}
    decision = canon.encode({"deployment": "paris"})
    ledger.append("outcome", outcome_party(index), decision, canon.encode(said), lambda fault: None, intent=index)


def write(state, entries):
    """`entries` gets a ledger; returns once it is durable and closed."""

    async def run():
        ledger = Ledger.open(state, "example.org/test", clock=lambda: NOW)
        try:
            entries(ledger)
        finally:
            await asyncio.to_thread(ledger.close)

    asyncio.run(run())


def counted(state, now=NOW, keep=True):
    with Database(state) as database:
        book = Book(state, database)
        book.count(now, keep=keep)
        return book


def sums(book):
    return {at: (used.requests, used.prompt, used.completion, used.cost) for at, used in book.accounts().items()}


def sessions(book):
    return {session: (used.tokens, used.cost) for each in book._sessions.values() for session, used in each}


def emptied(state):
    with Database(state) as database, database.writing() as writing:
        for table in ("usage", "positions", "sessions"):
            writing.run(f"DELETE FROM {table}")


def test_what_was_used_is_summed_by_whoever_used_it(tmp_path):
    def entries(ledger):
        outcome(ledger, intent(ledger, "desk", "k1"), NOW - 2 * HOUR, tokens=9, cost=1_500_000_000)
        outcome(ledger, intent(ledger, "desk", "k1"), NOW, tokens=19, cost=500_000_000)
        outcome(ledger, intent(ledger, "front", "k2"), NOW, tokens=4)
        intent(ledger, "front", "k2")  # not over yet

    write(tmp_path, entries)
    book = counted(tmp_path)
    accounts = book.accounts()
    assert accounts[Account(NOW // HOUR * HOUR, "desk", "k1", "paris", "EUR")].tokens == 20
    desk, front = grouped(accounts, "application", STACK)
    assert desk == {
        "name": "desk",
        "requests": 2,
        "prompt_tokens": 2,
        "completion_tokens": 28,
        "cost": "2",
        "currency": "EUR",
    }
    assert (front["requests"], front["cost"]) == (1, "")
    assert [row["name"] for row in grouped(accounts, "organisation", STACK)] == ["", "acme"]
    assert [row["requests"] for row in grouped(accounts, "key", STACK, first=NOW // HOUR * HOUR)] == [1, 1]


def test_budgets_know_what_was_used_before(tmp_path):
    def entries(ledger):
        outcome(ledger, intent(ledger, "desk", "k1", "s1"), NOW - 40 * 86_400_000, tokens=100, cost=7)
        outcome(ledger, intent(ledger, "desk", "k1", "s2"), NOW - 2 * HOUR, tokens=10, cost=5)
        outcome(ledger, intent(ledger, "desk", "k2", "s2"), NOW - 1, tokens=1, cost=3)

    write(tmp_path, entries)
    for _ in range(2):  # from the log, then from the tables
        book = counted(tmp_path)

        def used(scope, owner, unit, per, session="", book=book):
            meter = Meter(scope, owner, unit, 0, per)
            return book.used(f"{meter.id}#{session}", meter, NOW, STACK)

        assert used("key", "k1", "tokens", "total") == 112
        assert used("key", "k1", "money", "month") == 5
        assert used("application", "desk", "money", "day") == 8
        assert used("organisation", "acme", "money", "total") == 15
        assert used("application", "desk", "tokens", "minute") == 2
        assert used("application", "desk", "tokens", "hour") == 2
        assert used("application", "desk", "money", "session", "s2") == 8
        assert used("key", "k2", "money", "session", "s2") == 3
        assert used("application", "desk", "money", "session", "s1") == 0  # it rested for more than a day


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["intent", "outcome"]), st.integers(0, 5)), max_size=40),
    st.lists(st.integers(0, 40), max_size=3),
)
def test_the_sums_are_the_same_whenever_it_was_counted(tmp_path_factory, steps, counts):
    state = tmp_path_factory.mktemp("state")
    open_, number = [], 0

    def entries(chunk):
        def enter(ledger):
            nonlocal number
            for what, which in chunk:
                number += 1
                if what == "intent":
                    open_.append(intent(ledger, "desk", f"k{which}", f"s{which}"))
                elif open_:
                    at = NOW - 10 * SETTLED_MS + number
                    outcome(ledger, open_.pop(which % len(open_)), at, tokens=which, cost=number)

        return enter

    cuts = sorted({0, len(steps), *(min(cut, len(steps)) for cut in counts)})
    for begin, end in pairwise(cuts):
        write(state, entries(steps[begin:end]))
        open_.clear()  # a start concludes what was open
        counted(state)
    tables = counted(state)
    emptied(state)
    log = counted(state, keep=False)
    assert sums(tables) == sums(log)
    assert sessions(tables) == sessions(log) and (sessions(log) or not log.accounts())
    assert sums(counted(state)) == sums(log)


def test_what_is_younger_than_a_minute_stays_out_of_the_tables(tmp_path):
    write(tmp_path, lambda ledger: outcome(ledger, intent(ledger, "desk", "k1"), NOW - 10, tokens=3))
    assert counted(tmp_path).accounts()
    with Database(tmp_path) as database:
        assert database.read("SELECT count(*) FROM usage") == [(0,)]
    counted(tmp_path, NOW + 2 * SETTLED_MS)
    with Database(tmp_path) as database:
        assert database.read("SELECT requests FROM usage") == [(1,)]
