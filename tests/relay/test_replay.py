"""Replay: what a gateway enters is what replay gives, and each lie of an operator has a name of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from comity.adapters.realms import realm_from_document
from comity.law.case import NOTHING_ADDED, Addition
from comity.law.realm import Realm
from comity.placement.conditions import configured
from comity.placement.types import Wish
from comity.proof.shape import check_block
from comity.relay.replay import MEMBERS, Replayed, replay
from comity.stack.types import Application, Observe, Price
from tests.placement import worlds
from tests.placement.test_one_thing_off import ORDERLY
from tests.relay.entering import Entry, entered

DAY = date(2026, 11, 23)
NOON = worlds.instant(DAY)
FAR = "us-far"


def stack() -> Any:
    """The orderly world, with a third deployment abroad that health data may not reach, and two applications."""
    sites = ORDERLY.sites | {"austin": replace(ORDERLY.sites["paris"], jurisdiction="US", operator="columbia-inc")}
    deployments = ORDERLY.deployments | {
        FAR: replace(ORDERLY.deployments["d-paris"], site="austin", price=Price(0.1, 0.1), model="far")
    }
    return replace(
        ORDERLY,
        agreements=ORDERLY.agreements[:2],
        sites=sites,
        models=ORDERLY.models | {"far": ORDERLY.models["m"]},
        deployments=deployments,
        applications=ORDERLY.applications
        | {
            "watched": Application(
                controller="agency",
                purpose="healthcare",
                data=("health",),
                subjects=("FR",),
                observe=Observe(until=date(2027, 1, 1)),
            ),
            "app": Application(
                controller="agency",
                purpose="healthcare",
                data=("health",),
                subjects=("FR",),
                grounds=tuple(sorted(worlds.WORDS.grounds)),
            ),
        },
    )


@pytest.fixture(scope="module")
def realm() -> Realm:
    """As a worker has it: made again from its bundle."""
    return realm_from_document(worlds.realm(stack(), DAY).document)


def again(entry: Entry, realm: Realm, witnessed: int | None = None) -> Replayed:
    kind, blocks = entry
    conditions = configured(realm.stack)
    return replay(kind, blocks, realm, {conditions.digest: conditions}, witnessed)


@pytest.fixture
def intent(realm: Realm) -> Entry:
    made = entered(realm, "app", Wish("m"), NOON)
    assert made[0] == "intent"
    return made


@pytest.fixture
def denial(realm: Realm) -> Entry:
    made = entered(realm, "app", Wish("far"), NOON)
    assert made[0] == "denial"
    assert made[1]["decision"]["rules"]
    return made


def test_what_was_entered_holds(realm: Realm, intent: Entry, denial: Entry) -> None:
    assert again(intent, realm).holds
    assert again(denial, realm).holds
    watched = entered(realm, "watched", Wish("far"), NOON)
    assert watched[0] == "intent"
    assert watched[1]["decision"]["rules"]
    assert again(watched, realm).holds


WISHES = [
    Wish("m"),
    Wish("far"),
    Wish("m", only=("hexagone",), language="fr"),
    Wish("m", order=("dublin", "paris"), allow_fallbacks=False),
    Wish("m", max_price=("0.5", "")),
    Wish("m", models=("m",)),
    Wish("m", models=()),
    Wish("m", hops=("fetch",)),
    Wish("m", surface="embeddings"),
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(WISHES), worlds.additions, st.sampled_from(["app", "watched"]), st.integers(0, 10**9))
def test_every_request_replays(realm: Realm, wish: Wish, addition: Addition, name: str, later: int) -> None:
    now = min(NOON + later, realm.valid_until - 1)
    made = entered(realm, name, wish, now, addition)
    for block, value in made[1].items():
        check_block(made[0], block, value, exact=True)
    found = again(made, realm)
    assert found.holds, found.mismatches


@settings(max_examples=15, deadline=None)
@given(worlds.stacks(worlds.USUAL), st.sampled_from(worlds.DAYS), worlds.additions)
def test_every_stack_replays(stack: Any, day: date, addition: Addition) -> None:
    made_of = realm_from_document(worlds.realm(stack, day).document)
    now = max(worlds.instant(day), made_of.since)
    made = entered(made_of, "app", Wish("m"), now, addition)
    assert again(made, made_of).holds


Lie = Callable[[dict[str, Any]], None]


def put(*path: str, value: Any) -> Lie:
    def lie(blocks: dict[str, Any]) -> None:
        inner = blocks
        for key in path[:-1]:
            inner = inner.setdefault(key, {})
        inner[path[-1]] = value

    return lie


def drop(*path: str) -> Lie:
    def lie(blocks: dict[str, Any]) -> None:
        inner = blocks
        for key in path[:-1]:
            inner = inner[key]
        del inner[path[-1]]

    return lie


OF_INTENTS: dict[str, tuple[Lie, str]] = {
    "placed where law forbids it": (put("decision", "tiers", value=[[FAR], ["d-paris"]]), "other-tiers"),
    "the better deployment was kept back": (put("decision", "tiers", value=[["d-dublin"]]), "other-tiers"),
    "another ruling": (put("decision", "ruling", value="ab" * 32), "other-ruling"),
    "another placement": (put("decision", "placement", value="ab" * 32), "other-placement"),
    "a duty is left out": (drop("decision", "obligations"), "other-obligations"),
    "a duty is made up": (put("decision", "obligations", value=["eu.gdpr/none"]), "other-obligations"),
    "a duty is said to be attested": (
        put("decision", "duties", "attested", value=["assess=dpia by nobody"]),
        "other-duties",
    ),
    "an advisory is made up": (put("decision", "advisories", value=["us.exposure/none"]), "other-advisories"),
    "an assumption is hidden": (drop("decision", "assumptions"), "other-assumptions"),
    "a gap in the law is hidden": (put("decision", "accepted", value=["nowhere"]), "other-accepted"),
    "forbidden after all, and sent": (put("decision", "model", value="far"), "not-permitted"),
    "observed, where it is enforced": (put("decision", "mode", value="observe"), "other-mode"),
    "another realm": (put("decision", "realm", value="cd" * 32), "other-realm"),
    "other prices": (put("decision", "conditions", value="cd" * 32), "other-conditions"),
    "fewer data than were registered": (put("party", "case", "data", value=[]), "other-case"),
    "another controller": (put("party", "controller", value="bank"), "other-controller"),
    "another application": (put("party", "application", value="nobody"), "unknown-application"),
    "an addition that was not judged": (put("party", "added", value={"subjects": ["IN"]}), "other-case"),
    "a word that is none": (put("party", "added", value={"data": ["helth"]}), "unknown-word"),
    "an operation that is none": (put("party", "case", "operation", value="dream"), "unknown-word"),
    "a price that is none": (put("decision", "wish", value={"max_price": {"input": "free"}}), "unreadable-wish"),
    "a wish of a later version": (put("decision", "wish", value={"colour": "green"}), "unreadable-wish"),
    "before its law": (put("content", "times", "received", value=NOON - 10**11), "realm-not-begun"),
    "after its law": (put("content", "times", "received", value=NOON + 10**12), "realm-ended"),
    "beyond all time": (put("content", "times", "received", value=2**53 - 1), "realm-ended"),
}
OF_DENIALS: dict[str, tuple[Lie, str]] = {
    "denied though permitted": (put("decision", "model", value="m"), "permitted"),
    "another rule is blamed": (put("decision", "rules", value=["eu.gdpr/none"]), "other-rules"),
    "a candidate is left out": (put("decision", "candidates", value=[]), "other-candidates"),
    "a choice told as law": (put("content", "status", value=403), "other-status"),
    "narrowed by a wish nobody had": (put("decision", "wish", value={"only": ["paris"]}), "other-ruling"),
    "another ruling": (put("decision", "ruling", value="ab" * 32), "other-ruling"),
}


@pytest.mark.parametrize(("lie", "name"), OF_INTENTS.values(), ids=OF_INTENTS)
def test_a_lie_about_an_intent_has_a_name(realm: Realm, intent: Entry, lie: Lie, name: str) -> None:
    kind, blocks = json.loads(json.dumps(intent))
    lie(blocks)
    found = again((kind, blocks), realm)
    assert not found.holds
    assert name in [each.name for each in found.mismatches]
    assert all(each.sentence.endswith(".") for each in found.mismatches)


@pytest.mark.parametrize(("lie", "name"), OF_DENIALS.values(), ids=OF_DENIALS)
def test_a_lie_about_a_denial_has_a_name(realm: Realm, denial: Entry, lie: Lie, name: str) -> None:
    kind, blocks = json.loads(json.dumps(denial))
    lie(blocks)
    found = again((kind, blocks), realm)
    assert not found.holds
    assert name in [each.name for each in found.mismatches]


def test_a_witness_bounds_the_instant(realm: Realm, intent: Entry) -> None:
    assert again(intent, realm, witnessed=NOON + 1).holds
    assert [each.name for each in again(intent, realm, witnessed=NOON - 10**7).mismatches] == ["after-its-witness"]
    kind, blocks = intent
    timeless = kind, {**blocks, "content": None}
    assert again(timeless, realm, witnessed=NOON).holds
    assert [each.name for each in again(timeless, realm, witnessed=realm.since - 10**6).mismatches] == [
        "realm-not-begun"
    ]


def test_prices_that_the_realm_does_not_state(realm: Realm, intent: Entry) -> None:
    kind, blocks = intent
    other = replace(configured(realm.stack), digest="cd" * 32)
    blocks = {**blocks, "decision": {**blocks["decision"], "conditions": other.digest}}
    names = [each.name for each in replay(kind, blocks, realm, {other.digest: other}, None).mismatches]
    assert "foreign-conditions" in names


@pytest.mark.parametrize(
    ("closed", "made", "said"),
    [("party", False, "Who asked"), ("decision", False, "What was decided"), ("content", True, "When it was")],
)
def test_a_closed_block_says_what_cannot_be_made_again(
    realm: Realm, intent: Entry, closed: str, made: bool, said: str
) -> None:
    kind, blocks = intent
    found = again((kind, {**blocks, closed: None}), realm)
    assert found.holds is made
    assert not found.mismatches
    assert said in " ".join(found.closed)


def test_each_member_is_tried() -> None:
    tried = {name for _, name in (*OF_INTENTS.values(), *OF_DENIALS.values())}
    assert {f"other-{member}" for member in MEMBERS} <= tried


def test_nothing_added_is_no_addition(realm: Realm, intent: Entry) -> None:
    kind, blocks = intent
    assert again((kind, {**blocks, "party": {**blocks["party"], "added": {}}}), realm).holds
    assert Addition() == NOTHING_ADDED
