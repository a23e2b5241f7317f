"""`comity prove`, and the claims of a stack file before `comity check`, as a person runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from comity.cli.main import main

HOLDS = "never data:personal subjects:KE"
BREAKS = "never data:health at jurisdiction:US"


def test_what_holds_says_in_what_and_over_how_much(stack_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prove", "-c", str(stack_file), HOLDS, "--as-of", "2026-11-23"]) == 0
    said = capsys.readouterr().out
    assert f"HOLDS in the encoded rules: {HOLDS}" in said
    assert "on 2026-11-23, and as long as this law and this stack stay" in said
    assert "none was left out" in said
    assert "1 rule, of which counsel has reviewed 0" in said
    assert said.count("Not legal advice") == 1


def test_what_breaks_is_a_case_that_explain_takes(
    stack_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = tmp_path / "case.json"
    assert main(["prove", "-c", str(stack_file), BREAKS, "--save", str(case)]) == 1
    said = capsys.readouterr().out
    assert f"DOES NOT HOLD: {BREAKS}" in said
    assert "a case of agency is permitted at virginia-m, processed in US (United States)" in said
    assert main(["explain", "-c", str(stack_file), "--case", str(case), "--json"]) == 0
    explained = json.loads(capsys.readouterr().out)
    verdicts = {each["deployment"]: each["verdict"] for each in explained["deployments"]}
    assert verdicts["virginia-m"] == "permit"
    shown = said.split("`comity explain --case FILE`:")[1].split("A proof speaks")[0]
    assert yaml.safe_load(shown) == json.loads(case.read_text())  # what is printed is that case too


def test_json_has_the_exact_number_of_cases(stack_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prove", "-c", str(stack_file), HOLDS, BREAKS, "--json"]) == 1
    held, broken = json.loads(capsys.readouterr().out)
    assert held["holds"] and not broken["holds"]
    assert int(held["cases"]) > 10**100
    assert held["rules"] == ["toy/1"]
    assert broken["counterexample"]["deployment"] == "virginia-m"
    assert broken["counterexample"]["case"]["data"] == ["health"]


def test_no_claim_is_a_usage_error_and_says_where(stack_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prove", "-c", str(stack_file), "never data:helth"]) == 2
    assert "at character 7: no word of data 'helth'; did you mean health?" in capsys.readouterr().err
    assert main(["prove", "-c", str(stack_file)]) == 2
    assert "--all" in capsys.readouterr().err


def test_claims_of_the_stack_file_are_checked_and_proven(stack_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = stack_file.read_text()
    stack_file.write_text(f"{text}claims:\n  - {HOLDS}\n")
    main(["check", "-c", str(stack_file)])
    assert "claims[" not in capsys.readouterr().out
    assert main(["prove", "-c", str(stack_file), "--all"]) == 0
    assert HOLDS in capsys.readouterr().out
    stack_file.write_text(f"{text}claims:\n  - {HOLDS}\n  - {BREAKS}\n  - never data:helth\n")
    assert main(["check", "-c", str(stack_file)]) == 1
    said = capsys.readouterr().out
    assert "claims[1]: does not hold: on " in said
    assert f"comity.yaml:{len(text.splitlines()) + 3}:" in said  # its line
    assert "claims[2]: at character 7: no word of data 'helth'; did you mean health?" in said
