"""What `make check` asks of style, so that nobody has to remember to run it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.tidy.tree import ROOT

PAPERS = ("src", "tests", "bench", "faults", "models", "docs", "deploy")
"""As in the Makefile."""


@pytest.mark.parametrize("asked", [("check",), ("format", "--check")], ids=["rules", "format"])
def test_style(asked: tuple[str, ...]) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "ruff", *asked, "--quiet", "--no-cache", *PAPERS],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout + found.stderr
