"""Tables of public facts: their form, and what they are asked."""

from __future__ import annotations

import re
from datetime import date

import msgspec
import pytest

from comity.stack.accelerators import CLASSES
from comity.stack.check_dates import ENDS
from comity.stack.check_references import BARE, REFERENCES
from comity.stack.check_words import WORDS
from comity.stack.endpoints import ENDPOINTS
from comity.stack.from_nodes import draft_from_nodes
from comity.stack.from_yaml import nodes_from_yaml
from comity.stack.jurisdictions import COUNTRIES, NAMES, country, parents, suggestion, under_united_states
from comity.stack.regions import _AWS, _GOOGLE, region_of
from comity.stack.types import Jurisdiction, Stack
from tests.stack.test_read import GOOD


def test_countries() -> None:
    assert len(COUNTRIES) == 249  # ISO 3166-1
    for code in NAMES:
        msgspec.convert(code, Jurisdiction)


def test_children_lie_in_what_the_table_holds() -> None:
    assert parents("AE-DU-x-difc") == ("AE-DU", "AE")
    assert parents("FR") == ()
    for code in NAMES:
        assert all(parent in NAMES for parent in parents(code))
        assert country(code) in COUNTRIES


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("uk", "did you mean GB (United Kingdom)?"),
        ("germany", "did you mean DE (Germany)?"),
        ("Germny", "did you mean DE (Germany)?"),
        ("ae-du-x-difc", "did you mean AE-DU-x-difc (Dubai International Financial Centre)?"),
        ("QQ", "see ISO 3166-1 alpha-2"),
        ("Deutschland", "see ISO 3166-1 alpha-2"),
    ],
)
def test_suggestions(text: str, hint: str) -> None:
    assert suggestion(text) == hint


def test_territories() -> None:
    assert [code for code in COUNTRIES if under_united_states(code)] == ["AS", "GU", "MP", "PR", "UM", "US", "VI"]


def test_endpoints_have_a_source_and_a_date_or_say_that_nobody_looked() -> None:
    for row in ENDPOINTS:
        assert row.source == "UNREVIEWED" or (row.source.startswith("https://") and date.fromisoformat(row.checked))
        assert row.host == row.host.lower()
        assert row.says
        assert row.way_out


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("bedrock-runtime.eu-west-3.amazonaws.com", ("eu-west-3", "FR")),
        ("Bedrock-Runtime.EU-West-3.amazonaws.com", ("eu-west-3", "FR")),
        ("europe-west12-aiplatform.googleapis.com", ("europe-west12", "IT")),
        ("aiplatform.googleapis.com", None),
        ("bedrock-runtime.xx-west-9.amazonaws.com", None),
        ("bedrock-runtime.eu-west-3.amazonaws.com.example", None),
    ],
)
def test_regions(host: str, region: tuple[str, str] | None) -> None:
    assert region_of(host) == region


def test_regions_lie_in_countries() -> None:
    assert {*_AWS.values(), *_GOOGLE.values()} <= COUNTRIES.keys()


def test_accelerators_are_named_alike() -> None:
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in CLASSES)


def test_every_shape_that_a_check_asks_for_is_one_that_a_file_can_have() -> None:
    root, _ = nodes_from_yaml(GOOD, "good.yaml")
    assert root is not None
    shapes = draft_from_nodes(root, Stack, "good.yaml").leaves.keys()
    assert {*REFERENCES, *WORDS, *ENDS, *BARE} <= shapes
