"""The pack that the guide writes is a pack."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.docs.blocks import blocks


def test_the_guide_writes_a_pack_that_holds(tmp_path: Path) -> None:
    pack = tmp_path / "packs" / "xx.example"
    pack.mkdir(parents=True)
    for block in blocks("docs/guides/write-a-law-pack.md"):
        if "." in block.heading:  # headings name the file
            (pack / block.heading).write_text(block.text)
    (pack / "SOURCES.md").write_text("# Sources\n")
    for command in (["check", "-c"], ["law", "test"]):
        ran = subprocess.run(
            [sys.executable, "-m", "comity", *command, str(pack)], cwd=tmp_path, capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
