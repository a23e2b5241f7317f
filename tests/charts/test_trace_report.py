"""The trace's 19,366 requests, replayed under scenarios, each report opened in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bench.made import log

from comity.cli.main import main
from tests.charts.browser import (
    Opened,
    chromium,
    cut_words,
    opened,
    overlapping,
    printed,
    too_wide,
    violations,
    wanted,
)
from tests.tidy.tree import ROOT

LOST = "us-compulsion-barred"
SCENARIOS = ("dpf-invalidated", LOST, "hyperscaler-gone")


def test_the_report_of_one_scenario(tmp_path: Path) -> None:
    """Of the one in which something is lost: it has every section."""
    wanted()
    # the browser's driver has an event loop of its own, which the log's cannot join: so reports come first
    (file,) = _reports(tmp_path, LOST)
    with chromium() as browser, opened(browser, file, "light") as found:
        _looks_well(found)
        assert violations(found.page) == []
        assert len(printed(found.page)) > 3


@pytest.mark.long
def test_reports_of_three_scenarios(tmp_path: Path) -> None:
    wanted()
    files = _reports(tmp_path, *SCENARIOS)
    assert "0.7 % go to another deployment" in files[0].read_text("utf-8")  # two agreements have the framework alone
    with chromium() as browser:
        for file in files:
            with opened(browser, file, "dark" if file is files[0] else "light") as found:
                _looks_well(found)
                assert violations(found.page) == []


def _looks_well(found: Opened) -> None:
    assert found.asked == [] and found.said == []
    assert "assigned, not observed" in found.page.inner_text("header")
    assert too_wide(found.page) == [] and cut_words(found.page) == [] and overlapping(found.page) == []


def _reports(folder: Path, *scenarios: str) -> list[Path]:
    trace = folder / "trace.log"
    assert log.write(trace) == 19_366
    files = [folder / f"{name}.html" for name in scenarios]
    for name, file in zip(scenarios, files, strict=True):
        told = ROOT / "examples/scenarios" / f"{name}.yaml"
        assert main(["replay", "--log", str(trace), "--scenario", str(told), "--html", str(file)]) == 0
        assert _requests(file) == 19_366
    return files


def _requests(file: Path) -> int:
    """The sum over the table of outcomes by application, in which every request is once."""
    _, _, rest = file.read_text("utf-8").partition("<figcaption>By application</figcaption>")
    rows = re.findall(r'</th><td class="number">([\d,]+)</td>', rest.partition("</details>")[0])
    return sum(int(row.replace(",", "")) for row in rows)
