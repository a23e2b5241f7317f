"""What happened in a period: the requests of the log, summed by what an authority asks about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct, field

from comity.terms.instants import Instant

MAX_OPEN = 1 << 20
"""Intents whose outcome has not been read yet; a worker holds some thousand requests at a time."""


class Told(Struct, frozen=True):
    """One entry: its receipt's shard and index, its kind, and its blocks as parsed."""

    shard: str
    index: int
    kind: str
    intent: int | None
    party: Mapping[str, Any]
    decision: Mapping[str, Any]
    content: Mapping[str, Any]


class Flow(Struct, frozen=True):
    """What requests have in common: who asked for what, under which realm, and where it went (empty: nowhere)."""

    application: str
    controller: str
    purpose: str
    data: tuple[str, ...]
    subjects: tuple[str, ...]
    roles: tuple[str, ...]
    deployment: str
    realm: str
    mode: str


class Event(Struct, frozen=True):
    """One request: when, under which receipt, and how it ended."""

    receipt: str
    received: Instant
    finished: Instant
    flow: Flow
    finish: str
    rules: tuple[str, ...]  # those that forbade it, of a denial
    obligations: tuple[str, ...]
    durability: str


class Sum(Struct):
    """Requests of one flow."""

    requests: int = 0
    first: Instant = 0
    last: Instant = 0
    finishes: dict[str, int] = field(default_factory=dict)
    receipts: list[str] = field(default_factory=list)


RECEIPTS_NAMED = 3
"""Receipts named in a row; the bundle lists every event."""


def events(entries: Iterable[Told], first: Instant, end: Instant, application: str | None = None) -> list[Event]:
    """The requests received from `first` on and before `end`, of one application or of all, by time.

    `entries` come shard by shard in order. An intent without an outcome is an event that is `open`.
    """
    begun: dict[tuple[str, int], Told] = {}
    found: list[Event] = []
    for told in entries:
        if told.kind == "intent" and _wanted(told, first, end, application):
            begun[told.shard, told.index] = told
            if len(begun) > MAX_OPEN:
                raise ValueError(f"shard {told.shard}: more than {MAX_OPEN} requests without an outcome")
        elif told.kind == "outcome" and told.intent is not None:
            intent = begun.pop((told.shard, told.intent), None)
            if intent is not None:
                found.append(_event(intent, told))
        elif told.kind == "denial" and _wanted(told, first, end, application):
            found.append(_event(told, told))
    found += [_event(intent, None) for intent in begun.values()]
    return sorted(found, key=lambda event: (event.received, event.receipt))


def sums(happened: Iterable[Event]) -> dict[Flow, Sum]:
    """The events by flow, in the order in which flows first appear."""
    summed: dict[Flow, Sum] = {}
    for event in happened:
        each = summed.setdefault(event.flow, Sum(first=event.received))
        each.requests += 1
        each.last = event.received
        each.finishes[event.finish] = each.finishes.get(event.finish, 0) + 1
        if len(each.receipts) < RECEIPTS_NAMED:
            each.receipts.append(event.receipt)
    return summed


def _wanted(told: Told, first: Instant, end: Instant, application: str | None) -> bool:
    if not first <= told.content["times"]["received"] < end:
        return False
    return application is None or told.party["application"] == application


def _event(begun: Told, ended: Told | None) -> Event:
    case, decision = begun.party["case"], begun.decision
    added = begun.party.get("added", {})
    denied = begun.kind == "denial"
    flow = Flow(
        application=begun.party["application"],
        controller=begun.party["controller"],
        purpose=", ".join(sorted({case["purpose"], *added.get("purposes", ())})),
        data=tuple(case["data"]),
        subjects=tuple(case["subjects"]),
        roles=tuple(case["roles"]),
        deployment="" if denied or ended is None else ended.decision.get("deployment", ""),
        realm=decision["realm"],
        mode=decision["mode"],
    )
    times = (ended or begun).content["times"]
    return Event(
        receipt=f"{begun.shard}.{begun.index}",
        received=begun.content["times"]["received"],
        finished=times.get("finished", 0),
        flow=flow,
        finish="denied" if denied else "open" if ended is None else ended.content["finish"],
        rules=tuple(decision.get("rules", ())),
        obligations=tuple(decision.get("obligations", ())),
        durability=decision["durability"],
    )
