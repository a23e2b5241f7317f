"""The ten scenarios that ship: all of them are read, say where their figures come from, and answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.adapters.scenario_files import read_scenario_file
from comity.posture.futures import FUTURES, outlook
from tests.tidy.tree import ROOT

FILES = sorted((ROOT / "examples/scenarios").glob("*.yaml"))
NAMED = {
    "cost-curve-collapse",
    "open-source-convergence",
    "hardware-lag",
    "political-fragility",
    "dpf-invalidated",
    "us-compulsion-barred",
    "weights-controlled-overnight",
    "hyperscaler-gone",
    "taiwan-supply-stopped",
    "grid-five-years-late",
}


def test_the_ten_are_there() -> None:
    assert {file.stem for file in FILES} == NAMED


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_shipped_scenario_is_read_and_answers(file: Path) -> None:
    scenario = read_scenario_file(file, FUTURES).scenario
    assert scenario is not None and scenario.scenario == file.stem
    assert len(scenario.reading) > 200
    assert scenario.sources and all(each.figure and each.source for each in scenario.sources)
    assert all(
        each.url
        for each in scenario.sources
        if each.checked == "primary" and "reckoned" not in each.source and "prudent" not in each.source
    )
    for each in scenario.sources:
        made = "assumption" in each.source or "made up" in each.source
        assert (each.checked == "assumed") == made, each.figure
        assert "Tracxn" not in each.source or each.source.startswith("Source: Tracxn, data to 2 March 2026")
    if scenario.future is not None:
        found = outlook(scenario.future)
        assert found.headline and found.figures and found.plots
    else:
        assert scenario.changes


def test_the_guide_has_them_all() -> None:
    guide = (ROOT / "docs/guides/scenarios.md").read_text("utf-8")
    assert all(f"| `{name}` |" in guide for name in NAMED)
    assert all(f"**`{kind}`.**" in guide for kind in FUTURES)
