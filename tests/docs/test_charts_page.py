"""The reference of charts: its code makes the text that stands beside it, and its pictures (tests/charts) too."""

from __future__ import annotations

from typing import Any

from tests.charts.golden import PAGE, shown
from tests.docs.blocks import blocks


def test_each_chart_says_what_the_page_says() -> None:
    twins = [block.text for block in blocks(PAGE) if block.language == "text"]
    assert [f"{chart.text}\n" for chart in shown().values()] == twins
    assert len(twins) == 9


def test_the_last_block_makes_a_page() -> None:
    names: dict[str, Any] = {}
    exec([block.text for block in blocks(PAGE) if block.language == "python"][-1], names)
    assert names["html"].startswith("<!doctype html>")
