"""The state machine: every step of the table, and no other."""

from __future__ import annotations

import itertools
from typing import Any, get_args

import pytest

from comity.law.case import NOTHING_ADDED
from comity.relay.exchange import TRANSITIONS, Event, Exchange, IllegalStep, State
from comity.testing.gate import TENANT
from tests.relay.test_record import PLACEMENT

PATHS: dict[State, list[Any]] = {
    "RECEIVED": [],
    "RULED": ["place"],
    "PLACED": ["place", "durable"],
    "RELAYING": ["place", "durable", "answer"],
    "SEALED": ["place", "durable", "answer", "seal"],
    "REFUSED": ["refuse"],
    "BROKEN": ["place", "break"],
}


def at(state: State) -> Exchange:
    exchange = Exchange(TENANT, NOTHING_ADDED, b"", bytes(16), 0)
    exchange.placement = PLACEMENT
    for event in PATHS[state]:
        exchange.step(event)
    assert exchange.state == state
    return exchange


@pytest.mark.parametrize(("state", "event"), list(itertools.product(get_args(State), get_args(Event))))
def test_every_step(state: State, event: Event) -> None:
    exchange = at(state)
    if (state, event) in TRANSITIONS:
        exchange.step(event)
        assert exchange.state == TRANSITIONS[state, event]
    else:
        with pytest.raises(IllegalStep):
            exchange.step(event)
        assert exchange.state == state


def test_ends_have_no_way_out_and_every_state_is_reached() -> None:
    left = {state for state, _ in TRANSITIONS}
    assert set(get_args(State)) - left == {"SEALED", "REFUSED", "BROKEN"}
    assert set(TRANSITIONS.values()) | {"RECEIVED"} == set(get_args(State))


@pytest.mark.parametrize("state", sorted(set(get_args(State)) - {"PLACED"}))
def test_no_attempt_but_after_the_intent_and_before_the_answer(state: State) -> None:
    with pytest.raises(IllegalStep):
        at(state).attempt("paris", 1)
    with pytest.raises(IllegalStep):
        at(state).recall("paris", 1)


def test_no_attempt_outside_the_placement() -> None:
    exchange = at("PLACED")
    with pytest.raises(IllegalStep, match="ashburn"):
        exchange.attempt("ashburn", 1)
    assert not exchange.attempts
    attempts = [exchange.attempt(inside, 1) for inside in ("paris", "lyon", "brest")]
    exchange.answer(attempts[1], 200, 5)
    assert (exchange.deployment, exchange.first_byte) == ("lyon", 5)


def test_no_answer_is_given_again_that_was_made_outside_the_placement() -> None:
    exchange = at("PLACED")
    with pytest.raises(IllegalStep, match="ashburn"):
        exchange.recall("ashburn", 1)
    exchange.recall("paris", 7)
    assert (exchange.deployment, exchange.cached, exchange.status, exchange.state) == ("paris", 7, 200, "RELAYING")
