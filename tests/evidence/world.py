"""A small world with a log: a hospital and a bank, suppliers at home and abroad, one of them under no instrument."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from comity.adapters.packs import load_packs, schema_text, vocabulary, zone
from comity.evidence.activity import Told, events
from comity.evidence.findings import Findings
from comity.evidence.register import Register, read_register
from comity.law.realm import Realm
from comity.stack.types import (
    Agreement,
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

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
NOON = int(datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp() * 1000)
KEPT = Terms("P30D", False)

STACK = Stack(
    origin="example.org/evidence",
    law=("eu.gdpr", "eu.aia", "in.dpdp"),
    parties={
        "hospital": Party(seat="FR", public=True),
        "bank": Party(seat="IN"),
        "home": Party(seat="FR"),
        "abroad": Party(seat="US"),
        "listed": Party(seat="US", dpf=Dpf(date(2027, 3, 1))),
        "strange": Party(seat="KE"),
        "island": Party(seat="CH"),
    },
    agreements=(
        Agreement(("hospital", "home"), ("eu.art28",)),
        Agreement(("hospital", "abroad"), ("eu.art28", "eu.scc-m2"), tia=Assessment("DPO-7", date(2027, 9, 1))),
    ),
    sites={
        "paris": Site(jurisdiction="FR", operator="home"),
        "virginia": Site(jurisdiction="US", operator="abroad"),
        "oregon": Site(jurisdiction="US", operator="listed"),
        "nairobi": Site(jurisdiction="KE", operator="strange"),
        "zug": Site(jurisdiction="CH", operator="island"),
    },
    models={"m": Model(developer="FR")},
    deployments={
        name: Deployment("m", name, "https://one.example/v1", terms=KEPT)
        for name in ("paris", "virginia", "oregon", "nairobi", "zug")
    },
    applications={
        "triage": Application("hospital", "healthcare", ("health",), ("FR",), roles=("eu.aia.deployer",), risk="high"),
        "teller": Application("bank", "banking", ("financial",), ("IN",), ("in.dpdp.consent",)),
    },
    gateway=Gateway("paris"),
)

REGISTER = {
    "entities": {
        "hospital": {
            "name": "Hospital of the example",
            "contact": "dpo@hospital.example",
            "lei": "969500ABCDEFGHIJKL12",
        },
        "home": {"name": "Home Cloud", "lei": "969500ZYXWVUTSRQPO34"},
    },
    "applications": {
        "triage": {"purposes": "ordering of patients", "retention": "six months", "overseer": "head nurse"}
    },
    "contracts": [{"between": ["hospital", "home"], "ref": "C-17", "exit_plan": "EP-3"}],
    "maintainer": "hospital",
}


@cache
def realm() -> Realm:
    """The realm of 23 November 2026."""
    return Realm(STACK, load_packs(STACK.law), vocabulary(), schema_text(), NOON, zone, FIRST)


def asked(index: int, application: str, **more: Any) -> Told:
    """An intent."""
    stated = STACK.applications[application]
    case = {
        "purpose": stated.purpose,
        "data": list(stated.data),
        "subjects": list(stated.subjects),
        "roles": list(stated.roles),
    }
    party = {"application": application, "controller": stated.controller, "case": case, **more}
    decision = {
        "realm": realm().digest,
        "mode": "enforce",
        "durability": "strict",
        "obligations": ["eu.gdpr/30-record"],
    }
    return Told("shard0001", index, "intent", None, party, decision, {"times": {"received": NOON + index}})


def answered(index: int, intent: int, deployment: str, finish: str = "stop") -> Told:
    """Its outcome."""
    decision: Mapping[str, Any] = {"deployment": deployment, "attempts": [], "durability": "strict"}
    content = {"finish": finish, "times": {"finished": NOON + 500 + index}}
    return Told("shard0001", index, "outcome", intent, {"intent": intent}, decision, content)


def exchange(index: int, application: str, deployment: str) -> list[Told]:
    """A request and its answer."""
    return [asked(index, application), answered(index + 1, index, deployment)]


def findings(*told: list[Told], register: Register | None = None) -> Findings:
    """What those entries come to."""
    happened = tuple(events([each for some in told for each in some], 0, 1 << 60))
    return Findings(
        origin=STACK.origin,
        first=FIRST,
        last=LAST,
        events=happened,
        realms={realm().digest: realm()},
        register=register if register is not None else read_register(REGISTER),
        kept_since=NOON,
    )
