"""What a replay finds, on the tour's stack."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from comity.placement.remedy.world import merged
from comity.placement.types import Placement
from comity.posture.replay.capacity import in_turn
from comity.posture.replay.engine import replay
from comity.posture.replay.lots import log_of, question_of
from comity.posture.replay.outcomes import split
from comity.posture.replay.report import OUTCOMES
from comity.posture.scenario.ground import ScenarioFault
from comity.stack.digest import stack_document, stack_from_document
from tests.posture.replay.tour import log, realm_of, report, scenario, stack, worlds

NOTHING = "from: 2026-11-23\n"
GONE = "changes:\n  - suppliers: {withdraw: [hexagone]}\n"
BOTH = "changes:\n  - suppliers: {withdraw: [hexagone]}\n  - sites: {down: [mumbai]}\n"


def requests(groups) -> int:
    return sum(sums.n for sums in groups.values())


def test_with_nothing_changed_all_go_where_they_went_and_nothing_moves() -> None:
    held = log()
    found = replay(held, worlds(), msgspec.structs.replace(scenario(NOTHING), since=None))
    counts = found.total.counts
    assert counts.as_before and counts.as_before + counts.still_refused == requests(held)
    assert found.total.before == found.total.after
    assert (found.reproduced, found.differing) == (requests(held), 0)
    assert not found.causes and not found.repairs and not found.rules


def test_a_log_that_has_another_placement_is_told() -> None:
    held = {replace(asked, placement="ab" * 32) if asked.placement else asked: sums for asked, sums in log().items()}
    found = report(NOTHING, held)
    assert found.differing == sum(sums.n for asked, sums in held.items() if asked.placement)


@pytest.mark.parametrize("text", [NOTHING, GONE, BOTH, "changes:\n  - adequacy: {strike: [eu.dpf]}\n"])
def test_outcomes_are_all_of_the_requests_and_each_way_of_cutting_adds_up(text: str) -> None:
    held = log()
    found = report(text, held)
    assert found.total.counts.requests == requests(held)
    for lines in (found.applications, found.deployments):
        for outcome in OUTCOMES:
            counted = sum(getattr(line.counts, outcome) for line in lines)
            # what was refused before went to no deployment
            assert counted == getattr(found.total.counts, outcome) or outcome in ("still_refused", "admitted")
    assert sum(flow.requests for flow in found.flows) == sum(
        sums.n for asked, sums in held.items() if asked.status == "answered"
    )


def test_one_supplier_gone_is_the_whole_of_what_accounts_for_it() -> None:
    found = report(GONE)
    lost = found.total.counts.refused
    assert lost
    (change,) = [cause for cause in found.causes if cause.kind == "supplier" and cause.name == "hexagone"]
    assert (change.alone, change.part) == (lost, lost)


def test_two_changes_share_the_loss_as_undoing_each_shows() -> None:
    found = report(BOTH)
    lost = found.total.counts.refused
    alone = {cause.name: cause.alone for cause in found.causes if cause.name in ("hexagone", "mumbai")}
    only = {name: report(text).total.counts.refused for name, text in (("hexagone", GONE),)}
    assert sum(alone.values()) == lost  # they touch different requests
    assert alone["hexagone"] == only["hexagone"]


def test_a_rule_alone_accounts_for_what_comes_back_without_it() -> None:
    """Said of a rule without running it again; held here against the world without the rule."""
    found = report(GONE)
    rules = [cause for cause in found.causes if cause.kind == "rule" and cause.alone]
    assert rules
    for cause in rules:
        without = report(GONE + f"  - law: {{off: [{cause.name}]}}\n")
        assert found.total.counts.refused - without.total.counts.refused == cause.alone, cause.name


def test_repairs_bring_back_what_they_say_when_the_stack_file_has_their_lines() -> None:
    """Not by the same worlds: the lines are merged into the stack's document, and a new realm decides."""
    found = report("changes:\n  - agreements: {end: [{between: [chu-lyon, hexagone]}, {between: [ministry]}]}\n")
    assert found.repairs and found.repairs[-1].in_all + found.unrepaired == found.total.counts.refused
    held = {asked: sums for asked, sums in log().items() if asked.status == "answered"}
    ended = [each for each in stack().agreements if not {"chu-lyon", "ministry"} & {*each.between}]
    kept = replace(stack(), agreements=tuple(ended))
    document = stack_document(kept)
    was = realm_of(kept)
    before = worlds(was).before(was.digest, "")
    lost = {asked: n.n for asked, n in held.items() if not isinstance(before.answer(question_of(asked)), Placement)}
    for step in found.repairs:
        document = msgspec.to_builtins(merged(document, step.lines))
        made = realm_of(stack_from_document(document))
        world = worlds(made).before(made.digest, "")
        back = sum(n for asked, n in lost.items() if isinstance(world.answer(question_of(asked)), Placement))
        assert back == step.in_all, step.says


def test_what_has_no_room_overflows_and_nothing_is_counted_twice() -> None:
    text = "changes:\n  - capacity: {set: {paris-civic: 0.1, lyon-civic: 0, frankfurt-civic: 0}}\n"
    held = log()
    found = report(text, held, in_turn)
    assert found.total.counts.overflow
    assert found.total.counts.requests == requests(held)
    for load in found.loads:
        assert load.capacity is None or load.after <= load.capacity
    assert sum(load.overflow for load in found.loads) > 0
    without = report(text, held)
    assert not without.loads and not without.total.counts.overflow
    assert any("install comity[replay]" in note for note in without.notes)


def test_demand_moves_amounts_and_not_shares() -> None:
    found = report("changes:\n  - demand: {factor: 3}\n")
    assert found.total.after.prompt_tokens == 3 * found.total.before.prompt_tokens
    assert found.total.after.cost == 3 * found.total.before.cost
    assert found.total.counts.as_before == found.total.before.requests


def test_prices_move_cost_alone() -> None:
    found = report("changes:\n  - prices: {factor: 2}\n")
    assert found.total.after.cost == 2 * found.total.before.cost
    assert found.total.after.energy_wh == found.total.before.energy_wh


def test_what_the_stack_does_not_have_is_named() -> None:
    for text, said in (
        ("changes:\n  - sites: {down: [atlantis]}\n", "no site atlantis"),
        ("changes:\n  - law: {off: [eu.gdpr/nothing]}\n", "no rule eu.gdpr/nothing"),
        ("changes:\n  - adequacy: {strike: [eu.nowhere]}\n", "no list eu.nowhere"),
    ):
        with pytest.raises(ScenarioFault, match=said):
            report(text)


def test_a_second_scenario_decides_each_distinct_question_once() -> None:
    held, asked = log_of(log(groups=400)), worlds()
    first = replay(held, asked, scenario(GONE))
    again = replay(held, asked, scenario(GONE))
    assert first == again
    assert first.decided == len(held.placements) < 400


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
def test_a_split_adds_up(amount: int, weights: list[int]) -> None:
    shares = split(amount, weights)
    assert sum(shares) == (amount if any(weights) else 0)
    assert all(share >= 0 and (share == 0 or weight) for share, weight in zip(shares, weights, strict=True))


def test_the_report_is_json_without_floats() -> None:
    def walk(value) -> None:
        assert not isinstance(value, float)
        for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(each)

    walk(msgspec.json.decode(msgspec.json.encode(report(BOTH))))


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_that_there_are(day: str) -> None:
    found = report(f"from: {day}\nchanges:\n  - law: {{as_of: {day}}}\n")
    assert found.total.counts.requests == report("changes:\n  - demand: {factor: 1}\n").total.counts.requests


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ("suppliers: {withdraw: [nobody]}", r"^changes\[1\]\.suppliers: the stack has no party nobody; it has "),
        ("law: {packs: {add: [no.such]}}", r"^changes\[1\]\.law: there is no law pack no\.such"),
        ("law: {off: [no.such/rule]}", r"^changes\[1\]\.law: no rule no\.such/rule in "),
        ("adequacy: {strike: [eu.none]}", r"^changes\[1\]\.adequacy: no list eu\.none "),
        ("stack: {sites: null}", r"^changes\[1\]\.stack: with the scenario's patch"),
    ],
)
def test_what_a_change_names_and_is_not_there_is_told_with_its_place(changes: str, said: str) -> None:
    with pytest.raises(ScenarioFault, match=said):
        report(f"changes:\n  - demand: {{factor: 2}}\n  - {changes}\n")
