"""What the guides on keys, limits and tokens show is taken as it stands."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import msgspec
import pytest
import yaml

from comity.adapters.stack_files import read_stack_file
from comity.api.admin_keys import NewKey, conflict, fault
from comity.cli.main import main
from tests.docs.blocks import blocks
from tests.docs.test_operating_guides import STACK

ENVIRONMENT = {"CONTROL_STATE_URL": "postgresql://comity:hush@db.example:5432/comity"}


@pytest.mark.parametrize("page", ["docs/guides/tenancy.md", "docs/guides/oidc.md"])
def test_every_stack_that_is_shown_is_read(tmp_path: Path, page: str) -> None:
    for block in blocks(page):
        if block.language == "yaml":
            file = tmp_path / "comity.yaml"
            file.write_text(yaml.safe_dump({**STACK, **yaml.safe_load(block.text)}))
            read = read_stack_file(file, ENVIRONMENT)
            assert [str(problem) for problem in read.problems if problem.severity == "error"] == []


def test_every_command_that_is_shown_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (stack, *_) = (block.text for block in blocks("docs/guides/tenancy.md") if block.language == "yaml")
    Path("comity.yaml").write_text(yaml.safe_dump({**STACK, **yaml.safe_load(stack)}))
    commands = [b.text for b in blocks("docs/guides/tenancy.md") if b.language == "sh"]
    for line in "".join(commands).splitlines():
        assert main(shlex.split(line)[1:]) == 0, line


def test_the_key_that_is_shown_can_be_made(tmp_path: Path) -> None:
    (text,) = (block.text for block in blocks("docs/reference/admin-api.md") if block.language == "json")
    file = tmp_path / "comity.yaml"
    file.write_text(yaml.safe_dump(STACK))
    wanted = msgspec.json.decode(json.dumps(json.loads(text)), type=NewKey)
    assert fault(wanted) == conflict(wanted, read_stack_file(file, {}).stack, 1_795_000_000_000) == ""
