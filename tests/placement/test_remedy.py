"""What would admit a deployment: found by search, judged by the law, and never more than is needed."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import pytest

from comity.adapters.packs import load_packs, schema_text, vocabulary, zone
from comity.law.cedar import parse_rules
from comity.law.pack import read_pack
from comity.law.realm import Realm
from comity.placement.asked import instant_of
from comity.placement.cases import registered
from comity.placement.remedy.moves import Assess, Pseudonymise, Sign, a_year_from
from comity.placement.remedy.reads import Read, reads
from comity.placement.remedy.search import WhyNot, why_not
from comity.placement.remedy.world import World, judged, merged
from comity.stack.types import Agreement, Application, Assessment, Deployment, Gateway, Model, Party, Site, Stack, Terms
from tests.law import toy

DAY = date(2026, 11, 23)
LAW = ("eu.gdpr", "in.dpdp", "in.spdi", "us.exposure")
ART28 = Agreement(("clinic", "ovale"), ("eu.art28",))


def stack(*agreements: Agreement, **application: object) -> Stack:
    about: dict[str, object] = {
        "controller": "clinic",
        "purpose": "general",
        "data": ("personal",),
        "subjects": ("FR",),
    }
    about |= {"grounds": ("eu.art6.contract",), **application}
    return Stack(
        origin="example.org/remedy",
        law=LAW,
        gateway=Gateway("paris"),
        parties={
            "clinic": Party(seat="FR"),
            "ovale": Party(seat="FR"),
            "columbia": Party(seat="US"),
            "bharat": Party(seat="IN"),
        },
        agreements=(ART28, *agreements),
        sites={
            "paris": Site("FR", "ovale"),
            "nairobi": Site("KE", "ovale"),
            "virginia": Site("US", "columbia"),
            "mumbai": Site("IN", "bharat"),
        },
        models={"m": Model(developer="FR")},
        deployments={
            name: Deployment("m", name, "http://127.0.0.1:9/v1") for name in ("paris", "nairobi", "virginia", "mumbai")
        },
        applications={"desk": Application(**about)},  # type: ignore[arg-type]
    )


def realm(of: Stack) -> Realm:
    return Realm(of, load_packs(LAW), vocabulary(), schema_text(), instant_of(DAY), zone, DAY)


def world(of: Stack, deployment: str) -> World:
    return World(of, (registered(of.applications["desk"]),), deployment, "desk", DAY)


def asked(of: Stack, deployment: str) -> WhyNot:
    return why_not(world(of, deployment), realm(of))


def test_a_permitted_deployment_needs_nothing() -> None:
    assert asked(stack(), "paris") == WhyNot((), (), (), 1, complete=True)


def test_the_fewest_changes_come_and_of_those_the_mildest_first() -> None:
    found = asked(stack(), "mumbai")
    assert found.complete
    first = found.ways[0]
    assert first.says == (
        "clinic and bharat sign eu.scc-m2",
        "the transfer under eu.scc-m2 between clinic and bharat is assessed (TIA)",
    )
    assert first.lines["agreements"][0]["tia"]  # one agreement, not the bare one beside the assessed one
    assert len(first.lines["agreements"]) == 1
    assert [way.hardness for way in found.ways] == sorted(way.hardness for way in found.ways)


def test_an_instrument_that_is_there_only_has_to_be_assessed() -> None:
    held = Agreement(("clinic", "bharat"), ("eu.scc-m2",), until=date(2027, 1, 1))
    assert [way.says for way in asked(stack(held), "mumbai").ways] == [
        ("the transfer under eu.scc-m2 between clinic and bharat is assessed (TIA)",)
    ]


def test_an_assessment_past_its_date_is_none() -> None:
    held = Agreement(("clinic", "bharat"), ("eu.scc-m2",), tia=Assessment("T", date(2026, 11, 22)))
    assert "is assessed (TIA)" in asked(stack(held), "mumbai").ways[0].says[0]


def test_grounds_that_do_the_same_are_told_as_one() -> None:
    (way,) = asked(stack(grounds=()), "paris").ways
    assert way.says[0].startswith("state the one of these grounds that holds: eu.art6.consent, eu.art6.contract")
    assert way.lines == {"applications": {"desk": {"grounds": ["eu.art6.consent"]}}}


def test_a_gap_can_be_accepted_or_moved_out_of() -> None:
    says = {" ".join(way.says) for way in asked(stack(), "nairobi").ways}
    assert "ovale serves it from a site in FR" in says
    assert "the model is served at paris (FR; ovale)" in says
    found = asked(stack(subjects=("FR", "KE")), "paris")
    assert [way.says for way in found.ways] == [("accept that no law is loaded for personal data in KE",)]


def test_terms_are_among_what_can_be_changed() -> None:
    of = stack()
    trains = Deployment("m", "paris", "http://127.0.0.1:9/v1", terms=Terms(trains=True))
    of = Stack(**{**{name: getattr(of, name) for name in of.__struct_fields__}, "deployments": {"paris": trains}})
    assert asked(of, "paris").ways[0].says == ("the terms of ovale say that it does not train on content",)


@pytest.mark.parametrize("name", ["nairobi", "virginia", "mumbai"])
def test_every_way_admits_and_no_part_of_it_does(name: str) -> None:
    of = stack(grounds=())
    law = realm(of)
    found = why_not(world(of, name), law)
    assert found.ways
    for way in found.ways:
        for size in range(len(way.moves) + 1):
            for part in combinations(way.moves, size):
                if any(isinstance(each, Assess) for each in part) > any(isinstance(each, Sign) for each in part):
                    continue  # what was not signed cannot be assessed
                tried = world(of, name)
                for move in part:
                    tried = move.made(tried)
                permitted = judged(tried, law)[1].permit
                assert permitted == (size == len(way.moves)), way.says


def test_a_search_that_is_given_up_says_so() -> None:
    of = stack()
    found = why_not(world(of, "virginia"), realm(of), trials=1)
    assert not found.complete and not found.ways
    assert found.tried <= 2


def test_what_nothing_opens_is_named() -> None:
    rules = toy.RULES.split("unless")[0].replace(' && !(resource.site in Comity::Group::"toyland")', "").strip()
    rules = rules.replace(' &&\n       !(resource.site in Comity::Group::"toyland")', "")
    pack, problems = read_pack(
        "toy", toy.files(rules_cedar=rules.replace("2026-06-30", "2199-01-01") + ";"), parse_rules
    )
    assert pack is not None, problems
    of = stack()
    law = Realm(of, (pack,), vocabulary(), schema_text(), instant_of(DAY), zone, DAY)
    found = why_not(world(of, "paris"), law)
    assert found.stuck == ("toy/1",) and not found.ways and found.complete


def test_what_a_rule_reads_is_told_with_its_words() -> None:
    (rule,) = toy.pack().rules
    assert reads(rule) == (
        Read("principal", "data", ("personal",)),
        Read("principal", "subjects", ("toyland",)),
        Read("resource", "site", ("toyland",)),
        Read("resource", "kinds", ("eu.art28",)),
    )


def test_lines_are_merged_without_doubles() -> None:
    one = {"agreements": [{"between": ["a", "b"], "kinds": ["x"]}], "deployments": {"d": {"terms": {"trains": False}}}}
    two = {
        "agreements": [{"between": ["a", "b"], "kinds": ["x"], "tia": {"ref": "T"}}],
        "deployments": {"d": {"terms": {"retention": "P0D"}}},
    }
    assert merged(one, two) == {
        "agreements": [{"between": ["a", "b"], "kinds": ["x"], "tia": {"ref": "T"}}],
        "deployments": {"d": {"terms": {"trains": False, "retention": "P0D"}}},
    }


def test_pseudonymised_data_stay_personal_in_law() -> None:
    before = world(stack(data=("identity",)), "paris")
    after = Pseudonymise(("identity",)).made(before)
    assert after.cases[0].data == ("personal", "pseudonymous")
    assert "personal" in vocabulary().close(("pseudonymous",))


def test_a_year_ends_with_the_calendar_at_the_latest() -> None:
    assert a_year_from(DAY) == date(2027, 11, 23)
    assert a_year_from(date(9999, 12, 31)) == a_year_from(date(9999, 3, 1)) == date.max
