"""The JSON Schema in the package is the one that the types make. UPDATE=1 writes it anew."""

from __future__ import annotations

import json
import os
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from comity.stack.schema import stack_schema

SCHEMA = Path(str(files("comity.stack") / "comity.schema.json"))
ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
GOOD = [HERE / "good.yaml", *sorted((ROOT / "examples").glob("*.yaml"))]
# What a schema can see: the form of a file, not what it refers to.
MALFORMED = ["unknown-keys", "missing", "wrong-types", "numbers", "ids", "a-list", "text", "evidence"]


def plain(path: Path) -> Any:
    """The file as an editor's YAML 1.2 reader sees it: dates are text."""
    return (
        yaml.load(path.read_bytes(), yaml.BaseLoader)
        if path.stem == "text"
        else json.loads(json.dumps(yaml.safe_load(path.read_bytes()), default=str))
    )


def test_the_copy_is_up_to_date() -> None:
    made = json.dumps(stack_schema(), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE"):
        SCHEMA.write_text(made, encoding="utf-8")
    assert SCHEMA.read_text(encoding="utf-8") == made


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(stack_schema())


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_files_fit(path: Path) -> None:
    data = plain(path)
    if path.stem == "good":  # YAML 1.1 reads Norway as false
        data["parties"]["hexagone"]["presence"]["value"] = ["FR", "NO"]
        data["applications"]["triage"]["subjects"] = ["FR", "NO"]
    assert list(Draft202012Validator(stack_schema()).iter_errors(data)) == []


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_files_do_not(name: str) -> None:
    assert list(Draft202012Validator(stack_schema()).iter_errors(plain(HERE / "bad" / f"{name}.yaml")))
