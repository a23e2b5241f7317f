"""What no rule can tell apart is judged once, and rules that cannot apply are not asked: that changes no answer."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from comity.adapters.packs import load_packs, pack_folders, schema_text, vocabulary, zone
from comity.law.case import Case, ordered
from comity.law.cedar import Policies, Schema
from comity.law.epoch import ACTIONS, Epoch, profile_entities
from comity.law.hearing import Hearing
from comity.law.precedents import Precedents
from comity.law.profile import Profile
from comity.law.question import CASE, case_entities
from comity.law.relevance import Distinctions, Facts, rests_on_places
from comity.stack.jurisdictions import NAMES

WORDS = vocabulary()
PLACES = ("FR", "IS", "DE", "US", "IN", "AE", "AE-DU-x-difc", "GB", "CH", "KR", "JP", "CN", "BR", "KE")


def some(words: Any, most: int = 3) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(sorted(words)), max_size=most, unique=True).map(ordered)


places = st.sampled_from(PLACES)
cases = st.builds(
    Case,
    operation=st.sampled_from(sorted(WORDS.operations)),
    controller=places,
    purpose=st.sampled_from(sorted(WORDS.purposes)),
    data=some(WORDS.data),
    subjects=some(PLACES),
    grounds=some(WORDS.grounds),
    roles=some(WORDS.roles),
    output=some(PLACES, 1),
    sector=st.sampled_from(sorted(WORDS.sectors)),
    risk=st.sampled_from(sorted(WORDS.risks)),
    uses=some(WORDS.uses),
    placed=st.sampled_from(["", "2025-01-01", "2026-08-01", "2028-01-01"]),
    seal=st.sampled_from([(), ("SOV-2:3",), ("SOV-1:1", "SOV-3:4")]),
)
profiles = st.builds(
    Profile,
    site=places,
    operator=places,
    control=some(PLACES),
    presence=some(PLACES),
    dpf=st.booleans(),
    own=st.booleans(),
    kinds=some(WORDS.kinds),
    assessed=some(WORDS.kinds),
    trains=st.booleans(),
    gateway=st.booleans(),
    licence=st.sampled_from(sorted(WORDS.licences)),
    seal=st.sampled_from([(), ("SOV-2:4",)]),
)


@cache
def epoch(day: str) -> Epoch:
    packs = load_packs(tuple(pack_folders()))
    at = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)
    return Epoch(packs, Schema(WORDS.schema(schema_text())), at, zone)


@cache
def everything(day: str) -> tuple[Policies, ...]:
    return tuple(Policies(action, epoch(day).rules.values()) for action in ACTIONS)


@cache
def akin() -> tuple[tuple[Epoch, tuple[Policies, ...]], ...]:
    """Epochs that share what was found: on two days, with their lists as they are and with every second entry gone."""
    whole = load_packs(tuple(pack_folders()))
    halves = [
        replace(pack, groups={name: replace(held, members=held.members[::2]) for name, held in pack.groups.items()})
        for pack in whole
    ]
    shared = Precedents()
    schema = Schema(WORDS.schema(schema_text()))
    made = []
    for day in ("2026-11-23", "2028-09-01"):
        at = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)
        for packs in (whole, halves):
            law = Epoch(packs, schema, at, zone, precedents=shared)
            made.append((law, tuple(Policies(action, law.rules.values()) for action in ACTIONS)))
    return tuple(made)


@settings(deadline=None)
@given(st.permutations(range(4)), cases, st.lists(profiles, min_size=1, max_size=3), st.booleans())
def test_what_other_epochs_found_changes_no_answer(
    order: list[int], case: Case, candidates: list[Profile], public: bool
) -> None:
    for at in order:
        law, policies = akin()[at]
        found = Hearing(law, WORDS, candidates).findings(case, case.controller, public)
        distinct = tuple(dict.fromkeys(candidates))
        entities, names = profile_entities(distinct)
        stated = case_entities(case, WORDS.close(case.data), WORDS.before(case.placed), case.controller, public=public)
        asked = law.world.with_(entities).with_(stated)
        for profile, *answers in zip(distinct, *(asked.ask(each, CASE, names) for each in policies), strict=True):
            place, oblige, advise = answers
            assert found[profile].forbids == (() if place.allowed else place.rules)
            assert (found[profile].obliges, found[profile].advises) == (oblige.rules, advise.rules)


def test_with_precedents_for_all_of_it_the_engine_is_not_asked() -> None:
    law, _ = akin()[0]
    case = Case("infer", "FR", "general", ("personal",), ("FR",))
    candidate = Profile("US", "US", ("US",), ("US",))
    Hearing(law, WORDS, (candidate,)).findings(case, "FR", False)
    again = Hearing(law, WORDS, (candidate,))
    again.findings(case, "FR", False)
    assert "_world" not in vars(again)


@settings(deadline=None)
@given(
    st.sampled_from(["2026-11-23", "2028-09-01"]),
    st.lists(cases, max_size=3),
    cases,
    st.lists(profiles, max_size=3),
    profiles,
    st.booleans(),
)
def test_every_answer_is_the_engines_own_over_all_rules(
    day: str, before: list[Case], case: Case, others: list[Profile], profile: Profile, public: bool
) -> None:
    law = epoch(day)
    hearing = Hearing(law, WORDS, (*others, profile))
    for each in (*before, case):
        found = hearing.findings(each, case.controller, public)[profile]
    entities, names = profile_entities((profile,))
    world = law.world.with_(entities)
    stated = case_entities(case, WORDS.close(case.data), WORDS.before(case.placed), case.controller, public=public)
    asked = world.with_(stated)
    place, oblige, advise = (asked.ask(policies, CASE, names)[0] for policies in everything(day))
    assert found.forbids == (() if place.allowed else place.rules)
    assert (found.obliges, found.advises) == (oblige.rules, advise.rules)


def test_most_rules_are_left_out_of_a_case_that_they_do_not_speak_of() -> None:
    law = epoch("2026-11-23")
    case = Case("infer", "FR", "general", ("non-personal",), ())
    speaking = law.distinctions.speaking(law.answers(case, WORDS, "FR", False))
    assert not [rule for rule in speaking if rule.startswith("eu.gdpr/")]


def test_what_rules_do_not_ask_makes_no_other_case() -> None:
    law = epoch("2026-11-23")
    one = Case("infer", "FR", "general", ("personal",), ("FR",), ("eu.art6.contract",))
    for other in (replace(one, purpose="software-development"), replace(one, floor=("location:contract",))):
        assert law.answers(one, WORDS, "FR", False) == law.answers(other, WORDS, "FR", False)
    assert law.answers(one, WORDS, "FR", False) != law.answers(replace(one, grounds=()), WORDS, "FR", False)


def attribute(name: str, variable: str = "principal") -> dict[str, Any]:
    return {".": {"left": {"Var": variable}, "attr": name}}


def word(kind: str, name: str) -> dict[str, Any]:
    return {"Value": {"__entity": {"type": f"Comity::{kind}", "id": name}}}


def policy(body: dict[str, Any], kind: str = "when") -> dict[str, Any]:
    return {"conditions": [{"kind": kind, "body": body}]}


IN_FRANCE = {"in": {"left": attribute("subjects"), "right": word("Jurisdiction", "FR")}}
OF_THE_CANDIDATE = {"in": {"left": attribute("site", "resource"), "right": word("Jurisdiction", "FR")}}
FRENCH: Facts = {
    "subjects": frozenset({"FR", "EEA"}),
    "controller": frozenset({"FR"}),
    "controllerPublic": True,
    "uses": frozenset({"chatbot"}),
}
GERMAN: Facts = {
    "subjects": frozenset({"DE", "EEA"}),
    "controller": frozenset({"DE"}),
    "controllerPublic": False,
    "uses": frozenset(),
}


@pytest.mark.parametrize(
    ("body", "kind", "french", "german"),
    [
        (IN_FRANCE, "when", True, False),
        (IN_FRANCE, "unless", False, True),
        (OF_THE_CANDIDATE, "when", True, True),
        ({"&&": {"left": OF_THE_CANDIDATE, "right": IN_FRANCE}}, "when", True, False),
        ({"&&": {"left": OF_THE_CANDIDATE, "right": IN_FRANCE}}, "unless", True, True),
        ({"||": {"left": OF_THE_CANDIDATE, "right": IN_FRANCE}}, "when", True, True),
        ({"||": {"left": OF_THE_CANDIDATE, "right": IN_FRANCE}}, "unless", False, True),
        ({"!": {"arg": attribute("controllerPublic")}}, "when", False, True),
        ({"!": {"arg": OF_THE_CANDIDATE}}, "when", True, True),
        ({"contains": {"left": attribute("uses"), "right": word("Use", "chatbot")}}, "when", True, False),
        ({"contains": {"left": attribute("uses"), "right": attribute("use", "resource")}}, "when", True, True),
        ({"==": {"left": attribute("controller"), "right": word("Jurisdiction", "FR")}}, "when", True, True),
        ({"if-then-else": {"if": IN_FRANCE, "then": IN_FRANCE, "else": IN_FRANCE}}, "when", True, True),
        ({"Value": False}, "when", False, False),
    ],
)
def test_only_what_the_case_decides_rules_a_rule_out(
    body: dict[str, Any], kind: str, french: bool, german: bool
) -> None:
    asked = Distinctions({"rule": policy(body, kind)})
    assert [bool(asked.speaking(asked.answers(facts))) for facts in (FRENCH, GERMAN)] == [french, german]


def test_a_form_that_is_not_known_sees_the_whole_of_what_it_names() -> None:
    body = {"containsAll": {"left": attribute("seal", "resource"), "right": attribute("sealMin")}}
    asked = Distinctions({"rule": policy(body)})
    high, low = ({"sealMin": frozenset(words)} for words in (("SOV-1:1", "SOV-1:2"), ("SOV-1:1",)))
    assert asked.complete
    assert asked.answers(high) != asked.answers(low)


def test_a_rule_that_asks_what_is_no_attribute_leaves_the_questions_incomplete() -> None:
    body = {"==": {"left": {"Var": "principal"}, "right": word("Case", "case")}}
    assert not Distinctions({"rule": policy(body)}).complete
    assert Distinctions({"rule": policy(body)}, "resource").complete


@pytest.mark.parametrize(
    ("body", "rests"),
    [
        (IN_FRANCE, False),
        (OF_THE_CANDIDATE, False),
        ({"!": {"arg": {"&&": {"left": IN_FRANCE, "right": OF_THE_CANDIDATE}}}}, False),
        ({"==": {"left": word("Jurisdiction", "FR"), "right": attribute("controller")}}, False),
        ({"in": {"left": attribute("site", "resource"), "right": attribute("controller")}}, False),
        ({"in": {"left": word("Jurisdiction", "FR"), "right": word("Group", "eu.adequate")}}, True),
        ({"in": {"left": word("Jurisdiction", "FR"), "right": attribute("controller")}}, True),
        ({"if-then-else": {"if": IN_FRANCE, "then": IN_FRANCE, "else": word("Jurisdiction", "FR")}}, True),
    ],
)
def test_a_rule_that_looks_at_the_lists_themselves_is_known(body: dict[str, Any], rests: bool) -> None:
    assert rests_on_places(policy(body)) is rests


def test_the_same_jurisdictions_lie_in_the_same_lists() -> None:
    law = epoch("2026-11-23")
    for place in NAMES:
        for group, members in law.groups.items():
            assert (group in law._in((place,))) is bool({place, *_above(place)} & set(members))


def _above(place: str) -> tuple[str, ...]:
    return tuple(place.rsplit("-", cut)[0] for cut in range(1, place.count("-") + 1))
