"""What the guide on detectors shows is so: its stack file, its command, its table of what they reach."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from comity.cli.main import main
from comity.detect.identifiers import LETTERED, NUMBERS
from comity.stack.types import Stack
from tests.docs.blocks import blocks
from tests.tidy.tree import ROOT

GUIDE = "docs/guides/detect.md"
TEXT = "The patient gave 784-1985-1234567-3 and asked for a copy at sara@example.com"


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """The example stack with what the guide adds to it."""
    shown, _ = [block.text for block in blocks(GUIDE) if block.language == "yaml"]
    floor, application = shown.splitlines()[0], shown.splitlines()[2]
    example = (ROOT / "examples/hospital.yaml").read_text("utf-8")
    begins = application.partition("{controller")[0]
    lines = [
        line.rstrip()[:-1] + ", detect: [contact, identifiers, language]}" if line.startswith(begins) else line
        for line in example.splitlines()
    ]
    file = tmp_path / "comity.yaml"
    file.write_text("\n".join([*lines, floor]) + "\n", "utf-8")
    (tmp_path / "request.json").write_text(json.dumps({"messages": [{"role": "user", "content": TEXT}]}))
    return file


def test_explain_says_what_would_be_found(
    stack: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(stack.parent)
    asked = ["explain", "-c", "comity.yaml", "--app", "triage", "--text", "request.json"]
    assert main(asked) == 1
    said = capsys.readouterr().out
    (shown,) = [block.text for block in blocks(GUIDE) if block.language == "text"]
    assert shown.strip().partition(". Found")[2] in said  # the floor looks for credentials besides
    assert "subjects AE, FR" in said and TEXT not in said and "784-1985" not in said
    assert main([*asked, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["detected"]["subjects"] == ["AE"]


def test_what_is_pseudonymised_is_looked_for_and_added(
    stack: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(stack.parent)
    _, shown = [block.text for block in blocks(GUIDE) if block.language == "yaml"]
    key = shown[shown.index("pseudonymise:") : shown.rindex("}")].strip()
    stack.write_text(stack.read_text("utf-8").replace("detect: [contact, identifiers, language]", key), "utf-8")
    assert main(["explain", "-c", "comity.yaml", "--app", "triage", "--text", "request.json"]) == 1
    said = capsys.readouterr().out
    assert "contact (1), identity (1)" in said and "pseudonymous" in said


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (["--app", "triage", "--text", "nowhere.json"], "cannot be read"),
        (["--app", "nobody", "--text", "request.json"], "whose detectors"),
        (["--case", "request.json", "--text", "request.json"], "whose detectors"),
    ],
)
def test_what_cannot_be_looked_at_is_a_usage_error(
    asked: list[str], says: str, stack: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(stack.parent)
    assert main(["explain", "-c", "comity.yaml", *asked]) == 2
    assert says in capsys.readouterr().err


def test_who_looks_for_nothing_is_told_so(
    stack: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(stack.parent)
    asked = ["explain", "-c", str(ROOT / "examples/hospital.yaml"), "--app", "triage", "--text", "request.json"]
    assert main(asked) == 2
    assert "looks for nothing" in capsys.readouterr().err


def test_the_guide_counts_the_countries() -> None:
    text = (ROOT / GUIDE).read_text("utf-8")
    assert f"{len({row.country for row in (*NUMBERS, *LETTERED)})} countries" in text
    assert "detection" in Stack.__struct_fields__
