"""The dashboard asks for nothing that a gateway does not export."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from comity.testing.gateway import Gateway
from tests.deploy.test_ready import STACK
from tests.tidy.tree import ROOT

DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "comity.json").read_text())
PARTS = ("_bucket", "_sum", "_count")  # of a histogram


def _panels() -> list[dict[str, Any]]:
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def _expressions() -> list[str]:
    return [target["expr"] for panel in _panels() for target in panel["targets"]]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every metric that a real gateway has, and its kind."""

    async def scraped(folder: Path) -> str:
        (folder / "comity.yaml").write_text(STACK)
        async with Gateway(folder / "comity.yaml") as gateway:
            status, _, body = await gateway.get("/metrics")
            assert status == 200
            return body.decode()

    text = asyncio.run(scraped(tmp_path_factory.mktemp("gateway")))
    return dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))


def test_every_metric_of_the_dashboard_is_exported(exported: dict[str, str]) -> None:
    asked = {name for expression in _expressions() for name in re.findall(r"comity_[a-z_]+", expression)}
    whole = {f"{name}{part}" for name, kind in exported.items() if kind == "histogram" for part in PARTS}
    plain = {name for name, kind in exported.items() if kind != "histogram"}
    assert asked and asked <= whole | plain, asked - whole - plain


def test_what_only_grows_is_asked_for_its_rate(exported: dict[str, str]) -> None:
    counters = {name for name, kind in exported.items() if kind == "counter"}
    for expression in _expressions():
        for name in counters & set(re.findall(r"comity_[a-z_]+", expression)):
            assert re.search(rf"(rate|increase)\({name}\b", expression), expression


def test_the_list_of_gateways_comes_from_a_metric_that_is_exported(exported: dict[str, str]) -> None:
    (asked,) = (each["query"]["query"] for each in DASHBOARD["templating"]["list"] if each["type"] == "query")
    assert set(re.findall(r"comity_[a-z_]+", asked)) <= exported.keys()


def test_it_can_be_imported_anywhere() -> None:
    """No source or address of ours; ids and titles once each; panels beside each other, not on each other."""
    text = json.dumps(DASHBOARD)
    assert "http" not in text
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    assert {panel["datasource"]["uid"] for panel in _panels()} == {"${source}"}
    cells: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        own = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24 and not own & cells, panel["title"]
        cells |= own


def test_every_panel_says_what_it_shows() -> None:
    for panel in _panels():
        assert panel["title"] and panel["description"].endswith(".")
        assert all(re.search(r'instance=~"\$instance"', target["expr"]) for target in panel["targets"])
