"""A world in which everything is in order, with one thing off: the engine and the independent evaluation must agree.

Random worlds rarely hang on one fact; these do, on every day around which the law moves.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time

import pytest
from msgspec.structs import replace

from comity.law.case import Case
from comity.placement.conditions import configured
from comity.placement.decide import decide
from comity.placement.types import Placement, Wish
from comity.stack.types import (
    Agreement,
    AnyOf,
    Application,
    Assessment,
    Deployment,
    Dpf,
    Gateway,
    Model,
    Party,
    Site,
    Stack,
    Terms,
)
from tests.placement import independent, worlds

DAYS = (
    date(2026, 1, 26),
    date(2026, 11, 22),
    date(2026, 11, 23),
    date(2027, 5, 12),
    date(2027, 5, 13),
    date(2028, 1, 2),
)
LATER = date(2030, 1, 1)
KINDS = tuple(sorted(worlds.WORDS.kinds))
Change = Callable[[Stack, Case], tuple[Stack, Case]]

ORDERLY = Stack(
    origin="example.org/orderly",
    law=("ae.health", "eu.gdpr", "in.dpdp", "in.spdi", "us.exposure"),
    parties={
        "agency": Party(seat="FR", public=True),
        "hexagone": Party(seat="FR"),
        "columbia": Party(seat="IE", controlled_by="columbia-inc"),
        "columbia-inc": Party(seat="US"),
        "bharat": Party(seat="IN"),
    },
    agreements=tuple(
        Agreement(("agency", operator), KINDS, until=LATER, tia=Assessment("T", LATER))
        for operator in ("hexagone", "columbia", "columbia-inc", "bharat")
    ),
    sites={
        "paris": Site(jurisdiction="FR", operator="hexagone"),
        "dublin": Site(jurisdiction="IE", operator="columbia"),
    },
    models={"m": Model(developer="hexagone")},
    deployments={
        name: Deployment(model="m", site=site, url="http://127.0.0.1:1/v1", terms=Terms("P0D", False))
        for name, site in (("d-paris", "paris"), ("d-dublin", "dublin"))
    },
    applications={"app": Application(controller="agency", purpose="healthcare", data=("health",), subjects=("FR",))},
)
CASE = Case("infer", "agency", "healthcare", ("health",), ("FR",), tuple(sorted(worlds.WORDS.grounds)))


def paris(**changed: object) -> Change:
    """Changes the site in Paris."""
    return lambda stack, case: (
        replace(stack, sites=stack.sites | {"paris": replace(stack.sites["paris"], **changed)}),
        case,
    )


def agreements(**changed: object) -> Change:
    """Changes every agreement."""
    return lambda stack, case: (
        replace(stack, agreements=tuple(replace(each, **changed) for each in stack.agreements)),
        case,
    )


def party(name: str, **changed: object) -> Change:
    """Changes a party."""
    return lambda stack, case: (
        replace(stack, parties=stack.parties | {name: replace(stack.parties[name], **changed)}),
        case,
    )


def case(**changed: object) -> Change:
    """Changes the case."""
    return lambda stack, before: (stack, replace(before, **changed))


def terms(value: Terms | None) -> Change:
    """Changes the terms of the deployment in Paris."""
    return lambda stack, before: (
        replace(stack, deployments=stack.deployments | {"d-paris": replace(stack.deployments["d-paris"], terms=value)}),
        before,
    )


def gateway(**site: object) -> Change:
    """Puts the gateway at a site of its own."""
    return lambda stack, before: (
        replace(stack, sites=stack.sites | {"relay": Site(**site)}, gateway=Gateway("relay")),
        before,
    )


def law(*names: str) -> Change:
    """Loads these packs."""
    return lambda stack, before: (replace(stack, law=names), before)


def all_of(*changes: Change) -> Change:
    """One change after the other."""

    def changed(stack: Stack, before: Case) -> tuple[Stack, Case]:
        for change in changes:
            stack, before = change(stack, before)
        return stack, before

    return changed


ART28 = ("eu.art28",)
OFF: dict[str, Change] = {
    "nothing": all_of(),
    "the gateway is abroad": gateway(jurisdiction="US", operator="columbia-inc"),
    "the gateway is abroad, without clauses": all_of(
        agreements(kinds=ART28), gateway(jurisdiction="US", operator="columbia-inc")
    ),
    "the gateway is where no law is loaded": gateway(jurisdiction="KE", operator="hexagone"),
    "agreements cover a deployment, not the gateway": all_of(
        agreements(covers=("d-paris", "d-dublin")), gateway(jurisdiction="FR", operator="hexagone")
    ),
    "agreements cover the other deployment": agreements(covers=("d-dublin",)),
    "agreements have ended": agreements(until=date(2026, 11, 22)),
    "agreements have not begun": agreements(since=date(2026, 11, 23)),
    "no contract at all": agreements(kinds=("eu.bcr",)),
    "abroad, assessed": paris(jurisdiction="US"),
    "abroad, not assessed": all_of(paris(jurisdiction="US"), agreements(tia=None)),
    "abroad, assessment ended": all_of(paris(jurisdiction="US"), agreements(tia=Assessment("T", date(2026, 11, 22)))),
    "the provider may choose abroad": all_of(paris(jurisdiction=AnyOf(("FR", "US"))), agreements(tia=None)),
    "the provider may choose where no law is loaded": paris(jurisdiction=AnyOf(("FR", "KE"))),
    "an importer at home": all_of(paris(operator="columbia-inc"), agreements(kinds=ART28)),
    "an importer on the framework's list": all_of(
        paris(operator="columbia-inc", jurisdiction="US"),
        agreements(kinds=ART28),
        party("columbia-inc", dpf=Dpf(date(2026, 11, 22))),
    ),
    "an adequate country, from its day": all_of(paris(jurisdiction="BR"), agreements(kinds=ART28)),
    "an adequate country for commerce": all_of(
        paris(jurisdiction="CA"), agreements(kinds=ART28), party("hexagone", public=True)
    ),
    "a country without adequacy": all_of(paris(jurisdiction="IN"), agreements(kinds=ART28)),
    "trains on content": terms(Terms("P0D", True)),
    "says nothing of its terms": terms(None),
    "controlled from abroad, prudently": law(*worlds.USUAL),
    "present abroad, prudently": all_of(law(*worlds.USUAL), party("hexagone", presence=("FR", "US"))),
    "a law is not loaded": law("eu.gdpr"),
    "nothing is loaded": law(),
    "no ground": case(grounds=()),
    "special data without their ground": case(grounds=("eu.art6.public",)),
    "people of India": case(subjects=("FR", "IN"), data=("financial",)),
    "people of India, no instrument of theirs": all_of(
        case(subjects=("IN",), data=("financial",)), agreements(kinds=("eu.art28", "eu.scc-m2"))
    ),
    "people of the Emirates": case(subjects=("AE",)),
    "people of a free zone": case(subjects=("AE-DU-x-difc",)),
    "people of the Emirates, other data": case(subjects=("AE",), data=("contact",)),
    "people of nowhere known": case(subjects=("KE",)),
    "data about nobody": case(data=("non-personal",), subjects=("KE",), grounds=()),
    "no data": case(data=(), subjects=(), grounds=()),
    "its own operator": all_of(paris(operator="agency"), agreements(kinds=("eu.bcr",))),
    "an unnamed controller": case(controller="FR"),
    "a controller abroad": case(controller="bharat"),
    "another operation": case(operation="embed"),
    "a child's data": case(data=("child",), subjects=("IN",), purpose="marketing"),
}


@pytest.mark.parametrize("off", OFF)
def test_the_independent_evaluation_agrees(off: str) -> None:
    stack, asked = OFF[off](ORDERLY, CASE)
    seen = set()
    for day in DAYS:
        decision = decide((asked,), Wish("m"), worlds.realm(stack, day), configured(stack), worlds.instant(day))
        permitted = {each.deployment for each in decision.candidates} if isinstance(decision, Placement) else set()
        moment = datetime.combine(day, time(12), UTC)
        expected = {
            name for name in stack.deployments if independent.permitted(stack, asked, name, moment, worlds.FILE_DATE)
        }
        assert permitted == expected, day
        seen.add(frozenset(permitted))
    if off == "nothing":
        assert seen == {frozenset(stack.deployments)}


def test_the_worlds_differ() -> None:
    """The table is worth something only if what is off decides: most rows must lose a deployment on some day."""
    losing = 0
    for change in OFF.values():
        stack, asked = change(ORDERLY, CASE)
        day = date(2026, 11, 23)
        decision = decide((asked,), Wish("m"), worlds.realm(stack, day), configured(stack), worlds.instant(day))
        losing += not isinstance(decision, Placement) or len(decision.candidates) < len(stack.deployments)
    assert losing >= len(OFF) // 2


def test_a_european_controller_and_operator_under_contract_need_say_no_more() -> None:
    """The commonest case of all: personal data, a contract of Art. 28, and a stack file that states little else."""
    stack = Stack(
        origin="example.org/plain",
        law=("eu.gdpr",),
        parties={"agency": Party(seat="FR"), "hexagone": Party(seat="DE")},
        agreements=(Agreement(("agency", "hexagone"), ART28),),
        sites={"berlin": Site(jurisdiction="DE", operator="hexagone")},
        models={"m": Model(developer="FR")},
        deployments={"d": Deployment(model="m", site="berlin", url="http://127.0.0.1:1/v1")},
        applications={},
    )
    asked = Case("infer", "agency", "customer-support", ("personal",), ("FR",), ("eu.art6.contract",))
    day = date(2026, 11, 23)
    for law in (stack, replace(stack, agreements=())):
        decision = decide((asked,), Wish("m"), worlds.realm(law, day), configured(law), worlds.instant(day))
        assert isinstance(decision, Placement) == bool(law.agreements)
