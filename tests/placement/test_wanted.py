"""Names and narrowing: what a wish leaves before law is asked, and that nothing in it widens."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from comity.placement.conditions import configured
from comity.placement.decide import decide
from comity.placement.types import Placement, Wish
from comity.placement.wanted import allowed, named, narrowed
from comity.stack.types import Application, Deployment, Model, Party, Price, Site, Stack
from comity.terms.refusal import Refusal
from tests.placement import worlds

STACK = Stack(
    origin="example.org/comity",
    law=("eu.gdpr",),
    parties={"hexagone": Party(seat="FR"), "ville": Party(seat="FR", public=True)},
    sites={
        "lyon": Site(jurisdiction="FR", operator="ville"),
        "paris": Site(jurisdiction="FR", operator="hexagone"),
    },
    models={"large": Model(developer="FR"), "small": Model(developer="FR")},
    deployments={
        "lyon-small": Deployment(model="small", site="lyon", url="", price=Price(input=1, output=2)),
        "paris-large": Deployment(
            model="large", site="paris", url="", serves=("responses",), price=Price(input=3, output=9)
        ),
        "paris-small": Deployment(model="small", site="paris", url="", serves=("chat", "embeddings")),
    },
    applications={"desk": Application(controller="ville", purpose="public-service", data=(), subjects=())},
    aliases={"fast": ("small",), "best": ("paris-large", "small"), "gpt-*": ("large",), "gpt-4*": ("small",)},
)
CONDITIONS = configured(STACK)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("small", {"lyon-small", "paris-small"}),
        ("lyon-small", {"lyon-small"}),
        ("fast", {"lyon-small", "paris-small"}),
        ("best", {"lyon-small", "paris-large", "paris-small"}),
        ("hexagone/small", {"paris-small"}),
        ("lyon/small", {"lyon-small"}),
        ("hexagone/paris-large", {"paris-large"}),
        ("ville/paris-large", set()),
        ("gpt-5", {"paris-large"}),
        ("gpt-4o", {"lyon-small", "paris-small"}),
        ("gp", set()),
        ("", set()),
        ("nothing", set()),
        ("hexagone/", set()),
    ],
)
def test_what_a_name_stands_for(asked: str, found: set[str]) -> None:
    assert named(asked, STACK) == found


@pytest.mark.parametrize(
    ("wish", "left"),
    [
        (Wish("best"), ["lyon-small", "paris-large", "paris-small"]),
        (Wish("best", only=("hexagone",)), ["paris-large", "paris-small"]),
        (Wish("best", ignore=("paris",)), ["lyon-small"]),
        (Wish("best", only=("hexagone",), ignore=("paris-large",)), ["paris-small"]),
        (Wish("best", order=("lyon",), allow_fallbacks=False), ["lyon-small"]),
        (Wish("best", order=("lyon",)), ["lyon-small", "paris-large", "paris-small"]),
        (Wish("best", allow_fallbacks=False), ["lyon-small", "paris-large", "paris-small"]),
        (Wish("best", max_price=("2", "")), ["lyon-small"]),
        (Wish("best", max_price=("", "9")), ["lyon-small", "paris-large"]),
        (Wish("best", max_price=("0.5", "")), []),
        (Wish("best", surface="messages"), ["lyon-small", "paris-large", "paris-small"]),
        (Wish("best", surface="count_tokens"), []),
        (Wish("best", surface="embeddings"), ["paris-small"]),
        (Wish("best", surface="speech"), []),
        (Wish("best", hops=("fetch",)), []),
        (Wish("best", models=("large",)), ["paris-large"]),
        (Wish("best", models=()), []),
    ],
)
def test_what_a_wish_leaves(wish: Wish, left: list[str]) -> None:
    assert list(narrowed(allowed(named(wish.model, STACK), wish, STACK), wish, STACK, CONDITIONS)) == left


names = st.lists(st.sampled_from(["d0", "d1", "d2", "hexagone", "FR", "s0", "s1", "nobody"]), max_size=3).map(tuple)
prices = st.sampled_from(["", "0", "0.5", "3", "1000000"])
wishes = st.builds(
    Wish,
    model=st.just("m"),
    only=names,
    ignore=names,
    order=names,
    allow_fallbacks=st.booleans(),
    max_price=st.tuples(prices, prices),
    surface=st.sampled_from(["chat", "responses", "embeddings"]),
    models=st.sampled_from([None, (), ("m",), ("other",)]),
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds.stacks(), worlds.cases(), wishes, worlds.days)
def test_no_wish_adds_a_candidate(stack: Stack, case, wish: Wish, day) -> None:
    realm = worlds.realm(stack, day)
    now, conditions = worlds.instant(day), configured(stack)
    plain, narrow = (decide((case,), each, realm, conditions, now) for each in (Wish("m"), wish))
    assert permitted(narrow) <= permitted(plain)


def permitted(decision: Placement | Refusal) -> set[str]:
    return {each.deployment for each in decision.candidates} if isinstance(decision, Placement) else set()


def test_an_order_puts_its_own_first_each_in_a_tier() -> None:
    stack = replace(worlds.PLAIN, aliases={})
    realm = worlds.realm(stack, worlds.DAYS[3])
    now, conditions = worlds.instant(worlds.DAYS[3]), configured(stack)
    case = worlds.PLAIN_CASE
    plain = decide((case,), Wish("m"), realm, conditions, now)
    assert isinstance(plain, Placement)
    assert [[each.deployment for each in tier] for tier in plain.tiers] == [["d0", "d1", "d2"]]
    ordered = decide((case,), Wish("m", order=("d2", "d0")), realm, conditions, now)
    assert isinstance(ordered, Placement)
    assert [[each.deployment for each in tier] for tier in ordered.tiers] == [["d2"], ["d0"], ["d1"]]
    assert ordered.digest != plain.digest
