"""`make` and `.ci/run`: that they offer what the README and a server ask of them."""

from __future__ import annotations

import os
import subprocess

from tests.tidy.tree import ROOT

TARGETS = (
    "help",
    "demo",
    "test",
    "test-long",
    "check",
    "fix",
    "bench",
    "bench-peers",
    "bench-soak",
    "bench-profile",
    "bench-log",
    "bench-parts",
    "detect",
    "detect-rival",
    "faults",
    "sbom",
    "bundle",
    "bundle-check",
    "helm",
    "oscal",
    "interop",
    "dist",
    "lock",
    "clean",
)


def test_help_lists_every_target() -> None:
    ran = subprocess.run(["make", "-C", str(ROOT), "help"], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    listed = [line.split()[1] for line in ran.stdout.splitlines() if line.startswith("  make ")]
    assert sorted(listed) == sorted(TARGETS)


def test_every_target_expands() -> None:
    """A dry run reads each recipe; nothing is made."""
    for target in TARGETS:
        ran = subprocess.run(["make", "-n", "-C", str(ROOT), target], capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr


def test_a_machine_without_a_new_enough_python_is_told_so() -> None:
    ran = subprocess.run(
        ["sh", "requirements/venv.sh", "unmade"],
        cwd=ROOT,
        env={**os.environ, "PYTHON": "no-such-python"},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 1
    assert "Python 3.11 or newer" in ran.stderr
    assert not (ROOT / "unmade").exists()


def test_the_server_has_a_program_to_run() -> None:
    program = ROOT / ".ci" / "run"
    assert os.access(program, os.X_OK)
    assert subprocess.run(["bash", "-n", str(program)]).returncode == 0
