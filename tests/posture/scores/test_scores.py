"""Scores open to their facts; a missing fact is a range, and stating it never leads out of that range."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from comity.adapters.realms import build_realm
from comity.adapters.stack_files import read_stack_file
from comity.law.realm import Realm
from comity.placement.conditions import configured
from comity.posture.scores.chain import MAKERS, NOT_KNOWN, Supplier, chain
from comity.posture.scores.dependence import Use, layers, ways
from comity.posture.scores.document import document
from comity.posture.scores.scores import WHOLE, Scores, Traffic, scores
from comity.posture.scores.seal import OBJECTIVES, WEIGHTS, Rated, rate, sealed
from comity.posture.scores.told import in_words
from comity.posture.scores.trust import UNION, Trust, trust
from comity.stack.accelerators import CLASSES
from comity.stack.types import Certificate, Deployment, Model, Party, Site, Stack, Terms
from comity.terms import canon
from tests.tidy.tree import ROOT

NOW = 1_795_400_000_000  # 2026-11-23
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def realm() -> Realm:
    return build_realm(read_stack_file(ROOT / "examples/hospital.yaml", None), NOW)


def scored(realm: Realm, code: str, traffic: Traffic | None = None) -> Scores:
    return scores(realm, configured(realm.stack), NOW, trust(code), traffic)


def rated(stack: Stack, name: str, seen_from: Trust, on: date) -> tuple[Rated, ...]:
    return rate(stack, {each: chain(stack, each) for each in stack.deployments}, name, seen_from, on)


SEATS = st.sampled_from(["FR", "DE", "US", "IN"])
FILLED: dict[str, st.SearchStrategy[Any]] = {
    "controlled_by": SEATS,
    "presence": st.lists(SEATS, min_size=1, max_size=2, unique=True).map(tuple),
    "accelerators": st.sampled_from([("nvidia-h100",), ("huawei-ascend-910b",), ("furiosa-rngd", "nvidia-h100")]),
    "pue": st.sampled_from([1.1, 1.3, 1.5, 2.0]),
    "grid_gco2_kwh": st.sampled_from([20.0, 200.0, 400.0, 700.0]),
    "open_weights": st.booleans(),
    "license": st.just("apache-2.0"),
    "retention": st.sampled_from(["P0D", "P30D"]),
    "trains": st.booleans(),
    "certificates": st.sampled_from([("SecNumCloud",), ("ISO27001",), ("C5", "ISO27001"), ("TEE",)]),
    "until": st.sampled_from([date(2026, 1, 1), date(2027, 1, 1)]),
    "developer_controlled_by": SEATS,
    "other_controlled_by": st.sampled_from(["FR", "US", "op", "parent"]),
}
WORLDS = st.fixed_dictionaries(
    {"seat": SEATS, "place": SEATS, "developer": SEATS},
    optional=FILLED,
).filter(lambda world: world.get("controlled_by") is None or world.get("other_controlled_by") != "op")


def stack_of(world: dict[str, Any]) -> Stack:
    """A deployment whose facts are those of `world`, and one more of the model elsewhere; what it lacks is not stated."""
    party = Party(seat=world["seat"], controlled_by=world.get("controlled_by"), presence=world.get("presence"))
    site = Site(
        jurisdiction=world["place"],
        operator="op",
        accelerators=world.get("accelerators"),
        pue=world.get("pue"),
        grid_gco2_kwh=world.get("grid_gco2_kwh"),
    )
    maker = Party(seat=world["developer"], controlled_by=world.get("developer_controlled_by"))
    other = Party(seat="DE", controlled_by=world.get("other_controlled_by"))
    model = Model(developer="maker", license=world.get("license"), open_weights=world.get("open_weights"))
    deployment = Deployment(
        model="m",
        site="s",
        url="http://127.0.0.1:1/v1",
        certificates=tuple(Certificate(name, world.get("until")) for name in world.get("certificates", ())),
        terms=Terms(retention=world.get("retention"), trains=world.get("trains")),
    )
    return Stack(
        origin="x.example/log",
        law=(),
        sites={"s": site, "t": Site(jurisdiction="DE", operator="other")},
        models={"m": model},
        deployments={"d": deployment, "e": Deployment(model="m", site="t", url="http://127.0.0.1:2/v1")},
        applications={},
        parties={"op": party, "maker": maker, "other": other, "parent": Party(seat="FR")},
    )


@settings(max_examples=400)
@given(WORLDS, st.data(), st.sampled_from(["FR", "US", "IN", "GB"]))
def test_a_fact_that_is_stated_narrows_the_range_and_never_leaves_it(
    world: dict[str, Any], data: st.DataObject, code: str
) -> None:
    missing = sorted(set(FILLED) - set(world))
    if not missing:
        return
    name = data.draw(st.sampled_from(missing))
    fuller = {**world, name: data.draw(FILLED[name])}
    if fuller.get("controlled_by") is not None and fuller.get("other_controlled_by") == "op":
        return
    before = rated(stack_of(world), "d", trust(code), TODAY)
    after = rated(stack_of(fuller), "d", trust(code), TODAY)
    for wide, narrow in zip(before, after, strict=True):
        assert wide.low <= narrow.low <= narrow.high <= wide.high, (wide, narrow, name)


@given(WORLDS, st.sampled_from(["FR", "US", "IN"]))
def test_every_score_opens_to_facts_and_a_rule(world: dict[str, Any], code: str) -> None:
    found = sealed(rated(stack_of(world), "d", trust(code), TODAY))
    assert [each.objective for each in found.rated] == list(OBJECTIVES)
    assert all(each.facts and each.rule for each in found.rated)
    assert found.level[0] == min(each.low for each in found.rated)
    for low, high in found.scores.values():
        assert 0 <= low <= high <= 100


def test_weights_are_whole() -> None:
    assert all(sum(weights) == 100 and len(weights) == len(OBJECTIVES) for weights in WEIGHTS.values())


def test_a_trust_set_is_the_union_for_its_members_and_else_the_country() -> None:
    assert len(UNION) == 27 and trust("FR").members == trust("DE").members == UNION
    assert trust("IN").members == {"IN"} and trust("AE-DU-x-difc").holds("AE-DU-x-difc")
    assert trust("IN", ("FR",)).holds("FR") and not trust("IN").holds("FR")
    with pytest.raises(ValueError, match="ZZ is no jurisdiction"):
        trust("ZZ")


def test_a_stack_looks_otherwise_from_elsewhere(realm: Realm) -> None:
    here, there = scored(realm, "FR"), scored(realm, "US")
    assert here.compute["paris-mistral"].territory == "yes" and here.compute["paris-mistral"].vendor == "no"
    assert there.compute["paris-mistral"].territory == "no" and there.compute["paris-mistral"].vendor == "yes"
    assert here.compute["frankfurt-mistral"].provider == "no"  # IE, controlled from the US
    legal = {name: each.rated[1] for name, each in here.deployments.items()}
    assert (legal["frankfurt-mistral"].low, legal["frankfurt-mistral"].high) == (1, 2)
    assert legal["paris-mistral"].high == 4


def test_a_stated_level_takes_the_place_of_the_range(realm: Realm) -> None:
    deployments = dict(realm.stack.deployments)
    deployments["local"] = replace(deployments["local"], seal={"SOV-5": 2})
    stack = replace(realm.stack, deployments=deployments)
    stated = rated(stack, "local", trust("FR"), TODAY)[4]
    assert (stated.low, stated.high) == (2, 2) and "states SEAL-2 (declared)" in stated.facts[0]
    for other in (trust("IN"), trust("IN", ("FR", "DE")), trust("FR", ("US",))):  # the level speaks of the Union
        assert rated(stack, "local", other, TODAY)[4].rule != "as stated"


def test_traffic_weighs(realm: Realm) -> None:
    one = Traffic({("triage", "paris-mistral"): 3, ("triage", "frankfurt-mistral"): 1}, {}, observed=True)
    found = scored(realm, "FR", one)
    operator = next(layer for layer in found.layers if layer.link == "operator")
    assert {held.name: held.share for held in operator.suppliers} == {
        "hexagone": Fraction(3, 4),
        "columbia-inc": Fraction(1, 4),
    }
    assert (int(operator.hhi_suppliers.low), int(operator.hhi_suppliers.high)) == (
        6250,
        10_000,
    )  # one parent may have both
    site = next(layer for layer in found.layers if layer.link == "site")
    assert site.hhi_suppliers.low == site.hhi_suppliers.high == 6250
    chip = found.layers[0]
    assert chip.hhi_suppliers.low == 5625 and chip.hhi_suppliers.high == 10_000  # the other quarter may be nvidia too
    low, high = found.applications[WHOLE].scores["1.2.1"]
    parts = {name: found.deployments[name].scores["1.2.1"] for name in ("paris-mistral", "frankfurt-mistral")}
    assert low == Fraction(3, 4) * parts["paris-mistral"][0] + Fraction(1, 4) * parts["frankfurt-mistral"][0]
    assert high > low


def test_losing_the_one_operator_of_all_permitted_ways_strands_everything(realm: Realm) -> None:
    kept = {name: each for name, each in realm.stack.deployments.items() if name != "frankfurt-mistral"}
    found = scored(realm.supposing(replace(realm.stack, deployments=kept)), "FR")
    worst = found.weak[0]
    assert (worst.link, worst.name, worst.stranded) == ("operator", "hexagone", 1)
    assert worst.path[-1] == "triage (FR)"
    whole = scored(realm, "FR")
    assert all(weak.stranded == 0 for weak in whole.weak)  # another operator stands ready
    chip = next(weak for weak in whole.weak if weak.link == "chip")
    assert chip.possibly == 1  # nobody says whose chips the others have


def test_ways_are_counted_exactly(realm: Realm) -> None:
    (way,) = scored(realm, "FR").ways
    assert way.permitted == ("frankfurt-mistral", "local", "paris-mistral")
    assert way.by_link == {"chip": (1, 3), "site": (3, 3), "operator": (1, 2), "model": (1, 2)}
    assert way.at_all == (1, 2)  # hexagone has two of the three


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=9), st.data())
def test_independent_ways_are_the_largest_set(marks: list[tuple[int, int, int]], data: st.DataObject) -> None:
    from itertools import combinations

    public = data.draw(st.booleans())
    parties = {f"p{n}": Party(seat="FR", public=public) for n in range(5)}
    sites = {
        f"s{at}": Site(jurisdiction="FR", operator=f"p{operator}", accelerators=(f"{sorted(MAKERS)[maker]}-x",))
        for at, (operator, maker, _) in enumerate(marks)
    }
    models = {f"m{n}": Model(developer=f"p{n}") for n in range(5)}
    deployments = {
        f"d{at}": Deployment(model=f"m{model}", site=f"s{at}", url="http://127.0.0.1:1/v1")
        for at, (_, _, model) in enumerate(marks)
    }
    stack = Stack("x.example/log", (), sites, models, deployments, {}, parties=parties)
    chains = {name: chain(stack, name) for name in deployments}
    found = ways("a", sorted(deployments), chains)

    def apart(names: tuple[int, ...]) -> bool:
        chosen = [marks[at] for at in names]
        return all(len({each[axis] for each in chosen}) == len(chosen) for axis in range(3))

    best = max(
        size
        for size in range(1, len(marks) + 1)
        if any(apart(names) for names in combinations(range(len(marks)), size))
    )
    assert found.at_all == ((best if public else 1), best)  # a parent that is not stated may be everybody's


def test_very_many_ways_are_bounded_and_not_searched() -> None:
    makers = sorted(MAKERS)
    sites = {f"s{n}": Site("FR", f"p{n % 9}", accelerators=(f"{makers[n % 7]}-x",)) for n in range(60)}
    deployments = {f"d{n}": Deployment(model=f"m{n % 5}", site=f"s{n}", url="http://127.0.0.1:1/v1") for n in range(60)}
    models = {f"m{n}": Model(developer=f"p{n}") for n in range(5)}
    parties = {f"p{n}": Party(seat="FR", public=True) for n in range(9)}
    stack = Stack("x.example/log", (), sites, models, deployments, {}, parties=parties)
    found = ways("a", sorted(deployments), {name: chain(stack, name) for name in deployments})
    assert found.by_link == {"chip": (7, 7), "site": (60, 60), "operator": (9, 9), "model": (5, 5)}
    assert 1 < found.at_all[0] <= found.at_all[1] == 5


def test_an_unnamed_controller_is_not_another_unnamed_one(realm: Realm) -> None:
    triage = realm.stack.applications["triage"]
    both = {name: replace(triage, controller="FR") for name in ("triage", "letters")}
    seen = Traffic({(name, "local"): 1 for name in both}, {}, observed=True)
    link = scored(realm.supposing(replace(realm.stack, applications=both)), "FR", seen).layers[-1]
    assert [held.name for held in link.suppliers] == ["unnamed, of letters", "unnamed, of triage"]
    assert (int(link.hhi_suppliers.low), int(link.hhi_suppliers.high)) == (5000, 10_000)


def test_languages_have_a_range_where_nobody_measured(realm: Realm) -> None:
    asked = Traffic({("triage", "paris-mistral"): 1, ("triage", "local"): 1}, {"triage": frozenset({"hi"})}, True)
    (found,) = scored(realm, "FR", asked).languages
    assert (found.language, found.measured) == ("hi", Fraction(1, 2))
    assert (found.low, found.high) == (Fraction("0.305"), Fraction("0.805"))
    (official,) = scored(realm, "FR").languages
    assert (official.language, official.low, official.high) == ("fr", 0, 1)


def test_an_application_that_nothing_may_serve_has_no_score(realm: Realm) -> None:
    kept = {"frankfurt-mistral": realm.stack.deployments["frankfurt-mistral"]}
    stack = replace(realm.stack, deployments=kept, agreements=())
    found = scored(realm.supposing(stack), "FR")
    assert found.unplaced == ("triage",) and WHOLE not in found.applications and not found.layers
    assert "no deployment may serve it" in in_words(found)


def test_shares_of_a_site_with_two_makers_are_parted() -> None:
    stack = stack_of({"seat": "FR", "place": "FR", "developer": "FR", "accelerators": ("furiosa-rngd", "nvidia-h100")})
    found = layers([Use("a", "d", Fraction(1))], {"d": chain(stack, "d")}, {"a": Supplier("c", "FR")})
    assert {held.name: held.share for held in found[0].suppliers} == {
        "furiosa": Fraction(1, 2),
        "nvidia": Fraction(1, 2),
    }


def test_the_seat_of_every_maker_of_a_listed_accelerator_is_known() -> None:
    makers = {name.partition("-")[0] for name in CLASSES if name != "cpu"}
    assert makers == set(MAKERS)
    assert (
        chain(stack_of({"seat": "FR", "place": "FR", "developer": "FR", "accelerators": ("cpu",)}), "d").makers is None
    )
    assert NOT_KNOWN not in MAKERS


def test_the_document_has_no_floats_and_the_words_no_award(realm: Realm) -> None:
    found = scored(realm, "FR")
    made = document(found)
    assert canon.parse(canon.encode(made)) == made
    assert "nobody awarded" in str(made["caution"])
    assert "nobody awarded" in in_words(found) and "No log was read" in in_words(found)
    for name in ("triage", "paris", "paris-mistral"):
        opened = in_words(found, name)
        assert all(objective in opened for objective in OBJECTIVES)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from comity.cli.main import main

    stack = str(ROOT / "examples/hospital.yaml")
    assert main(["posture", "-c", stack, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["seen_from"] == "FR"  # where the one controller sits
    assert main(["posture", "-c", stack, "--as", "IN", "--trust", "FR,ZZ"]) == 2
    assert "ZZ is no jurisdiction" in capsys.readouterr().err
    assert main(["posture", "-c", stack, "--open", "nothing"]) == 2
    capsys.readouterr()
    assert main(["posture", "-c", stack, "--log", str(tmp_path)]) == 2
    assert f"{tmp_path} is no state folder" in capsys.readouterr().err
    (tmp_path / ".comity/log").mkdir(parents=True)  # beside a stack file, as `comity replay --log` takes it
    assert main(["posture", "-c", stack, "--log", str(tmp_path)]) == 2
    assert "no request of its log was answered" in capsys.readouterr().err
    page = tmp_path / "posture.html"
    assert main(["posture", "-c", stack, "--html", str(page)]) == 0
    assert "From chip to application" in page.read_text("utf-8")


def test_who_is_bound_by_nothing_is_depended_on(realm: Realm) -> None:
    def stance(stack: Stack) -> str:
        found = scored(realm.supposing(stack), "FR").stances["frankfurt-mistral"]
        return {stood.link: stood.worst for stood in found}["operator"]

    one = replace(realm.stack, deployments={"frankfurt-mistral": realm.stack.deployments["frankfurt-mistral"]})
    assert stance(realm.stack) == stance(one) == "steer"
    assert stance(replace(one, agreements=())) == "depend"


def test_the_day_counts(realm: Realm) -> None:
    """The agreement with the operator in Paris ends on 2027-12-31; so does every permitted way."""
    at = NOW + 405 * 86_400_000
    after = build_realm(read_stack_file(ROOT / "examples/hospital.yaml", None), at)
    assert scores(after, configured(after.stack), at, trust("FR")).unplaced == ("triage",)


@pytest.mark.parametrize(("until", "low"), [(date(2026, 11, 22), 0), (date(2026, 11, 23), 2), (None, 0)])
def test_a_certificate_counts_up_to_its_last_day(until: date | None, low: int) -> None:
    stack = stack_of({"seat": "FR", "place": "FR", "developer": "FR", "certificates": ("HDS",), "until": until})
    found = rated(stack, "d", trust("FR"), TODAY)[6]
    assert (found.objective, found.low, found.high) == ("SOV-7", low, 4)
    assert "HDS" in found.facts[-1]


def test_one_way_is_one_way(realm: Realm) -> None:
    found = scored(realm, "FR")
    said = in_words(found)
    way = found.ways[0]
    assert f"{way.application}: {len(way.permitted)} permitted ways;" in said
    alone = found._replace(ways=(way._replace(permitted=way.permitted[:1]),))
    assert f"{way.application}: 1 permitted way;" in in_words(alone)
