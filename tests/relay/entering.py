"""Entries as a gateway makes them, in memory: a realm, a request, and the blocks that its recorder writes."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from comity.law.case import NOTHING_ADDED, Addition
from comity.law.realm import Realm
from comity.placement.types import Placement, Wish
from comity.relay.body import Ask
from comity.relay.exchange import Exchange
from comity.relay.record import Recorder
from comity.runtime.in_force import Asked, InForce
from comity.terms import canon
from comity.terms.refusal import Refusal
from comity.testing.gate import TENANT

Entry = tuple[str, dict[str, Any]]


def entered(
    realm: Realm,
    application: str,
    wish: Wish,
    now: int,
    addition: Addition = NOTHING_ADDED,
    operation: str = "infer",
) -> Entry:
    """Kind and parsed blocks of the entry that a request makes, received and decided at `now`."""
    force = InForce(realm)
    tenant = replace(
        TENANT, application=application, controller=realm.stack.applications[application].controller, models=wish.models
    )
    made = force.place(Asked(application, addition, operation), wish, now)
    exchange = Exchange(tenant, addition, b"{}", bytes(16), now)
    exchange.ask = Ask(wish.model, stream=False)
    recorder = Recorder("strict", lambda _, added, op: force.case(Asked(application, added, op)))
    if isinstance(made, Refusal):
        return "denial", parsed(recorder.denial(exchange, operation, made, b"{}", now, wish))
    assert isinstance(made, Placement)
    exchange.place(made)
    return "intent", parsed(recorder.intent(exchange, operation))


def parsed(blocks: tuple[bytes, bytes, bytes]) -> dict[str, Any]:
    """The blocks by name."""
    return dict(zip(("party", "decision", "content"), map(canon.parse, blocks), strict=True))
