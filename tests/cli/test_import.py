"""`comity import litellm`: where the draft goes, and what is said about it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from comity.adapters.imports.litellm import draft
from comity.cli.main import main

CONFIG = """\
model_list:
  - model_name: gpt-4o
    litellm_params:
      model: openai/gpt-4o
      api_key: sk-0123456789
litellm_settings:
  drop_params: true
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A small configuration with a key in the clear."""
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG)
    return path


def test_the_draft_goes_to_a_new_file_and_the_report_to_the_terminal(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft_file = config.with_name("comity.yaml")
    assert main(["import", "litellm", str(config), "-o", str(draft_file)]) == 0
    said = capsys.readouterr()
    assert draft_file.read_text() == draft(CONFIG.encode(), "").text
    assert said.err == "" and "sk-0123456789" not in said.out
    assert f"{config}:5: model_list[0].litellm_params.api_key: a secret in the clear" in said.out
    assert f"{config}:7: litellm_settings.drop_params:" in said.out
    assert f"{draft_file}:4: origin:" in said.out
    assert main(["check", "-c", str(draft_file)]) == 1
    assert "origin: not filled in" in capsys.readouterr().out


def test_a_file_that_is_there_is_left_alone(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = config.with_name("comity.yaml")
    kept.write_text("filled in by counsel")
    assert main(["import", "litellm", str(config), "-o", str(kept)]) == 2
    assert kept.read_text() == "filled in by counsel"
    assert "never overwritten" in capsys.readouterr().err


def test_without_a_file_the_draft_alone_is_on_standard_output(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "litellm", str(config)]) == 0
    said = capsys.readouterr()
    assert said.out == draft(CONFIG.encode(), "").text
    assert "Not carried over:" in said.err and "To be filled in" in said.err


@pytest.mark.parametrize("to_file", [True, False])
def test_json(config: Path, capsys: pytest.CaptureFixture[str], to_file: bool) -> None:
    output = ["-o", str(config.with_name("comity.yaml"))] if to_file else []
    assert main(["import", "litellm", str(config), "--json", *output]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {finding["kind"] for finding in document["findings"]} == {"secret", "lost"}
    assert document["blanks"][0]["where"] == "origin"
    assert ("stack" in document) != to_file


@pytest.mark.parametrize("text", [None, "- 1", "a: [", "x" * ((1 << 20) + 1)])
def test_what_cannot_be_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None) -> None:
    path = tmp_path / "config.yaml"
    if text is not None:
        path.write_text(text)
    assert main(["import", "litellm", str(path), "-o", str(tmp_path / "comity.yaml")]) == 1
    assert str(path) in capsys.readouterr().err
    assert not (tmp_path / "comity.yaml").exists()
