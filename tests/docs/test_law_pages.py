"""What the pages of the packs show is a stack that is read."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import yaml

from comity.adapters.stack_files import read_stack_file
from comity.cli.main import main
from tests.docs.blocks import blocks
from tests.docs.test_operating_guides import STACK

NAMED = {
    **STACK,
    "parties": {"acme": {"seat": "FR"}, "ministry": {"seat": "FR", "public": True}},
    "sites": {name: {"jurisdiction": "FR", "operator": "acme"} for name in ("paris", "paris-dc")},
    "models": {name: {"developer": "FR"} for name in ("mistral-small", "m")},
}


@pytest.mark.parametrize("page", ["docs/law/eu.aia.md", "docs/law/eu.csf.md"])
def test_what_the_page_of_a_pack_shows_is_read(tmp_path: Path, page: str) -> None:
    shown = [block.text for block in blocks(page) if block.language == "yaml"]
    assert shown
    for text in shown:
        file = tmp_path / "comity.yaml"
        file.write_text(yaml.safe_dump({**NAMED, **yaml.safe_load(text)}))
        read = read_stack_file(file, {})
        assert [str(problem) for problem in read.problems if problem.severity == "error"] == []


def test_the_claim_that_is_shown_holds_and_the_shorter_one_does_not(tmp_path: Path) -> None:
    (typed,) = [block.text for block in blocks("docs/law/eu.aia.md") if block.language == "sh"]
    (shown,) = [block.text for block in blocks("docs/law/eu.aia.md") if block.language == "yaml"]
    file = tmp_path / "comity.yaml"
    file.write_text(yaml.safe_dump({**NAMED, "law": ["eu.aia"], **yaml.safe_load(shown)}))
    claim = shlex.split(typed)[-1]
    assert main(["prove", "-c", str(file), claim]) == 0
    for condition in (" output:eu.aia.union", " use:!annex-i", " before:!2027-12-02"):
        assert main(["prove", "-c", str(file), claim.replace(condition, "")]) == 1
