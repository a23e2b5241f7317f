"""Every example is accepted without a word, with the vocabulary and the packs as they are."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from comity.stack.read import read_stack
from comity.stack.surroundings import Words
from tests.stack.surroundings import SURROUNDINGS

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))


def words() -> Words:
    vocabulary = yaml.safe_load((files("comity.law") / "vocabulary.yaml").read_bytes())
    return Words(**{section: frozenset(vocabulary[section]) for section in Words.__dataclass_fields__})


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_no_problem(path: Path) -> None:
    packs = frozenset(folder.name for folder in (files("comity.law") / "packs").iterdir())
    around = replace(SURROUNDINGS, words=words(), packs=packs)
    reading = read_stack(path.read_bytes(), path.name, around)
    assert [str(problem) for problem in reading.problems] == []
    assert path.read_text(encoding="utf-8").startswith(
        "# yaml-language-server: $schema=../src/comity/stack/comity.schema.json\n"
    )
