"""A kept answer is the engine's own, also of rules that were written to deceive: what names alone do not answer is not
kept by names.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from comity.adapters.packs import schema_text, vocabulary
from comity.law.case import Case
from comity.law.cedar import Policies, Schema
from comity.law.epoch import Epoch, profile_entities
from comity.law.hearing import Hearing
from comity.law.precedents import Precedents
from comity.law.profile import Profile
from comity.law.question import CASE, case_entities
from comity.law.relevance import _MANY, _ONE, _WITHIN
from comity.law.wellformed import ill_formed
from tests.law import toy

WORDS = vocabulary()
SCHEMA = Schema(WORDS.schema(schema_text()))

ONE = Case(
    "infer", "FR", "education", ("personal",), ("FR",), ("eu.art6.contract",), sector="health", uses=("chatbot",)
)
CASES = (
    ONE,
    replace(ONE, grounds=("eu.art6.contract", "eu.art6.consent")),
    replace(ONE, sector="education", purpose="general"),
    replace(ONE, uses=("chatbot", "unstated"), output=("FR",)),
    replace(ONE, controller="DE", subjects=("FR", "DE")),
)
HERE = Profile("FR", "FR", ("FR",), ("FR",), kinds=("eu.art28",))
PROFILES = (
    HERE,
    replace(HERE, kinds=("eu.art28", "eu.scc-m1")),
    replace(HERE, site="DE", developer="US"),
    replace(HERE, site="US", operator="US", dpf=True, licence="other"),
    replace(HERE, kinds=(), own=True, family="unstated", licence="unstated"),
)

DECEIVING = (
    # a set equals another only as a whole
    'resource.kinds == [Comity::Kind::"eu.art28"]',
    'resource.kinds != [Comity::Kind::"eu.art28"]',
    'principal.grounds != [Comity::Ground::"eu.art6.contract"]',
    'principal.uses == [Comity::Use::"chatbot"]',
    # one word, two kinds
    '!(principal.sector in Comity::Purpose::"education")',
    '!(principal.purpose in Comity::Sector::"education")',
    '!(resource.licence in Comity::Family::"unstated")',
    '!(resource.family == Comity::Licence::"unstated")',
    # lists and hierarchy: Germany joins on 1 March
    'Comity::Jurisdiction::"DE" in Comity::Group::"toyland"',
    'Comity::Jurisdiction::"DE" in Comity::Group::"toyland" && principal.controller in Comity::Group::"toyland"',
    '(if resource.dpf then principal.controller else resource.site) in Comity::Group::"toyland"',
    '{a: resource.site}.a in Comity::Group::"toyland"',
    "resource.site in principal.controller",
    "resource.site == principal.controller || resource.developer in resource.operator",
    '[resource.site, principal.controller].contains(Comity::Jurisdiction::"DE")',
    # beyond attributes
    "resource has dpf && resource.dpf",
    "resource is Comity::Profile && resource.own",
    "context == {}",
    "resource.kinds.isEmpty()",
    "resource.dpf == resource.own",
    'datetime("2026-01-01") < datetime("2027-01-01") && resource.own',
)


def _epochs(body: str) -> list[Epoch]:
    """Of the same rule before and after a list changes; they share precedents."""
    head = f'@id("toy/1") @from("2026-01-01") @until("2026-12-31") {toy.NOTES.format(n=1)}'
    rule = f'{head} forbid (principal, action == Comity::Action::"place", resource) when {{ {body} }};'
    pack, shared = toy.pack(rules_cedar=rule), Precedents()
    assert not list(ill_formed(pack, WORDS, SCHEMA.text)), "no pack may have it anyway"
    days = (date(2026, 2, 1), date(2026, 4, 1), date(2026, 2, 1))
    instants = [int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000) for day in days]
    return [Epoch((pack,), SCHEMA, at, lambda _: UTC, precedents=shared) for at in instants]


@pytest.mark.parametrize("body", DECEIVING)
def test_what_is_kept_is_what_the_engine_says(body: str) -> None:
    differing = set()
    for law in _epochs(body):
        policies = Policies("place", law.rules.values())
        for case in CASES:
            for profile in PROFILES:  # each in a hearing of its own, which has precedents alone in common with others
                found = Hearing(law, WORDS, (profile,)).findings(case, case.controller, False)[profile]
                entities, names = profile_entities((profile,))
                stated = case_entities(
                    case, WORDS.close(case.data), WORDS.before(case.placed), case.controller, public=False
                )
                (said,) = law.world.with_(entities).with_(stated).ask(policies, CASE, names)
                assert found.forbids == said.rules and not found.erred, (case, profile)
                differing.add(said.rules)
    assert differing  # every rule was asked


def test_what_an_attribute_is_stands_in_the_schema() -> None:
    """The kinds by which names are held to answer are those of facts.cedarschema; else they answer nothing."""
    stated = dict(re.findall(r"^    (\w+): ([\w<>]+),", schema_text(), re.MULTILINE))
    within = {"Jurisdiction", "Subjects", "Output", "Control", "Presence", "Data"}
    assert {name for name, kind in stated.items() if kind in within} == set(_WITHIN)
    assert {name: kind[4:-1] for name, kind in stated.items() if kind.startswith("Set<")} == _MANY
    assert {name: kind for name, kind in stated.items() if kind not in {*within, "Bool"} and kind[:4] != "Set<"} == _ONE
