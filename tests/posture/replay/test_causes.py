"""What accounts for a loss, in every realm that requests were put to."""

from __future__ import annotations

from functools import cache, reduce

from hypothesis import given, reject, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from comity.adapters.archives import library_of
from comity.posture.replay.causes import causes
from comity.posture.replay.engine import replay
from comity.posture.replay.groups import merged
from comity.posture.replay.history import history_of
from comity.posture.replay.lots import log_of, total
from comity.posture.replay.plans import changed, plans
from comity.posture.replay.repairs import repairs
from comity.posture.scenario.atoms import atoms_of
from comity.posture.scenario.ground import ScenarioFault
from comity.stack.types import Price
from tests.posture.replay.plain import plain_back, plain_causes
from tests.posture.replay.seasons import AUTUMN, SUMMER, WINTER, in_season, over
from tests.posture.replay.tour import log, scenario, stack, worlds

GONE = f"from: {WINTER}\nchanges:\n  - suppliers: {{withdraw: [hexagone]}}\n"


def causes_of(groups, text: str = GONE):
    found = replay(groups, worlds(in_season(SUMMER), in_season(AUTUMN)), scenario(text))
    return {(each.kind, each.name): (each.alone, each.part) for each in found.causes}, found.total.counts.refused


def test_the_day_is_undone_in_each_realm_and_not_in_the_first_alone() -> None:
    """In autumn law forbids Germany already, so what the day took from summer's requests it did not take from them."""
    summer, autumn = log(seed=1, under=in_season(SUMMER)), log(seed=1, under=in_season(AUTUMN))
    of_summer, of_autumn, of_both = causes_of(summer), causes_of(autumn), causes_of(merged(summer, autumn))
    day = "time", WINTER
    assert of_summer[0][day] != of_autumn[0].get(day, (0, 0))
    assert of_both[1] == of_summer[1] + of_autumn[1]
    for cause in {*of_summer[0], *of_autumn[0], *of_both[0]}:
        apart = (each[0].get(cause, (0, 0)) for each in (of_summer, of_autumn))
        assert of_both[0].get(cause, (0, 0)) == tuple(map(sum, zip(*apart, strict=True))), cause


CHANGES = (
    "suppliers: {withdraw: [hexagone]}",
    "suppliers: {withdraw: [columbia-inc]}",
    "suppliers: {acquire: [{party: hexagone, by: US}]}",
    "sites: {down: [frankfurt]}",
    "adequacy: {strike: [eu.dpf]}",
    'law: {off: ["toy/winter"]}',
    'law: {"on": ["toy/advent"]}',
    "law: {packs: {drop: [us.exposure]}}",
    "prices: {set: {paris-civic: {input: 1, output: 1}}}",
    "agreements: {end: [{between: [ministry]}]}",
    "stack: {parties: {columbia: {controlled_by: null}}}",
)


@cache
def realms():
    """Of two seasons, over the tour's stack and over one in which a deployment is dear."""
    made = stack()
    dear = replace(made.deployments["paris-civic"], price=Price(9.0, 9.0))
    other = replace(made, deployments={**made.deployments, "paris-civic": dear})
    return tuple(over(each, day) for day in (SUMMER, AUTUMN) for each in (made, other))


@cache
def asked():
    """Shared, so that each scenario meets what others have left."""
    return worlds(*realms())


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.sampled_from(CHANGES), max_size=3, unique=True),
    st.integers(1, 5),
    st.sampled_from(["", f"from: {WINTER}\n", "from: 2026-12-27\n"]),
)
def test_causes_and_repairs_are_those_that_each_lot_by_itself_has(changes: list[str], seed: int, day: str) -> None:
    held = log_of(reduce(merged, (log(seed=seed, groups=20, under=each) for each in realms())))
    listed = "changes:\n" + "".join(f"  - {change}\n" for change in changes) if changes else ""
    made = scenario(day + listed) if day or listed else replace(scenario("from: 2026-12-01\n"), since=None)
    atoms = atoms_of(made, library_of(None))
    try:
        every = plans(history_of(held, asked()), changed(asked(), atoms))
    except ScenarioFault:
        reject()  # a change names what one before it takes away, and that is told
    lost = [plan for plan in every if plan.outcome == "refused"]
    changes_and_rules = {*(atom.says for atom in atoms), "rule"}
    found = {
        (each.kind, each.name, each.says if each.kind != "rule" else ""): (each.alone, each.part)
        for each in causes(lost, asked(), atoms)
        if not changes_and_rules.isdisjoint((each.kind, each.says))
    }
    assert found == plain_causes(held, asked(), atoms)
    mending = repairs(lost)
    for at, step in enumerate(mending.steps):
        assert step.in_all == plain_back(held, asked(), atoms, mending.taken[: at + 1]), step.says
    assert mending.unrepaired == total(plan.lot for plan in lost) - (mending.steps[-1].in_all if mending.steps else 0)


def test_a_change_that_stands_on_another_falls_with_it() -> None:
    """A site that another change brings: without that change there is no such site to be down."""
    text = (
        "changes:\n"
        "  - stack: {sites: {vichy: {jurisdiction: FR, operator: hexagone}}, deployments: {paris-civic: {site: vichy}}}\n"
        "  - sites: {down: [vichy, lyon, frankfurt]}\n"
    )
    found, lost = causes_of(log(under=in_season(SUMMER)), text)
    assert lost
    assert found["site", "vichy"][0] and found["stack", "deployments.paris-civic, sites.vichy"][0]
