"""The wheel holds what the program reads, and what the licence asks for, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.tidy.tree import ROOT, kept


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    """A wheel of this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("comity-*-py3-none-any.whl")
    return ZipFile(path)


def test_it_holds_the_package_as_it_is_kept(wheel: ZipFile) -> None:
    source = ROOT / "src"
    wanted = {path.relative_to(source).as_posix() for path in kept() if path.is_relative_to(source / "comity")}
    held = {name for name in wheel.namelist() if name.startswith("comity/")}
    assert held == wanted


def test_it_names_its_licence_and_needs_cryptography_alone(wheel: ZipFile) -> None:
    (metadata,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    text = wheel.read(metadata).decode()
    assert "License-Expression: Apache-2.0" in text
    needs = [line for line in text.splitlines() if line.startswith("Requires-Dist:") and "extra ==" not in line]
    assert [line.split()[1].partition(">")[0] for line in needs] == ["cryptography"]
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())


def test_the_base_install_runs_from_it(wheel: ZipFile, tmp_path: Path) -> None:
    """From the wheel alone, with none of this tree on the path."""
    wheel.extractall(tmp_path)
    ran = subprocess.run(
        [sys.executable, "-P", "-c", "import comity, sys; sys.stdout.write(comity.__file__)"],
        env={"PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert ran.stdout == str(tmp_path / "comity" / "__init__.py"), ran.stderr
    ran = subprocess.run(
        [sys.executable, "-m", "comity", "--version"],
        env={"PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert ran.stdout.startswith("comity "), ran.stderr
