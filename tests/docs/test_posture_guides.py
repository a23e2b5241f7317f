"""What the pages on scores and on the atlas show is done, and their tables are those of the code."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from comity.adapters.atlas_imports import KINDS
from comity.cli.main import main
from comity.posture.atlas.grading import THRESHOLDS
from comity.posture.atlas.reading import read_atlas
from comity.posture.scores.seal import OBJECTIVES
from tests.adapters.atlas_imports import exports
from tests.docs.blocks import blocks
from tests.tidy.tree import ROOT

PAGES = {"docs/concepts/scores.md": 2, "docs/guides/atlas.md": 4}


@pytest.mark.parametrize(("page", "commands"), PAGES.items())
def test_every_command_is_run(
    page: str, commands: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "gpu_clusters.csv").write_text(exports.EPOCH_CLUSTERS)
    (tmp_path / "rounds.xlsx").write_text(exports.CRUNCHBASE)  # the name says nothing: it is read as what it is
    ran = 0
    for block in blocks(page):
        for command in block.text.split("$ ")[1:] if block.language == "console" else ():
            line, _, said = command.partition("\n")
            assert main(shlex.split(line)[1:]) == 0, line
            assert capsys.readouterr().out.startswith(said.strip()), line
            ran += 1
    assert ran == commands


def test_the_atlas_of_the_guide_is_one() -> None:
    (text,) = (block.text for block in blocks("docs/guides/atlas.md") if block.language == "yaml")
    read = read_atlas(text.encode(), "mine.yaml")
    assert read.atlas is not None and not read.problems


def test_the_tables_are_those_of_the_code() -> None:
    guide = (ROOT / "docs/guides/atlas.md").read_text("utf-8")
    for (layer, measure), (credible, dense) in THRESHOLDS.items():
        (row,) = (line for line in guide.splitlines() if line.startswith(f"| `{measure}` |"))
        assert f"| {credible:,f} |" in row and f"{dense:,f}" in row and layer in row
    for kind in KINDS.values():
        assert kind.title.partition(",")[0].removesuffix(" list") in guide
    scores = (ROOT / "docs/concepts/scores.md").read_text("utf-8")
    assert all(f"| {objective} |" in scores for objective in OBJECTIVES)
