"""The guide for those who come from LiteLLM does what it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.docs.blocks import blocks


def test_the_configuration_becomes_a_draft_that_is_refused_for_its_blanks(tmp_path: Path) -> None:
    config, draft, check = blocks("docs/guides/migrate-from-litellm.md")
    (tmp_path / "config.yaml").write_text(config.text)

    def types(text: str) -> subprocess.CompletedProcess[str]:
        assert text.startswith("comity ")
        words = [sys.executable, "-m", *text.split()]
        return subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)

    told = types(draft.text)
    assert told.returncode == 0, told.stderr
    for heading in ("Secrets that stand in the clear", "otherwise than there:", "Not carried over:", "To be filled in"):
        assert heading in told.stdout
    refused = types(check.text)
    assert refused.returncode == 1
    assert "applications.app.purpose: not filled in" in refused.stdout
    assert "sk-in-the-clear" not in told.stdout + (tmp_path / "comity.yaml").read_text()
