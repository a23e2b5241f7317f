"""Logs of several realms; and what must hold of any scenario."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from comity.adapters.archives import library_of
from comity.placement.types import Placement
from comity.posture.replay.engine import replay
from comity.posture.replay.groups import merged
from comity.posture.replay.history import history_of
from comity.posture.replay.lots import log_of
from comity.posture.replay.plans import Plan, changed, plans
from comity.posture.replay.worlds import Known
from comity.posture.scenario.atoms import atoms_of
from comity.stack.types import Price
from tests.posture.replay.plain import plain_plans
from tests.posture.replay.tour import log, realm, realm_of, scenario, stack, worlds

CHANGES = (
    "suppliers: {withdraw: [hexagone]}",
    "suppliers: {withdraw: [columbia-inc]}",
    "suppliers: {acquire: [{party: hexagone, by: US}]}",
    "sites: {down: [paris]}",
    "adequacy: {strike: [eu.dpf]}",
    'law: {off: ["eu.gdpr/*"]}',
    "law: {packs: {drop: [us.exposure]}}",
    "export_control: {chips: [nvidia-h100]}",
    "prices: {factor: 3, of: [paris]}",
    "demand: {factor: 2}",
    "agreements: {end: [{between: [ministry]}]}",
    "stack: {parties: {columbia: {controlled_by: null}}}",
)


def other_realm():
    made = stack()
    dear = replace(made.deployments["paris-civic"], price=Price(9.0, 9.0))
    return realm_of(replace(made, deployments={**made.deployments, "paris-civic": dear}))


def test_each_request_is_decided_in_its_own_realm() -> None:
    other = other_realm()
    held = merged(log(), log(seed=2, under=other))
    both = worlds(realm(), other)
    found = replay(held, both, replace(scenario("from: 2026-11-23\n"), since=None))
    assert found.differing == 0 and found.reproduced == sum(sums.n for sums in held.values())
    down = replay(held, both, scenario("changes:\n  - sites: {down: [lyon]}\n"))
    assert {flow.after for flow in down.flows if flow.before == "paris-civic"} == {"paris-civic"}


def test_realms_that_a_scenario_makes_one_are_one_world() -> None:
    other = other_realm()
    text = "from: 2026-12-01\nchanges:\n  - prices: {set: {paris-civic: {input: 1, output: 1}}}\n"
    atoms = atoms_of(scenario(text), library_of(None))
    asked = worlds(realm(), other)
    known = Known()
    made = [asked.after(each.digest, "", atoms, known) for each in (realm(), other)]
    assert made[0] is made[1] and {id(world) for world in known.worlds.values()} == {id(made[0])}


def test_lots_of_realms_that_have_become_one_are_added_up() -> None:
    other = other_realm()
    held = merged(log(), log(seed=2, under=other))
    text = "from: 2026-12-01\nchanges:\n  - sites: {down: [lyon]}\n"
    apart = [replay(each, worlds(realm(), other), scenario(text)) for each in (log(), log(seed=2, under=other))]
    together = replay(held, worlds(realm(), other), scenario(text))
    for outcome in ("as_before", "re_placed", "refused", "still_refused"):
        assert getattr(together.total.counts, outcome) == sum(getattr(each.total.counts, outcome) for each in apart)
    assert together.total.before.cost == sum(each.total.before.cost for each in apart)
    assert together.total.after.requests == sum(each.total.after.requests for each in apart)


def with_a_twin(weight: int):
    made = stack()
    twin = replace(made.deployments["paris-civic"], weight=weight)
    return realm_of(replace(made, deployments={**made.deployments, "paris-twin": twin}))


def test_worlds_that_rank_alike_have_weights_of_their_own() -> None:
    one, other = with_a_twin(1), with_a_twin(9)
    held = log_of(merged(log(under=one), log(seed=2, under=other)))
    atoms = atoms_of(scenario("changes:\n  - prices: {factor: 0.001, of: [paris]}\n"), library_of(None))
    told = []
    for why in (True, False):
        asked = worlds(one, other)
        told.append([plan.to for plan in plans(history_of(held, asked), changed(asked, atoms), why=why)])
    assert {weights[1][1] for weights in told[0] if len(weights) == 2} == {1, 9}
    assert told[0] == told[1]


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.sampled_from(CHANGES), max_size=3, unique=True),
    st.integers(1, 5),
    st.sampled_from(["", "from: 2026-12-01\n"]),
)
def test_what_is_found_once_for_all_scenarios_is_what_each_lot_by_itself_would_find(
    changes: list[str], seed: int, day: str
) -> None:
    other = other_realm()
    held = log_of(merged(log(seed=seed, groups=20), log(seed=seed + 1, groups=20, under=other)))
    asked = worlds(realm(), other)
    listed = "changes:\n" + "".join(f"  - {change}\n" for change in changes) if changes else ""
    for text in (day + listed, "from: 2026-12-01\n" + listed):  # the second meets what the first has left
        made = replace(scenario(text or "from: 2026-12-01\n"), since=None) if not text else scenario(text)
        atoms = atoms_of(made, library_of(None))
        assert _plain(plans(history_of(held, asked), changed(asked, atoms))) == _plain(plain_plans(held, asked, atoms))


def _plain(every: list[Plan]) -> list[object]:
    """Without the worlds, which are made for each scenario, and so without the digests that name none."""
    return [replace(plan, before=None, after=None) for plan in every]


@settings(max_examples=12, deadline=None)
@given(st.lists(st.sampled_from(CHANGES), min_size=1, max_size=4, unique=True), st.integers(1, 5))
def test_whatever_is_changed_nothing_goes_where_the_changed_law_forbids(changes: list[str], seed: int) -> None:
    held = log(seed=seed, groups=20)
    made = scenario("changes:\n" + "".join(f"  - {change}\n" for change in changes))
    asked = worlds()
    found = replay(held, asked, made, library_of(None), why=False)
    assert found.total.counts.requests == sum(sums.n for sums in held.values())
    assert found.reproduced == found.total.counts.requests
    for plan in plans(history_of(log_of(held), asked), changed(asked, atoms_of(made, library_of(None)))):
        if plan.to:
            assert isinstance(plan.said, Placement)
            permitted = {each.deployment for each in plan.said.candidates if not each.forbidden}
            assert {name for name, _ in plan.to} <= permitted <= set(plan.after.stack.deployments)
        else:
            assert plan.outcome in ("refused", "still_refused", "undecided")
