"""Requests are told once, with how they ended, and only those of the period and the application."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from comity.evidence.activity import Told, events, sums
from tests.evidence.world import NOON, answered, asked, exchange


def denied(index: int) -> Told:
    told = asked(index, "triage")
    decision = {**told.decision, "rules": ["eu.gdpr/44-site"]}
    content = {"times": {"received": NOON + index, "finished": NOON + index + 1}}
    return Told(told.shard, index, "denial", None, told.party, decision, content)


def test_an_answer_joins_its_question() -> None:
    (event,) = events(exchange(4, "triage", "paris"), 0, 1 << 60)
    assert (event.receipt, event.finish, event.flow.deployment) == ("shard0001.4", "stop", "paris")
    assert event.finished > event.received


def test_what_has_no_outcome_is_open_and_what_was_refused_is_denied() -> None:
    opened, refused = events([asked(0, "triage"), denied(1)], 0, 1 << 60)
    assert (opened.finish, opened.finished, opened.flow.deployment) == ("open", 0, "")
    assert (refused.finish, refused.rules) == ("denied", ("eu.gdpr/44-site",))


def test_a_period_begins_with_its_first_instant_and_ends_before_its_last() -> None:
    told = [asked(0, "triage"), asked(1, "triage"), asked(2, "triage")]
    assert [event.receipt for event in events(told, NOON, NOON + 2)] == ["shard0001.0", "shard0001.1"]


def test_one_application() -> None:
    told = [*exchange(0, "triage", "paris"), *exchange(2, "teller", "zug")]
    assert [event.flow.application for event in events(told, 0, 1 << 60, "teller")] == ["teller"]


@given(st.lists(st.sampled_from(["paris", "virginia", ""]), max_size=20))
def test_nothing_is_lost_and_nothing_is_counted_twice(deployments: list[str]) -> None:
    told: list[Told] = []
    for number, deployment in enumerate(deployments):
        told.append(asked(2 * number, "triage"))
        if deployment:
            told.append(answered(2 * number + 1, 2 * number, deployment))
    counted = sums(events(told, 0, 1 << 60))
    assert sum(total.requests for total in counted.values()) == len(deployments)
    for flow, total in counted.items():
        assert total.requests == deployments.count(flow.deployment)
        assert sum(total.finishes.values()) == total.requests
