"""The guides on law say what the commands print."""

from __future__ import annotations

import shlex

import pytest

from comity.cli.main import main
from tests.docs.blocks import Block, blocks
from tests.tidy.tree import ROOT


def pairs() -> list[tuple[str, list[str]]]:
    """Each command of the guides, and the lines that its output has."""
    found: list[tuple[str, list[str]]] = []
    for page in ("docs/guides/explain.md", "docs/guides/law-diff.md"):
        last: Block | None = None
        for block in blocks(page):
            if block.language == "text" and last is not None:
                found.append((last.text.strip(), block.text.splitlines()))
            last = block if block.language == "sh" else None
    return found


def test_there_are_commands_to_try() -> None:
    assert len(pairs()) >= 4


@pytest.mark.parametrize(("command", "lines"), pairs())
def test_a_command_prints_what_the_guide_shows(
    command: str, lines: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(shlex.split(command)[1:]) in (0, 1)
    said = capsys.readouterr().out
    assert not [line for line in lines if line.strip() not in said]
