"""The pages on replay, on a first look and on scenario files say what is so."""

from __future__ import annotations

import shlex

import pytest

from comity.cli.main import main, parser
from comity.cli.replay_told import SAID
from comity.posture.replay.report import OUTCOMES, Report
from comity.posture.scenario.read import KEYS, read_scenario
from comity.posture.scenario.types import Change, Scenario
from tests.docs.blocks import Block, blocks
from tests.tidy.tree import ROOT


def pairs() -> list[tuple[str, list[str]]]:
    """Each command of the first look, and the lines that its output has."""
    found: list[tuple[str, list[str]]] = []
    last: Block | None = None
    for block in blocks("docs/guides/first-look.md"):
        if block.language == "text" and last is not None:
            found.append((last.text.strip(), block.text.splitlines()))
        last = block if block.language == "sh" else None
    return found


@pytest.mark.parametrize(("command", "lines"), pairs())
def test_a_first_look_prints_what_the_guide_shows(
    command: str, lines: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(shlex.split(command)[1:]) == 0
    said = capsys.readouterr().out
    assert not [line for line in lines if line.strip() not in said]


def test_the_first_look_is_shown() -> None:
    assert len(pairs()) == 3


def test_comity_understands_what_the_guide_types() -> None:
    text = (ROOT / "docs/guides/replay.md").read_text("utf-8")
    typed = [line.strip() for line in text.splitlines() if line.startswith("    comity replay")]
    assert len(typed) == 4
    for line in typed:
        parser("replay").parse_args(shlex.split(line)[1:])


def test_the_parts_of_the_report_are_all_named() -> None:
    text = (ROOT / "docs/guides/replay.md").read_text("utf-8")
    for outcome in OUTCOMES:
        assert f"`{outcome}`" in text
    for part in (
        "total",
        "applications",
        "data",
        "jurisdictions",
        "deployments",
        "rules",
        "causes",
        "repairs",
        "loads",
    ):
        assert part in Report.__struct_fields__ and part in text
    assert set(SAID) == set(OUTCOMES)


def test_the_reference_has_every_key_and_its_examples_are_scenarios() -> None:
    page = "docs/reference/scenario.md"
    text = (ROOT / page).read_text("utf-8")
    for key in KEYS:
        assert f"| `{key}` |" in text
    for name in Scenario.__struct_fields__:
        assert f"`{'from' if name == 'since' else name}`" in text
    assert len(KEYS) == len(Change.__struct_fields__)
    for block in blocks(page):
        reading = read_scenario(block.text.encode(), page)
        assert reading.scenario is not None, [str(each) for each in reading.problems]
