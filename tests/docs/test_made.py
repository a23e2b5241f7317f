"""What documents take from the code is what the code says now."""

from __future__ import annotations

import subprocess
import sys

from tests.tidy.tree import ROOT


def test_made_pages_are_as_they_would_be_made() -> None:
    ran = subprocess.run([sys.executable, "docs/make.py", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
