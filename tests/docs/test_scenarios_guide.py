"""What the guide on scenarios shows is done: none of it needs a log."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from comity.cli.main import main
from tests.docs.blocks import blocks
from tests.tidy.tree import ROOT

GUIDE = "docs/guides/scenarios.md"


def test_every_command_says_what_the_guide_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    ran = 0
    for block in blocks(GUIDE):
        for command in block.text.split("$ ")[1:] if block.language == "console" else ():
            line, _, said = command.partition("\n")
            assert main(shlex.split(line)[1:]) == 0, line
            assert capsys.readouterr().out.startswith(said.strip()), line
            ran += 1
    assert ran == 3
    assert "Capacity and demand" in (tmp_path / "hardware-lag.html").read_text("utf-8")


def test_a_model_of_the_future_answers_as_json_with_its_sweep(capsys: pytest.CaptureFixture[str]) -> None:
    file = str(ROOT / "examples/scenarios/hardware-lag.yaml")
    assert main(["replay", "--scenario", file, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["outlook"]["kind"] == "hardware-lag" and len(said["swept"]["points"]) == 4


def test_a_scenario_that_changes_the_world_still_wants_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "--scenario", str(ROOT / "examples/scenarios/dpf-invalidated.yaml")]) == 2
    assert "which log?" in capsys.readouterr().err


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_figure_of_others_is_credited_wherever_it_is_used(
    form: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(ROOT / "examples/scenarios/political-fragility.yaml")
    assert main(["replay", "--scenario", file, *form]) == 0
    said = capsys.readouterr().out
    assert "Source: Tracxn, data to 2 March 2026" in said and "669 days to award" in said
