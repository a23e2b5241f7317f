"""The files of this repository, as the tests of its order read them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "comity"
ABOVE_THE_SHORE = ("terms", "proof", "stack", "charts", "law", "placement", "relay", "posture")
LEFT_OUT = {".git", ".venv", "dist", "build", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".comity"}


@cache
def kept() -> tuple[Path, ...]:
    """Every file that is kept: what git tracks or would track, or all files where there is no git."""
    asked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True
    )
    if asked.returncode == 0:
        files = [ROOT / name for name in asked.stdout.decode().split("\0") if name]
    else:
        files = [path for path in ROOT.rglob("*") if not LEFT_OUT & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in files if path.is_file() and "__pycache__" not in path.parts))


@cache
def texts() -> dict[Path, str]:
    """The kept files that are text, and their text."""
    read = {}
    for path in kept():
        data = path.read_bytes()
        if b"\0" not in data[:4096]:
            read[path] = data.decode("utf-8", "replace")
    return read


def short(path: Path) -> str:
    """A path as people say it."""
    return path.relative_to(ROOT).as_posix()


def modules(*folders: str) -> list[Path]:
    """Python files of the package, or of these folders of it."""
    roots = [SOURCE / folder for folder in folders] if folders else [SOURCE]
    return sorted(path for root in roots if root.exists() for path in root.rglob("*.py"))


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text("utf-8"), str(path))


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """Line and last name of everything that a file calls: `Placement(…)` and `types.Placement(…)` are one name."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Subscript):
                called = called.value
            if isinstance(called, ast.Name):
                yield node.lineno, called.id
            elif isinstance(called, ast.Attribute):
                yield node.lineno, called.attr
