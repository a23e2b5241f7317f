"""The document of a realm's bundle: no secret, no address, one form, and the way back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from comity.stack.digest import decimal_text, stack_document, stack_from_document
from comity.stack.read import read_stack
from comity.stack.types import Deployment, Stack
from comity.terms.canon import encode, parse
from tests.stack.surroundings import SURROUNDINGS


@pytest.fixture(scope="module")
def stack() -> Stack:
    found = read_stack(Path(__file__).with_name("good.yaml").read_bytes(), "a", SURROUNDINGS).stack
    assert found is not None
    return found


def test_no_secret_and_no_address(stack: Stack) -> None:
    text = encode(stack_document(stack)).decode()
    for word in ("PARIS_KEY", "https", "embedded:", "ca.pem", '"url"'):
        assert word not in text


def test_round_trip(stack: Stack) -> None:
    document = encode(stack_document(stack))
    again = stack_from_document(parse(document))
    assert encode(stack_document(again)) == document
    assert again.deployments["paris-mistral"].url == ""
    assert again.deployments["paris-mistral"].key is None
    assert again.sites["paris"].pue == 1.2
    assert again.parties == stack.parties | {"hexagone": again.parties["hexagone"]}


def test_lists_are_sets(stack: Stack) -> None:
    turned = replace(
        stack,
        law=stack.law[::-1],
        agreements=stack.agreements[::-1],
        deployments=dict(reversed(stack.deployments.items())),
    )
    assert turned != stack
    assert encode(stack_document(turned)) == encode(stack_document(stack))


def test_defaults_are_written_out_and_the_unsaid_is_not(stack: Stack) -> None:
    document = stack_document(stack)
    assert document["objective"] == {"carbon": "0.2", "cost": "1", "exposure": "1", "latency": "0.3", "quality": "0.5"}
    assert document["parties"]["chu-lyon"] == {"seat": "FR", "public": True, "evidence": {}}


def test_an_address_makes_no_other_realm(stack: Stack) -> None:
    moved = {name: replace(each, url="https://elsewhere.example") for name, each in stack.deployments.items()}
    assert stack_document(replace(stack, deployments=moved)) == stack_document(stack)
    dearer: dict[str, Deployment] = {name: replace(each, latency=9.0) for name, each in moved.items()}
    assert stack_document(replace(stack, deployments=dearer)) != stack_document(stack)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_decimals_read_back(value: float) -> None:
    text = decimal_text(value)
    assert float(text) == value
    assert "e" not in text.lower()


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.2, "0.2"), (1.0, "1"), (1e-7, "0.0000001"), (-0.0, "0"), (100.0, "100"), (1e21, "1" + "0" * 21)],
)
def test_decimals(value: float, text: str) -> None:
    assert decimal_text(value) == text


@pytest.mark.parametrize("change", [{"origin": 1}, {"sites": None}, {"zebra": 1}, {"objective": {"cost": "dear"}}])
def test_what_is_no_document(stack: Stack, change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no stack document"):
        stack_from_document(stack_document(stack) | change)
