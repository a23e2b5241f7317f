"""The table of absent facts, row by row: said, the fact is what it says; unsaid, the row, and the row alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from comity.placement.cases import registered
from comity.stack import facts
from comity.stack.absent import ABSENT, assume
from comity.stack.types import (
    Application,
    Certificate,
    Deployment,
    Dpf,
    Gateway,
    Model,
    Party,
    Site,
    Stack,
    Terms,
)

APPLICATION = Application(controller="ministry", purpose="research", data=(), subjects=())

STACK = Stack(
    origin="example.org/log",
    law=(),
    parties={
        "ministry": Party(seat="FR"),
        "parent": Party(seat="US"),
        "child": Party(seat="IE", controlled_by="parent"),
        "grandchild": Party(seat="DE", controlled_by="child", presence=("IN", "DE")),
        "state-owned": Party(seat="IN", controlled_by="AE"),
        "guam": Party(seat="GU"),
    },
    sites={
        "here": Site(jurisdiction="FR", operator="ministry"),
        "there": Site(jurisdiction="DE", operator="child", accelerators=("nvidia-t4", "cpu")),
        "strong": Site(jurisdiction="DE", operator="child", accelerators=("cpu", "nvidia-h100")),
        "strange": Site(jurisdiction="DE", operator="child", accelerators=("cpu", "abacus")),
    },
    models={"small": Model(developer="FR"), "open": Model(developer="FR", open_weights=True)},
    deployments={},
    applications={},
)
BARE = Deployment(model="small", site="here", url="")


def ids(fact: facts.Fact[object]) -> list[str]:
    return [assumption.id for assumption in fact.assumptions]


def test_every_row_is_spoken_of_here() -> None:
    here = set(Path(__file__).read_text(encoding="utf-8").split(chr(34)))
    assert {row.id for row in ABSENT} <= here
    assert len({row.id for row in ABSENT}) == len(ABSENT)


@pytest.mark.parametrize("row", ABSENT, ids=lambda row: row.id)
def test_a_row_makes_a_sentence(row: object) -> None:
    assumption = assume(row.id, "sites.paris", "a value")  # type: ignore[attr-defined]
    assert "{" not in assumption.text
    assert "sites.paris" in assumption.text


def test_controlled_by() -> None:
    assert facts.control_chain(STACK, "ministry") == facts.Fact(
        (facts.Link("ministry", "FR"),), (assume("absent/controlled_by", "parties.ministry"),)
    )
    up = facts.control_chain(STACK, "grandchild")
    assert [link.seat for link in up.value] == ["DE", "IE", "US"]
    assert [assumption.about for assumption in up.assumptions] == ["parties.parent"]
    assert facts.control_chain(STACK, "state-owned") == facts.Fact(
        (facts.Link("state-owned", "IN"), facts.Link("AE", "AE"))
    )
    assert facts.control_chain(STACK, "FR").value == (facts.Link("FR", "FR"),)
    assert ids(facts.control_chain(STACK, "FR")) == ["absent/controlled_by"]


def test_a_circle_of_control_is_no_chain() -> None:
    parties = {"a": Party(seat="FR", controlled_by="b"), "b": Party(seat="FR", controlled_by="a")}
    with pytest.raises(ValueError, match="circle"):
        facts.control_chain(replace(STACK, parties=parties), "a")


def test_presence() -> None:
    assert facts.presence(STACK, "ministry") == facts.Fact(("FR",), (assume("absent/presence", "parties.ministry"),))
    assert facts.presence(STACK, "grandchild") == facts.Fact(("DE", "IN"))
    assert facts.reach(STACK, "grandchild").value == ("DE", "IE", "IN", "US")


@pytest.mark.parametrize(
    ("party", "value"),
    [("ministry", False), ("parent", True), ("child", True), ("grandchild", True), ("guam", True), ("US", True)],
)
def test_ecsp(party: str, value: bool) -> None:
    found = facts.is_ecsp(STACK, party)
    assert found.value is value
    assert ids(found)[0] == "absent/ecsp"
    assert found.assumptions[0].text.endswith(f"taken as {str(value).lower()}, by its seat and control")


def test_ecsp_said() -> None:
    said = replace(STACK, parties={"a": Party(seat="US", ecsp=False), "b": Party(seat="FR", ecsp=True)})
    assert facts.is_ecsp(said, "a") == facts.Fact(False)
    assert facts.is_ecsp(said, "b") == facts.Fact(True)


def test_dpf() -> None:
    assert facts.dpf_until(STACK, "ministry") == facts.Fact(None)  # only the United States certify
    assert ids(facts.dpf_until(STACK, "child")) == ["absent/dpf"]
    said = replace(STACK, parties={"a": Party(seat="US", dpf=Dpf(until=date(2027, 3, 1)))})
    assert facts.dpf_until(said, "a") == facts.Fact(date(2027, 3, 1))


def test_gateway() -> None:
    found = facts.gateway_site(STACK, APPLICATION)
    assert (found.value.places, found.value.operator) == (("FR",), "ministry")
    assert ids(found) == ["absent/gateway"]
    said = replace(STACK, gateway=Gateway(site="there"))
    assert facts.gateway_site(said, APPLICATION) == facts.Fact(STACK.sites["there"])


@pytest.mark.parametrize(
    ("site", "controlled", "row"),
    [
        ("here", True, ["absent/accelerator"]),
        ("strange", True, ["absent/accelerator"]),
        ("strong", True, []),
        ("there", False, []),
    ],
)
def test_accelerator(site: str, controlled: bool, row: list[str]) -> None:
    found = facts.accelerator_controlled(STACK, site)
    assert (found.value, ids(found)) == (controlled, row)


def test_certificate_until() -> None:
    written = date(2026, 11, 1)
    found = facts.certificate_until("paris", Certificate(name="HDS"), written)
    assert found.value == date(2027, 1, 30)
    assert ids(found) == ["absent/certificate.until"]
    assert "deployments.paris.certificates HDS" in found.assumptions[0].text
    end = date(2027, 5, 31)
    assert facts.certificate_until("paris", Certificate(name="HDS", until=end), written) == facts.Fact(end)


@pytest.mark.parametrize("terms", [None, Terms()])
def test_terms_unsaid(terms: Terms | None) -> None:
    deployment = replace(BARE, terms=terms)
    assert (facts.retains("a", deployment).value, ids(facts.retains("a", deployment))) == (
        True,
        ["absent/terms.retention"],
    )
    assert (facts.trains("a", deployment).value, ids(facts.trains("a", deployment))) == (
        True,
        ["absent/terms.trains"],
    )


@pytest.mark.parametrize(("retention", "kept"), [("P0D", False), ("P0Y0D", False), ("P10D", True), ("P1M", True)])
def test_terms_said(retention: str, kept: bool) -> None:
    deployment = replace(BARE, terms=Terms(retention=retention, trains=False))
    assert facts.retains("a", deployment) == facts.Fact(kept)
    assert facts.trains("a", deployment) == facts.Fact(False)


def test_open_weights() -> None:
    assert ids(facts.open_weights(STACK, "small")) == ["absent/open_weights"]
    assert facts.open_weights(STACK, "small").value is False
    assert facts.open_weights(STACK, "open") == facts.Fact(True)


@pytest.mark.parametrize("row", ["absent/price", "absent/latency", "absent/carbon", "absent/quality"])
def test_what_only_the_candidates_together_can_tell(row: str) -> None:
    assert "of the candidates" in assume(row, "deployments.paris").text  # valued in placement.objective


def test_evidence() -> None:
    assert "declared" in assume("absent/evidence", "sites.paris.pue").text
    assert Site(jurisdiction="FR", operator="FR").evidence == {}


def test_an_unnamed_party_is_nobody_in_particular() -> None:
    assert facts.same_party("ministry", "ministry")
    assert not facts.same_party("FR", "FR")
    assert not facts.same_party("ministry", "parent")


OF_A_CASE = ("absent/license", "absent/output_used_in", "absent/uses", "absent/placed_on_market")
"""Rows of facts of which the case, or the profile, shows by a word of its own that nobody stated them."""


def test_output_is_used_where_the_subjects_are_unless_it_is_said() -> None:
    silent = Application(controller="US", purpose="general", data=(), subjects=("FR", "IN"))
    assert registered(silent).output == ("FR", "IN")
    assert registered(replace(silent, output_used_in=())).output == ()
    assert registered(silent).uses == ("unstated",)
    assert registered(replace(silent, uses=())).uses == ()
    assert registered(silent).placed == ""
