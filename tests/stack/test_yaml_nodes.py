"""Plain scalars follow YAML 1.2's core schema."""

from __future__ import annotations

import math

import pytest

from comity.stack.from_yaml import nodes_from_yaml
from comity.stack.yaml_nodes import Leaf, Mapping


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("12", 12),
        ("012", 12),
        ("0o17", 15),
        ("0x1F", 31),
        ("-3", -3),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-.inf", -math.inf),
        ("2026-11-23", "2026-11-23"),
        ("<<", "<<"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("9" * 41, "9" * 41),
    ],
)
def test_values(text: str, value: object) -> None:
    root, problems = nodes_from_yaml(f"key: {text}\n".encode(), "a.yaml")
    assert problems == ()
    assert isinstance(root, Mapping)
    leaf = root.entries["key"][1]
    assert isinstance(leaf, Leaf)
    assert leaf.value == value
    assert type(leaf.value) is type(value)


def test_not_a_number() -> None:
    assert math.isnan(Leaf(1, 1, ".nan", quoted=False).value)  # type: ignore[arg-type]


def test_places_count_characters_from_one() -> None:
    root, _ = nodes_from_yaml("é: [ä, ö]\n'b': |\n  text\n".encode(), "a.yaml")
    assert isinstance(root, Mapping)
    key, listing = root.entries["é"]
    assert (key.line, key.column, listing.line, listing.column) == (1, 1, 1, 4)
    assert [(item.line, item.column) for item in listing.items] == [(1, 5), (1, 8)]  # type: ignore[union-attr]
    block = root.entries["b"][1]
    assert isinstance(block, Leaf)
    assert (block.line, block.value) == (2, "text\n")
