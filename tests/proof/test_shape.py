"""The keys of entries: this project's own writers are held to them exactly, readers to what they know."""

from __future__ import annotations

from typing import Any

import pytest

from comity.proof.entry import KINDS, lost_outcome
from comity.proof.leaf import BLOCKS
from comity.proof.shape import MAX_ITEMS, SHAPES, ShapeError, check_block
from comity.terms import canon
from tests.proof.samples import denial, intent, outcome, realm


@pytest.mark.parametrize(
    ("kind", "blocks"),
    [
        ("intent", intent()),
        ("outcome", outcome(3)),
        ("denial", denial()),
        ("realm", realm()),
        ("outcome", lost_outcome(9, "relaxed", 1795406400000)),
    ],
)
def test_samples_hold(kind: str, blocks: tuple[bytes, bytes, bytes]) -> None:
    for name, block in zip(BLOCKS, blocks, strict=True):
        check_block(kind, name, canon.parse_canonical(block), exact=True)


def test_every_kind_has_a_shape() -> None:
    assert set(SHAPES) == set(KINDS)
    assert all(set(shape) == set(BLOCKS) for shape in SHAPES.values())


def changed(block: bytes, path: str, value: Any) -> Any:
    parsed = canon.parse(block)
    inner = parsed
    *folders, last = path.split(".")
    for key in folders:
        inner = inner[key]
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    return parsed


@pytest.mark.parametrize(
    ("kind", "block", "path", "value", "says"),
    [
        ("intent", 0, "application", None, "intent.party has no application"),
        ("intent", 0, "application", "Not An Id", "intent.party.application is not of type id"),
        ("intent", 0, "case", [], "intent.party.case is not an object"),
        ("intent", 0, "case.subjects", "FR", "intent.party.case.subjects is not an array"),
        ("intent", 0, "case.subjects", [1], r"subjects\[0\] is not of type party"),
        ("intent", 0, "case.data", ["a"] * (MAX_ITEMS + 1), "at most 256"),
        ("intent", 1, "realm", "AB" * 32, "intent.decision.realm is not of type digest"),
        ("intent", 1, "mode", "maybe", "mode"),
        ("intent", 1, "tiers", [["a", 1]], r"tiers\[0\]\[1\]"),
        ("intent", 1, "model", "", "model"),
        ("intent", 2, "bytes", -1, "bytes is not an integer >= 0"),
        ("intent", 2, "bytes", True, "bytes is not an integer >= 0"),
        ("intent", 2, "stream", 1, "stream is not true or false"),
        ("intent", 2, "times.received", "now", "times.received"),
        ("intent", 2, "nonce", "00", "nonce"),
    ],
)
def test_what_does_not_hold_is_named(kind: str, block: int, path: str, value: Any, says: str) -> None:
    with pytest.raises(ShapeError, match=says):
        check_block(kind, BLOCKS[block], changed(intent()[block], path, value))


def test_readers_ignore_unknown_keys_and_writers_have_none() -> None:
    later = changed(intent()[1], "new_in_version_9", {"a": 1})
    check_block("intent", "decision", later)
    with pytest.raises(ShapeError, match="unknown key new_in_version_9"):
        check_block("intent", "decision", later, exact=True)
