"""A pack is used whole or not at all: each way of breaking one is named."""

from __future__ import annotations

import pytest

from comity.law.cedar import parse_rules
from comity.law.pack import read_pack
from tests.law import toy


def problems_of(**changed: str) -> str:
    read, problems = read_pack("toy", toy.files(**changed), parse_rules)
    if read is not None:
        problems = toy.trial(**changed).problems
    return "\n".join(map(str, problems))


def test_the_toy_pack_holds() -> None:
    trial = toy.trial()
    assert not trial.problems
    assert [(rule.rule, rule.fires, rule.silent) for rule in trial.rules] == [("toy/1", 4, 1)]


BROKEN = {
    "not cedar": (toy.RULES.replace("forbid (", "forbit ("), "does not parse"),
    "no id": (toy.RULES.replace('@id("toy/1")', ""), "no @id"),
    "foreign id": (toy.RULES.replace("toy/1", "eu.gdpr/1"), "@id must begin with toy/"),
    "no citation": (toy.RULES.replace('@cite("s.1")', ""), "toy/1: @cite is missing"),
    "no basis": (toy.RULES.replace('@basis("statute")', ""), "toy/1: @basis is missing"),
    "prudence dressed up": (toy.RULES.replace('"statute"', '"law"'), "@basis is 'law'"),
    "no remedy": (toy.RULES.replace('@remedy("keep them home")', ""), "@remedy is missing"),
    "no date": (toy.RULES.replace('@from("2026-01-01")', '@from("soon")'), "@from is 'soon'"),
    "misspelled annotation": (toy.RULES.replace("@remedy", "@remedi"), "@remedi is not an annotation"),
    "a permit": (
        toy.RULES.replace("forbid (", "permit ("),
        "@kind prohibit must be a forbid on the action place",
    ),
    "twice": (toy.RULES + toy.RULES, "stands twice"),
    "wrong attribute": (toy.RULES.replace("resource.site", "resource.place"), "place"),
    "misspelled word": (toy.RULES.replace("eu.art28", "eu.art82"), "eu.art82"),
    "misspelled class": (toy.RULES.replace('"personal"', '"persnal"'), "persnal"),
    "unknown group": (toy.RULES.replace('"toyland"', '"toyworld"'), "no group toyworld"),
    "unknown place": (
        toy.RULES.replace('Comity::Group::"toyland") }', 'Comity::Jurisdiction::"QZ") }'),
        "no jurisdiction QZ",
    ),
    "a header could switch it off": (
        toy.RULES.replace("unless {", 'unless { principal.data in Comity::DataClass::"pseudonymous" ||'),
        "a header that adds to it could switch the rule off",
    ),
    "negated subjects": (
        toy.RULES.replace(
            'principal.subjects in Comity::Group::"toyland"', '!(principal.subjects in Comity::Group::"toyland")'
        ),
        "a header that adds to it could switch the rule off",
    ),
    "compared, not contained": (
        toy.RULES.replace('principal.data in Comity::DataClass::"personal"', "principal.data == principal.data"),
        "only `in` keeps the promise",
    ),
    "one candidate by name": (
        toy.RULES.replace("resource.kinds", 'resource == Comity::Profile::"p0" || resource.kinds'),
        "Comity::Profile 'p0' is made anew for each question",
    ),
    "a head that narrows": (
        toy.RULES.replace('"place", resource)', '"place", resource == Comity::Profile::"p0")'),
        "its head narrows resource",
    ),
    # The engine descends on the machine's stack; where that ends, the process would.
    "nested without end": (
        toy.RULES.replace("resource.kinds", "(" * 5_000 + "resource.own" + ")" * 5_000 + " || resource.kinds"),
        "a policy of more than 800 tokens",
    ),
    "chained without end": (
        toy.RULES.replace("resource.kinds", "resource.own || " * 5_000 + "resource.kinds"),
        "a policy of more than 800 tokens",
    ),
    "deeper than the engine reads": (
        toy.RULES.replace("resource.kinds", "resource.own || " * 100 + "resource.kinds"),
        "cannot be compiled",
    ),
    "ends before it begins": (toy.RULES.replace("2026-06-30", "2025-06-30"), "lies before @from"),
    "unless dropped, so a case moves": (toy.RULES.split("unless")[0] + ";", None),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_named(name: str) -> None:
    rules, expected = BROKEN[name]
    cases = toy.CASES
    if expected is None:  # a case that the dropped derogation decides
        cases += """
- says: under contract
  on: 2026-02-01
  case: {controller: FR, subjects: [FR], data: [health], purpose: general}
  at: {site: US, operator: US, kinds: [eu.art28]}
  verdict: permit
"""
        assert not problems_of(cases_yaml=cases)
        expected = "'under contract': rules: toy/1 fires and was not expected"
    assert expected in problems_of(rules_cedar=rules, cases_yaml=cases)


def test_a_rule_that_no_case_fires_is_refused() -> None:
    assert "toy/1 fires in no case" in problems_of(
        cases_yaml=toy.CASES[toy.CASES.index("- says: Germany since") : toy.CASES.index("- says: the last day")]
    )


def test_a_rule_that_is_never_silent_is_refused() -> None:
    assert "keeps silent in no case" in problems_of(cases_yaml=toy.CASES[: toy.CASES.index("- says: Germany since")])


def test_a_case_with_an_unknown_word_is_named() -> None:
    assert "helth" in problems_of(cases_yaml=toy.CASES.replace("data: [health]", "data: [helth]", 1))


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (toy.LISTS.replace("  toyland:", "  KE:"), "lists.yaml: KE is a jurisdiction"),
        (toy.LISTS.replace("from: 2026-03-01", "from: 2026-03-01, until: 2026-02-01"), "before it begins"),
        (toy.LISTS.replace("member: DE", "member: ZZ"), "lists.yaml: toyland has ZZ"),
    ],
)
def test_a_broken_list_is_named(changed: str, expected: str) -> None:
    assert expected in problems_of(lists_yaml=changed)


@pytest.mark.parametrize("name", ["comity", "Toy", "../toy", ""])
def test_a_name_that_is_no_packs_is_refused(name: str) -> None:
    """Rules of the house are named comity/…: a pack of that name could stand in their place."""
    read, problems = read_pack(name, toy.files(), parse_rules)
    assert read is None
    assert "is no name for a pack" in str(problems[0])


@pytest.mark.parametrize("file", ["rules.cedar", "lists.yaml", "coverage.yaml", "cases.yaml", "SOURCES.md"])
def test_a_missing_file_is_named(file: str) -> None:
    held = toy.files()
    del held[file]
    read, problems = read_pack("toy", held, parse_rules)
    assert read is None
    assert f"toy/{file}" in str(problems[0])


def test_all_problems_come_at_once() -> None:
    rules = toy.RULES.replace('@cite("s.1")', "").replace('@basis("statute")', "").replace("@until", "@untill")
    found = problems_of(rules_cedar=rules, lists_yaml="groups: [", coverage_yaml="pack: toy")
    for expected in ("@cite", "@basis", "@untill", "lists.yaml", "coverage.yaml"):
        assert expected in found
