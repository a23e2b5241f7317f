"""How duties stand; conditions, blocked classes and law past its review, each with the case beside it that differs."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from comity.adapters.packs import schema_text, vocabulary, zone
from comity.law.case import Addition
from comity.law.pack import Pack
from comity.law.realm import Realm
from comity.law.standing import disclosed
from comity.placement.cases import registered, widened
from comity.stack.sworn import Attested, SignedDuty
from comity.stack.types import Stack
from comity.terms.instants import end_of, start_of
from tests.law import toy

DAY = date(2026, 8, 3)

DUTY = """
@id("toy/2") @from("2026-01-01") @law("Toy Act") @cite("s.2") @url("https://example.org/toy") @kind("oblige")
@basis("statute") @source("primary") @review("none") @says("Toys are watched.") @remedy("have it done")
@obligation("OBLIGATION") CONDITION
permit (principal, action == Comity::Action::"oblige", resource)
when { principal.subjects in Comity::Jurisdiction::"FR" };
"""
ALL = "log.retain_min=P6M;oversight.human=competent;assess=dpia;disclose.ai=interaction;mark.output=machine-readable"


def stack(**changed: object) -> Stack:
    """A house in France, with one deployment of its own."""
    application = {"controller": "clinic", "purpose": "healthcare", "data": ["personal"], "subjects": ["FR"]}
    return msgspec.convert(
        {
            "origin": "example.org/toy",
            "law": ["toy"],
            "parties": {"clinic": {"seat": "FR"}},
            "sites": {"home": {"jurisdiction": "FR", "operator": "clinic"}},
            "models": {"small": {"developer": "FR"}},
            "deployments": {"own": {"model": "small", "site": "home", "url": ""}},
            "applications": {"desk": {**application, **changed.pop("desk", {})}},  # type: ignore[dict-item]
            **changed,
        },
        Stack,
    )


def plain(obligation: str = ALL, condition: str = "") -> Pack:
    return toy.pack(rules_cedar=toy.RULES + DUTY.replace("OBLIGATION", obligation).replace("CONDITION", condition))


def realm(of: Stack, law: Pack, on: date = DAY) -> Realm:
    return Realm(of, [law], vocabulary(), schema_text(), start_of(on), zone, DAY)


def forbids(of: Stack, law: Pack, addition: Addition = Addition(), on: date = DAY) -> set[str]:  # noqa: B008 - frozen
    made = realm(of, law, on)
    cases = widened(registered(of.applications["desk"]), addition)
    return {rule for case in cases for rule in made.rule(case).verdicts["own"].forbids}


def signed(**changed: object) -> Attested:
    held = SignedDuty(
        by="avocat",
        duty="assess=dpia",
        ref="DPO-1",
        controller="clinic",
        purpose="healthcare",
        data=("health", "personal"),
        subjects=("FR",),
        since=date(2026, 8, 1),
        until=date(2026, 8, 31),
    )
    return Attested(duties=(msgspec.structs.replace(held, **changed),))


def standings(of: Stack, on: date = DAY, addition: Addition = Addition()) -> dict[str, tuple[str, str]]:  # noqa: B008
    cases = widened(registered(of.applications["desk"]), addition)
    return {each.due.key: (each.status, each.by) for each in realm(of, plain(), on).standings(cases, ["toy/2"])}


def test_each_duty_has_one_status_and_it_is_never_better_than_what_is_shown() -> None:
    assert standings(stack()) == {
        "log.retain_min": ("done", "gateway"),
        "oversight.human": ("owed", "clinic"),
        "assess": ("owed", "clinic"),
        "disclose.ai": ("assisted", "clinic"),
        "mark.output": ("owed", "clinic"),
    }


@pytest.mark.parametrize(
    ("obligation", "status"),
    [
        ("log.retain_min=P25Y", "done"),
        ("log.content_max=P30D", "done"),
        ("docs.retain_min=P10Y", "owed"),
        ("log.events=automatic", "assisted"),
        ("record=ropa", "assisted"),
        ("record=police-file", "owed"),
        ("monitor=operation", "assisted"),
        ("monitor=post-market", "owed"),
        ("disclose.ai", "assisted"),
        ("disclose.ai=prior-notice", "owed"),
        ("mark.output=visible", "owed"),
        ("oversight.human=competent", "assisted"),
        ("oversight.human=by-design", "owed"),
        ("oversight.human=review-on-request", "owed"),
        ("notify.breach=PT72H", "owed"),
        ("toy.dance=daily", "owed"),
    ],
)
def test_what_the_gateway_does_not_do_is_owed(obligation: str, status: str) -> None:
    of = stack(desk={"oversight": ["duty-nurse"]})
    (found,) = realm(of, plain(obligation)).standings([registered(of.applications["desk"])], ["toy/2"])
    assert found.status == status


def test_a_named_function_assists_and_an_attestation_vouches() -> None:
    of = stack(desk={"oversight": ["duty-nurse"]}, attested=signed())
    found = standings(of)
    assert found["oversight.human"] == ("assisted", "clinic")
    assert found["assess"] == ("attested", "avocat")


@pytest.mark.parametrize(
    "changed",
    [
        {"controller": "other"},
        {"purpose": "research"},
        {"data": ("contact",)},
        {"data": ("health",)},
        {"subjects": ("DE",)},
        {"duty": "assess=fria"},
        {"since": date(2026, 8, 4)},
        {"until": date(2026, 8, 2)},
    ],
)
def test_an_attestation_of_other_processing_or_another_time_counts_for_nothing(changed: dict[str, object]) -> None:
    assert standings(stack(attested=signed(**changed)))["assess"] == ("owed", "clinic")


def test_what_a_request_adds_is_not_what_was_assessed() -> None:
    of = stack(attested=signed())
    assert standings(of, addition=Addition(data=("health",)))["assess"] == ("attested", "avocat")
    assert standings(of, addition=Addition(subjects=("DE",)))["assess"] == ("owed", "clinic")
    assert standings(of, addition=Addition(purposes=("research",)))["assess"] == ("owed", "clinic")


def test_a_realm_ends_when_an_attestation_does() -> None:
    made = realm(stack(attested=signed()), plain())
    assert made.since == start_of(date(2026, 8, 1))
    assert made.valid_until == end_of(date(2026, 8, 31))
    assert made.digest != realm(stack(), plain()).digest
    assert standings(stack(attested=signed()), date(2026, 9, 1))["assess"] == ("owed", "clinic")


def test_disclosures_are_words() -> None:
    of = stack()
    case = registered(of.applications["desk"])
    assert disclosed(realm(of, plain()).standings([case], ["toy/2"])) == ("interaction",)
    assert disclosed(realm(of, plain("disclose.ai")).standings([case], ["toy/2"])) == ("ai",)
    assert disclosed(realm(of, plain("assess=dpia")).standings([case], ["toy/2"])) == ()


CONDITION = '@condition("yes")'


@pytest.mark.parametrize(
    ("obligation", "desk", "attested", "refused"),
    [
        ("assess=dpia", {}, Attested(), True),
        ("assess=dpia", {}, signed(), False),
        ("assess=dpia", {}, signed(until=date(2026, 8, 2)), True),
        ("oversight.human=competent", {}, Attested(), True),
        ("oversight.human=competent", {"oversight": ["duty-nurse"]}, Attested(), False),
        ("mark.output=machine-readable", {}, Attested(), True),
        ("log.retain_min=P6M;assess=dpia", {}, Attested(), True),
        ("log.retain_min=P6M", {}, Attested(), False),
    ],
)
def test_a_condition_that_nobody_met_forbids(
    obligation: str, desk: dict[str, object], attested: Attested, refused: bool
) -> None:
    of = stack(desk=desk, attested=attested)
    assert forbids(of, plain(obligation, CONDITION)) == ({"toy/2"} if refused else set())
    assert forbids(of, plain(obligation)) == set()


def test_no_header_meets_a_condition() -> None:
    of = stack(attested=signed())
    assert forbids(of, plain("assess=dpia", CONDITION)) == set()
    assert forbids(of, plain("assess=dpia", CONDITION), Addition(purposes=("research",))) == {"toy/2"}


@pytest.mark.parametrize(
    ("blocks", "addition", "refused"),
    [
        ([], Addition(data=("health",)), False),
        (["health"], Addition(), False),
        (["health"], Addition(data=("health",)), True),
        (["special"], Addition(data=("health",)), True),
        (["research"], Addition(purposes=("research",)), True),
        (["healthcare"], Addition(), True),
        (["chatbot"], Addition(), True),
    ],
)
def test_a_blocked_class_is_refused_by_the_owner(blocks: list[str], addition: Addition, refused: bool) -> None:
    of = stack(desk={"blocks": blocks, "uses": ["chatbot"]})
    assert forbids(of, plain("log.retain_min=P6M"), addition) == ({"comity/blocked"} if refused else set())


EVE, AFTER = date(2027, 1, 1), date(2027, 1, 2)


@pytest.mark.parametrize("stale_law", ["warn", "refuse"])
def test_law_past_its_review_warns_or_covers_nothing_from_the_day_after_on(stale_law: str) -> None:
    of, law = stack(stale_law=stale_law), plain("log.retain_min=P6M")
    before, after = realm(of, law, EVE), realm(of, law, AFTER)
    assert before.valid_until == after.since == start_of(AFTER)
    assert (before.stale(), len(after.stale())) == ((), 1)
    assert "toy was to be reviewed by 2027-01-01" in after.stale()[0]
    assert forbids(of, law, on=EVE) == set()
    assert forbids(of, law, on=AFTER) == ({"comity/stale"} if stale_law == "refuse" else set())


def test_what_no_pack_ever_covered_is_uncovered_and_not_stale() -> None:
    of = stack(stale_law="refuse", desk={"subjects": ["JP"]})
    assert forbids(of, plain(), on=AFTER) == {"comity/stale", "comity/uncovered"}


def test_a_stale_gap_may_be_accepted_by_name() -> None:
    gap = {"jurisdiction": "FR", "data": ["personal"], "why": "review is under way", "until": "2027-02-01"}
    assert forbids(stack(stale_law="refuse", uncovered=[gap]), plain("log.retain_min=P6M"), on=AFTER) == set()
