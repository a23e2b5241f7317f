"""What the guides of packaging tell people to type is there, and is understood."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from comity.cli.main import parser
from tests.docs.blocks import blocks
from tests.tidy.test_make import TARGETS
from tests.tidy.tree import ROOT

GUIDES = ("docs/guides/install.md", "docs/guides/air-gap.md", "docs/guides/kubernetes.md")
GIVEN = {"comity.yaml", "values.yaml"}  # what the reader has written, or the page shows


def _commands(page: str) -> list[list[str]]:
    """Each command of the page's shell blocks, as words."""
    lines = [
        re.sub(r"\s+#.*", "", line)
        for block in blocks(page)
        if block.language == "sh"
        for line in block.text.replace("\\\n", " ").splitlines()
    ]
    return [shlex.split(line) for line in lines if line.strip()]


@pytest.mark.parametrize("page", GUIDES)
def test_there_is_something_to_type(page: str) -> None:
    assert _commands(page)


@pytest.mark.parametrize("page", GUIDES)
def test_comity_understands_what_is_typed(page: str) -> None:
    for words in _commands(page):
        at = next((n for n, word in enumerate(words) if Path(word).name == "comity" and n + 2 < len(words)), None)
        if at is not None and words[at + 1] in ("serve", "keys", "check", "law"):
            assert parser(words[at + 1]).parse_args(words[at + 1 :])


@pytest.mark.parametrize("page", GUIDES)
def test_files_of_ours_that_are_named_are_there(page: str) -> None:
    for words in _commands(page):
        for word in words:
            if word.startswith(("deploy/", "requirements/")):
                assert (ROOT / word).exists(), word
            if re.fullmatch(r"[a-z]+\.sh", word):
                assert (ROOT / "deploy" / "bundle" / word).is_file(), word


@pytest.mark.parametrize("page", GUIDES)
def test_make_has_the_targets(page: str) -> None:
    asked = {words[1] for words in _commands(page) if words[0] == "make"}
    asked |= set(re.findall(r"`make ([a-z-]+)`", (ROOT / page).read_text()))
    assert asked <= set(TARGETS)


def test_the_container_runs_as_the_dockerfile_says() -> None:
    """One command, in two places."""
    shown = next(words for words in _commands("docs/guides/install.md") if words[:2] == ["docker", "run"])
    remarks = re.sub(r"\\\n#\s*", " ", (ROOT / "Dockerfile").read_text())
    (told,) = re.findall(r"^#\s+(docker run .*)$", remarks, re.MULTILINE)
    assert shlex.split(told) == shown
