"""What each kind of change does to the tour's stack and law."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from comity.adapters.archives import library_of
from comity.posture.scenario.atoms import KINDS, atoms_of
from comity.posture.scenario.changes.patch import merge_patch
from comity.posture.scenario.ground import ALL, Ground, ScenarioFault, ground_with
from comity.posture.scenario.read import KEYS
from comity.stack.types import Certificate, Deployment
from tests.posture.replay.tour import realm, scenario

EVERY = {"paris-civic", "lyon-civic", "frankfurt-civic", "mumbai-civic", "dubai-civic", "virginia-civic"}


def ground(text: str, **more) -> Ground:
    made = realm()
    start = Ground(made.stack, tuple(made.packs.values()), made.since, made.file_date)
    if more:
        start = start.stacked(**more)
    return ground_with(start, atoms_of(scenario(text), library_of(None)))


def left(text: str) -> set[str]:
    return set(ground(text).stack.deployments)


def one(change: str) -> str:
    return f"changes:\n  - {change}\n"


def test_every_key_of_a_change_has_its_kind() -> None:
    assert set(KINDS) == set(KEYS)


def test_a_supplier_takes_along_whom_it_controls() -> None:
    assert EVERY - left(one("suppliers: {withdraw: [columbia-inc]}")) == {"frankfurt-civic", "virginia-civic"}
    assert EVERY - left(one("suppliers: {withdraw: [columbia]}")) == {"frankfurt-civic"}


def test_who_is_bought_is_controlled() -> None:
    made = ground(one("suppliers: {acquire: [{party: hexagone, by: columbia-inc}]}"))
    assert made.stack.parties["hexagone"].controlled_by == "columbia-inc"
    with pytest.raises(ScenarioFault, match="circle"):
        ground(one("suppliers: {acquire: [{party: columbia-inc, by: columbia}]}"))


def test_a_site_is_down_and_power_that_is_late_keeps_it_so_until_then() -> None:
    assert EVERY - left(one("sites: {down: [paris]}")) == {"paris-civic"}
    late = one("grid: {paris: {date: 2028-01-01}}")
    assert EVERY - left("from: 2027-06-01\n" + late) == {"paris-civic"}
    assert left("from: 2028-06-01\n" + late) == EVERY


def test_rules_and_lists_and_packs() -> None:
    rules = {rule.id for pack in ground(one('law: {off: ["eu.gdpr/44-*"]}')).packs for rule in pack.rules}
    assert "eu.gdpr/44-site" not in rules and "eu.gdpr/28-contract" in rules
    made = ground(one("law: {packs: {add: [uk], drop: [ae.health]}}"))
    assert "uk" in made.stack.law and "ae.health" not in {pack.name for pack in made.packs}
    struck = ground(one('adequacy: {strike: ["eu.adequate:GB", eu.dpf]}'))
    lists = {name: group for pack in struck.packs for name, group in pack.groups.items()}
    assert not lists["eu.dpf"].members and "GB" not in {each.member for each in lists["eu.adequate"].members}
    assert len(lists["eu.adequate"].members) > 5


def test_export_control_exempts_where_it_says() -> None:
    assert left(one("export_control: {chips: [nvidia-h100]}")) == {"virginia-civic"}
    assert left(one("export_control: {chips: [controlled], exempt: [US, FR]}")) == {
        *("virginia-civic", "paris-civic", "lyon-civic")
    }
    made = ground(one("export_control: {weights: [civic-tiny]}"))
    assert set(made.stack.deployments) == {"virginia-civic"} and made.barred == {"civic-tiny"}


def test_what_is_not_stated_of_chips_is_taken_for_controlled_and_noted() -> None:
    sites = {name: replace(site, accelerators=None) for name, site in realm().stack.sites.items()}
    made = ground(one("export_control: {chips: [controlled]}"), sites=sites)
    assert set(made.stack.deployments) == {"virginia-civic"}
    assert any("not stated" in note for note in made.notes)


def test_figures() -> None:
    made = ground(one("prices: {factor: 2, of: [columbia-inc], set: {paris-civic: {input: 9, output: 9}}}"))
    price = {name: each.price for name, each in made.stack.deployments.items()}
    assert (price["virginia-civic"].input, price["paris-civic"].input, price["lyon-civic"].input) == (0.1, 9, 0.35)
    made = ground(one("capacity: {set: {paris-civic: 10}}") + "  - capacity: {factor: 0.5, of: [paris]}\n")
    assert made.stack.deployments["paris-civic"].capacity == 5
    made = ground(one("demand: {factor: 2, by_application: {triage: 3}}"))
    assert (made.factor("triage"), made.factor("benefits"), made.demand[ALL]) == (6, 2, 2)


def test_instruments_end() -> None:
    made = ground(one("agreements: {end: [{between: [bank-mumbai], kinds: [in.processor]}]}"))
    kinds = [each.kinds for each in made.stack.agreements if "bank-mumbai" in each.between]
    assert kinds == [("in.spdi-protection",)]
    with pytest.raises(ScenarioFault, match="no agreement"):
        ground(one("agreements: {end: [{between: [ministry, gulf-compute]}]}"))
    held = replace(realm().stack.deployments["paris-civic"], certificates=(Certificate("HDS", date(2028, 1, 1)),))
    deployments: dict[str, Deployment] = {**realm().stack.deployments, "paris-civic": held}
    made = ground(one("certificates: {end: [{name: HDS}]}"), deployments=deployments)
    assert made.stack.deployments["paris-civic"].certificates == ()


def test_a_patch_is_the_general_way_and_may_not_dangle() -> None:
    made = ground(one("stack: {sites: {paris: {pue: 1.5}}, objective: {cost: 0}}"))
    assert made.stack.sites["paris"].pue == 1.5 and made.stack.objective.cost == 0
    with pytest.raises(ScenarioFault, match="the site mars"):
        ground(one("stack: {deployments: {paris-civic: {site: mars}}}"))
    with pytest.raises(ScenarioFault, match="cannot be read"):
        ground(one("stack: {sites: {paris: {pue: 99}}}"))


def test_the_merge_patch_of_rfc_7396() -> None:
    for target, patch, result in (
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": "foo"}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ):
        assert merge_patch(target, patch) == result


def test_each_part_of_a_change_is_undone_by_itself() -> None:
    text = one("suppliers: {withdraw: [columbia, gulf-compute]}") + "  - sites: {down: [paris, lyon]}\n"
    assert [atom.name for atom in atoms_of(scenario(text), library_of(None))] == [
        *("columbia", "gulf-compute", "paris", "lyon")
    ]
