"""What the guide on audits shows: its stack files are stack files, its commands are commands, its odds are told."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import yaml

from comity.adapters.stack_files import read_stack_file
from comity.cli.main import main, parser
from tests.docs.blocks import blocks

PAGE = "docs/guides/audit-content.md"
STACK = {
    "origin": "test.example/gateway",
    "law": [],
    "gateway": {"site": "own"},
    "parties": {"acme": {"seat": "FR"}},
    "sites": {name: {"jurisdiction": "FR", "operator": "acme"} for name in ("own", "paris")},
    "models": {"civic-tiny": {"developer": "FR"}},
    "deployments": {"one": {"model": "civic-tiny", "site": "paris", "url": "https://one.example.com/v1"}},
    "applications": {"desk": {"controller": "acme", "purpose": "general", "data": [], "subjects": ["FR"]}},
}


@pytest.mark.parametrize("text", [block.text for block in blocks(PAGE) if block.language == "yaml"])
def test_every_stack_that_is_shown_is_one(tmp_path: Path, text: str) -> None:
    file = tmp_path / "comity.yaml"
    file.write_text(yaml.safe_dump({**STACK, **yaml.safe_load(text)}))
    assert [str(each) for each in read_stack_file(file, None).problems] == []


def test_every_command_is_one() -> None:
    """`tests/cli/test_audit.py` runs them in this order, on a gateway whose deployment lies."""
    verbs = []
    for block in blocks(PAGE):
        for line in block.text.splitlines() if block.language == "sh" else ():
            words = shlex.split(line.partition("|")[0].removeprefix("comity "))
            parser(words[0]).parse_args(words)
            verbs.append(words[1])
    assert verbs == ["new", "commit", "draw", "reveal", "check", "run"]


def test_the_odds_are_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = (block for block in blocks(PAGE) if block.language == "console")
    command, _, expected = block.text.partition("\n")
    assert main(shlex.split(command.removeprefix("$ comity "))) == 0
    assert capsys.readouterr().out == expected
