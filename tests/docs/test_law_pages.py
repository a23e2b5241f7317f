"""What the pages of the packs show is a stack that is read."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from comity.adapters.stack_files import read_stack_file
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
