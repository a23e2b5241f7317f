"""`comity law diff` and `comity law test FILE`, as a person runs them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from comity.adapters.packs import SHIPPED
from comity.cli.main import main


def diff(*words: str, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    assert main(["law", "diff", *words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_the_second_of_december_2026_brings_two_bans_and_ends_a_grace(capsys: pytest.CaptureFixture[str]) -> None:
    found = diff("--from", "2026-12-01", "--to", "2026-12-03", capsys=capsys)
    moved = [(each["day"], each["begins"], each["name"], each["cite"]) for each in found["movements"]]  # type: ignore[attr-defined]
    assert {name.partition("/")[0] for _, _, name, _ in moved} == {"eu.aia"}
    assert {day for day, _, _, _ in moved} == {"2026-12-02"} and all(begins for _, begins, _, _ in moved)
    cites = sorted(cite for _, _, _, cite in moved)
    assert cites == [
        "Art. 5(1)(ba), 5(1)(bb), 5(1a)(a)(ii); 113(a)",
        "Art. 5(1)(ba), 5(1a), 5(1b); 113(a)",
        "Art. 5(1)(bb), 5(1a); 113(a)",
        "Art. 50(2), 111(4)",
    ]
    assert not found["changes"] and not found["cases"] and not found["alterations"]
    assert main(["law", "diff", "--from", "2026-12-01", "--to", "2026-12-03"]) == 0
    assert "The grace of Art. 111(4) has ended" in capsys.readouterr().out


def test_a_quiet_week_says_that_nothing_moves(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["law", "diff", "--from", "2026-11-24", "--to", "2026-11-25"]) == 0
    assert "nothing begins and nothing ends" in capsys.readouterr().out


def test_a_date_moves_what_applications_meet(stack_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--from", "2025-12-31", "--to", "2026-01-01", "-c", str(stack_file)]
    found = diff(*words, capsys=capsys)
    assert [each["name"] for each in found["movements"]] == ["toy/1"]  # type: ignore[attr-defined]
    changed = {(each["who"], each["deployment"]): each for each in found["changes"]}  # type: ignore[attr-defined]
    desk = changed["desk", "nairobi-m"]
    assert desk["verdict"] == ["forbid", "forbid"]  # nobody covers Kenya, before and after
    assert desk["forbids"] == {"only_left": [], "only_right": ["toy/1"]}
    compared = found["compared"]
    assert compared["applications"] == ["desk", "shadow"] and compared["additions"]["data"] == ["personal"]  # type: ignore[index]
    assert main(["law", "diff", *words]) == 0
    said = capsys.readouterr().out
    assert "compared: " in said and "now forbidden by toy/1" in said


def test_a_version_without_its_exception_is_told_by_rule_and_by_case(
    stack_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = stack_file.parent / "packs" / "toy"
    new = tmp_path / "new" / "toy"
    shutil.copytree(old, new)
    rules = new / "rules.cedar"
    rules.write_text(rules.read_text().partition("unless")[0] + ";")
    (new / "cases.yaml").write_text(
        (old / "cases.yaml").read_text()
        + """
- says: abroad, under contract
  on: 2026-02-01
  case: {controller: FR, subjects: [FR], data: [health], purpose: general}
  at: {site: US, operator: US, kinds: [eu.art28]}
  verdict: permit
"""
    )
    found = diff(str(old), str(new), "-c", str(stack_file), capsys=capsys)
    assert found["alterations"] == [{"pack": "toy", "name": "toy/1", "how": "changed", "details": ["text"]}]
    assert [each["who"] for each in found["cases"]] == ["toy: abroad, under contract"]  # type: ignore[attr-defined]
    (desk,) = [each for each in found["changes"] if each["who"] == "desk" and "infer, as registered" in each["classes"]]  # type: ignore[attr-defined]
    assert desk["deployment"] == "virginia-m" and desk["verdict"] == ["permit", "forbid"]


def test_two_stack_files_are_compared_pair_by_pair(stack_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = stack_file.with_name("other.yaml")
    other.write_text(stack_file.read_text().replace("kinds: [eu.art28]", "kinds: [eu.scc-m2]"))
    found = diff(str(stack_file), str(other), capsys=capsys)
    pairs = {(each["deployment"], *each["verdict"]) for each in found["changes"]}  # type: ignore[attr-defined]
    assert ("virginia-m", "permit", "forbid") in pairs and {pair[0] for pair in pairs} == {"virginia-m"}
    assert diff(str(stack_file), str(stack_file), capsys=capsys)["changes"] == []


@pytest.mark.parametrize(
    "words",
    [[], ["--from", "2026-01-01"], ["packs"], ["--from", "soon", "--to", "2026-01-01"], ["/nowhere", "/nowhere"]],
)
def test_half_a_question_is_none(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        assert main(["law", "diff", *words]) in (1, 2)
    except SystemExit as exit_:
        assert exit_.code == 2
    assert capsys.readouterr().err


CASES = """
- says: Kenya without anything
  on: 2026-11-23
  trap: true
  case: {controller: FR, subjects: [FR], data: [personal], purpose: general, grounds: [eu.art6.contract]}
  at: {site: KE, operator: FR, kinds: [eu.art28]}
  verdict: forbid
  rules: [eu.gdpr/44-site]
"""


def test_a_file_of_cases_is_run_before_the_packs_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(CASES)
    assert main(["law", "test", str(file), "--law", "eu.gdpr,in.dpdp"]) == 0
    assert "1 case: all hold" in capsys.readouterr().out
    file.write_text(CASES.replace("rules: [eu.gdpr/44-site]", "rules: []"))
    assert main(["law", "test", str(file), "--law", "eu.gdpr", "--json"]) == 1
    (trial,) = json.loads(capsys.readouterr().out)
    assert "eu.gdpr/44-site fires and was not expected" in trial["problems"][0]
    file.write_text("- nonsense")
    assert main(["law", "test", str(file)]) == 1


def test_law_test_prints_rules_and_dates(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["law", "test", str(SHIPPED / "in.rbi")]) == 0
    said = capsys.readouterr().out
    assert "fires in" in said and "dates tried on both sides" in said and "traps" in said
