"""docs/spec/c2sp.md: every test that it names is there, and every file."""

from __future__ import annotations

import re

from tests.tidy.tree import ROOT

PAGE = (ROOT / "docs" / "spec" / "c2sp.md").read_text("utf-8")
TEST = re.compile(r"`(?:tests/)?((?:\w+/)+test_\w+\.py)(?:::(test_\w+))?`")
SOURCE = re.compile(r"`((?:proof|adapters|api)/[\w/]+\.py)`")


def test_every_test_is_there() -> None:
    named = TEST.findall(PAGE)
    assert len(named) > 40
    for path, name in named:
        text = (ROOT / "tests" / path).read_text("utf-8")
        assert not name or f"def {name}(" in text, f"{path}::{name}"


def test_every_file_is_there() -> None:
    for path in set(SOURCE.findall(PAGE)):
        if not path.rpartition("/")[2].startswith("test_"):
            assert (ROOT / "src" / "comity" / path).is_file(), path
