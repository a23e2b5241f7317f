"""The floors, as `lint-imports` reads them from pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
import tomllib

from tests.tidy.tree import ROOT, SOURCE

FLOORS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]


def test_every_contract_holds() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"Contracts: {len(FLOORS)} kept, 0 broken" in ran.stdout


def test_every_folder_has_a_floor() -> None:
    named = {
        name.strip(" ()")
        for contract in FLOORS
        if contract["type"] == "layers"
        for layer in contract["layers"]
        for name in layer.split("|")
    }
    folders = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    assert folders <= named
