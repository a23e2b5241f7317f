"""Canonical JSON: one spelling for each value, none for what has no canonical form."""

from __future__ import annotations

import enum
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.terms import canon

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
keys = st.text(st.characters(max_codepoint=127), min_size=1, max_size=10)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-canon.MAX_INT, canon.MAX_INT) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_encoding_round_trips_and_is_stable(value: object) -> None:
    data = canon.encode(value)
    assert canon.parse_canonical(data) == value
    assert canon.encode(canon.parse(json.dumps(value, indent=2).encode())) == data


@given(values, st.randoms(use_true_random=False))
def test_order_of_keys_does_not_matter(value: object, random: object) -> None:
    def shuffled(item: object) -> object:
        if isinstance(item, dict):
            pairs = [(key, shuffled(inner)) for key, inner in item.items()]
            random.shuffle(pairs)  # type: ignore[attr-defined]
            return dict(pairs)
        return [shuffled(inner) for inner in item] if isinstance(item, list) else item

    assert canon.encode(shuffled(value)) == canon.encode(value)


@given(st.binary(max_size=60))
def test_any_bytes_are_parsed_or_refused(data: bytes) -> None:
    try:
        value = canon.parse(data)
    except canon.CanonError:
        return
    assert canon.parse(canon.encode(value)) == value


class Colour(enum.IntEnum):
    RED = 1


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), {1: 2}, {"é": 1}, {"": 1}, 2**53, -(2**53), "\ud800", b"x", {1, 2}, Colour.RED, object()],
    ids=lambda value: repr(value).partition(" at ")[0],  # no address: every process must find the same name
)
def test_what_has_no_canonical_form_is_not_encoded(value: object) -> None:
    with pytest.raises(canon.CanonError):
        canon.encode([value])


def test_depth_is_bounded() -> None:
    value: object = 0
    for _ in range(canon.MAX_DEPTH):
        value = [value]
    assert canon.parse(canon.encode(value)) == value
    with pytest.raises(canon.CanonError, match="levels"):
        canon.encode([value])
    with pytest.raises(canon.CanonError, match="levels"):
        canon.parse(b"[" * 100_000)


def test_the_place_of_a_fault_is_named() -> None:
    with pytest.raises(canon.CanonError, match=r"\$\.a\[1\]\.b: float"):
        canon.encode({"a": [0, {"b": 1.5}]})


def test_other_spellings_are_not_canonical() -> None:
    for data in (b'{"b":1,"a":2}', b'{"a": 1}', b'"\\u0041"', b'"\\/"', b'{"a":1}\n'):
        with pytest.raises(canon.CanonError):
            canon.parse_canonical(data)
