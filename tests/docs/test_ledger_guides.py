"""What the guides on the log's key and on lost disks tell people to type, set and do."""

from __future__ import annotations

import asyncio
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from comity.adapters.ledger import Ledger, shards
from comity.adapters.signer.hsm import read_uri
from comity.adapters.stack_files import read_stack_file
from comity.cli.main import main, parser
from tests.adapters.ledger.writing import ask, opened, run, verified
from tests.docs.blocks import blocks
from tests.docs.test_operating_guides import STACK

PAGES = ("docs/guides/signer.md", "docs/guides/disaster.md", "docs/guides/retention.md")


@pytest.mark.parametrize("page", PAGES)
def test_comity_understands_what_is_typed(page: str) -> None:
    lines = [line for block in blocks(page) if block.language == "sh" for line in block.text.splitlines()]
    lines = [line.partition("#")[0].partition(" < ")[0] for line in lines]
    typed = [shlex.split(line.replace('"$(cat log.vkey)"', "log.vkey")) for line in lines if line.startswith("comity ")]
    assert typed
    for words in typed:
        assert parser(words[1]).parse_args(words[1:])


def test_the_times_that_are_shown_are_read(tmp_path: Path) -> None:
    (shown,) = [block for block in blocks("docs/guides/retention.md") if block.language == "yaml"]
    applications = {"triage": {"controller": "FR", "purpose": "healthcare", "data": [], "subjects": ["FR"]}}
    file = tmp_path / "comity.yaml"
    file.write_text(yaml.safe_dump({**STACK, "applications": applications, **yaml.safe_load(shown.text)}))
    read = read_stack_file(file, {})
    assert [str(problem) for problem in read.problems if problem.severity == "error"] == []
    assert (read.stack.keep_log, len(read.stack.legal_holds)) == ("P3Y", 1)


def test_the_signers_that_are_shown_are_read(tmp_path: Path) -> None:
    signers = []
    for block in blocks("docs/guides/signer.md"):
        if block.language == "yaml":
            file = tmp_path / "comity.yaml"
            file.write_text(yaml.safe_dump({**STACK, **yaml.safe_load(block.text)}))
            read = read_stack_file(file, {})
            assert [str(problem) for problem in read.problems if problem.severity == "error"] == []
            signers.append(read.stack.signer)
    unix, token = signers
    assert unix.startswith("unix:/")
    assert read_uri(token)["object"] == "log"


def test_a_disk_is_lost_and_its_copy_is_read(tmp_path: Path, capsys: Any) -> None:
    """The guide's steps: copy while it runs, lose the disk, begin anew, put the copy back closed, compare."""
    state, copy, mirrored = tmp_path / "gateway" / ".comity", tmp_path / "copy", tmp_path / "checkpoint"

    async def before(ledger: Ledger) -> int:
        index = await ask(ledger)
        await ledger.publish()
        shutil.copytree(state / "log", copy)
        await ask(ledger)
        await ledger.publish()
        shutil.copy(state / "log" / ledger.shard / "checkpoint", mirrored)
        return index

    index = run(state, before)
    (lost,) = shards(state)
    key = (state / "log.key").read_bytes()
    shutil.rmtree(state)
    # the key was elsewhere
    state.mkdir(mode=0o700)
    (state / "log.key").write_bytes(key)
    (state / "log").mkdir()
    shutil.copytree(copy / lost, state / "log" / lost)
    (state / "log" / lost / "closed").touch()
    ledger = opened(state)

    async def after() -> None:
        assert ledger.shard != lost
        assert verified(state, await ledger.receipt(f"{lost}.{index}")).valid
        await ask(ledger)

    asyncio.run(after())
    ledger.close()
    assert main(["log", "audit", str(state)]) == 0
    assert main(["log", "audit", str(state), "--since", str(mirrored)]) == 1
    assert "FAILS shrunk" in capsys.readouterr().out
