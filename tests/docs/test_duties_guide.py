"""What the guide on duties shows is done, in its order."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import yaml

from comity.adapters.stack_files import read_stack_file
from comity.cli.main import main
from tests.docs.blocks import blocks

PAGE = "docs/guides/obligations.md"
STACK = {
    "origin": "test.example/gateway",
    "law": ["eu.gdpr"],
    "gateway": {"site": "own"},
    "parties": {"acme": {"seat": "FR"}, "hexagone": {"seat": "FR"}},
    "agreements": [{"between": ["acme", "hexagone"], "kinds": ["eu.art28"]}],
    "sites": {
        "own": {"jurisdiction": "FR", "operator": "acme"},
        "paris": {"jurisdiction": "FR", "operator": "hexagone"},
    },
    "models": {"small": {"developer": "FR"}},
    "deployments": {"one": {"model": "small", "site": "paris", "url": "https://one.example.com/v1"}},
    "applications": {"desk": {"controller": "acme", "purpose": "general", "data": ["personal"], "subjects": ["FR"]}},
}


def test_every_command_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "comity.yaml"
    file.write_text(yaml.safe_dump(STACK))
    ran = 0
    for block in blocks(PAGE):
        for line in block.text.splitlines() if block.language == "console" else ():
            words = [
                str(next(tmp_path.glob(word))) if "*" in word else word
                for word in shlex.split(line.removeprefix("$ comity "))
            ]
            assert main(words) == 0, line
            ran += 1
            if words[:2] == ["attest", "key"]:  # "the last line goes into the stack file"
                said = capsys.readouterr().out.splitlines()[-1]
                file.write_text(yaml.safe_dump({**STACK, **yaml.safe_load(said), "attest": "required"}))
    assert ran == 6
    stack = read_stack_file(file, None).stack
    assert (len(stack.attested.agreements), len(stack.attested.duties)) == (1, 1)


@pytest.mark.parametrize("text", [block.text for block in blocks(PAGE) if block.language == "yaml"])
def test_every_stack_that_is_shown_is_one(tmp_path: Path, text: str) -> None:
    file = tmp_path / "comity.yaml"
    file.write_text(yaml.safe_dump({**STACK, **yaml.safe_load(text)}))
    assert [str(each) for each in read_stack_file(file, None).problems if each.severity == "error"] == []
    assert not any("is no key" in str(each) for each in read_stack_file(file, None).problems)
