"""A museum of bad stack files: each stands beside the exact problems that it has.

To take up a new one, write `bad/NAME.yaml`, run with UPDATE=1, and read what `bad/NAME.txt` then says.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from comity.stack.read import read_stack
from tests.stack.surroundings import SURROUNDINGS

BAD = sorted(Path(__file__).with_name("bad").glob("*.yaml"))


def told(path: Path) -> str:
    reading = read_stack(path.read_bytes(), path.name, SURROUNDINGS)
    return "".join(f"{problem}\n" for problem in reading.problems)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_problems(path: Path) -> None:
    expected = path.with_suffix(".txt")
    if os.environ.get("UPDATE"):
        expected.write_text(told(path), encoding="utf-8")
    assert told(path) == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_stack_comes_only_without_errors(path: Path) -> None:
    reading = read_stack(path.read_bytes(), path.name, SURROUNDINGS)
    assert reading.problems
    assert (reading.stack is None) == any(problem.severity == "error" for problem in reading.problems)


def test_no_secret_is_repeated() -> None:
    for path in BAD:
        for word in ("0123456789", "hunter", "correct horse", "eyJ"):
            assert word not in told(path), path.name
