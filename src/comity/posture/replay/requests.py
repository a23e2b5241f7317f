"""One request of a log at a time: an intent with its outcome, or a denial (docs/spec/entry.md)."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from comity.posture.replay.groups import BOUNDS_MS, Asked
from comity.terms import canon
from comity.terms.instants import Instant

UNKNOWN = -1
"""In place of a figure that the log does not have."""

DAY_MS = 86_400_000

MAX_KEPT = 8_192
"""Blocks, and groups, kept decoded: a gateway's equal requests share their bytes, and there are few that differ."""


class Request(NamedTuple):
    """What one request was and came to; `UNKNOWN` where the log does not say.

    Attributes:
        at: index of its intent or denial, which is its receipt's.
        received: when its head was read.
        asked: what it is counted with.
        prompt_tokens, completion_tokens: as reported.
        cost: 10^-9 of `currency`.
        first_byte_ms: from `received` to the first byte of the answer from upstream.
        total_ms: from `received` to the end of the answer.
        finish: how it ended, of a denial `denied`.
    """

    at: int
    received: Instant
    asked: Asked
    prompt_tokens: int = UNKNOWN
    completion_tokens: int = UNKNOWN
    cost: int = UNKNOWN
    currency: str = ""
    first_byte_ms: int = UNKNOWN
    total_ms: int = UNKNOWN
    finish: str = "denied"

    @property
    def day(self) -> int:
        """Days since 1970-01-01, UTC."""
        return self.received // DAY_MS

    @property
    def bucket(self) -> int:
        """Which bucket of the latency histogram it falls in; `UNKNOWN` if there was no first byte."""
        return UNKNOWN if self.first_byte_ms < 0 else bisect_left(BOUNDS_MS, self.first_byte_ms)


class _Case(Struct):
    operation: str = "infer"


class _Added(Struct):
    data: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()


class _Party(Struct):
    application: str
    case: _Case
    added: _Added | None = None


class _Decision(Struct):
    realm: str
    model: str
    mode: str = "enforce"
    conditions: str = ""
    placement: str = ""
    rules: tuple[str, ...] = ()
    wish: dict[str, Any] | None = None


class _Times(Struct):
    received: Instant = 0
    first_byte: Instant = 0
    finished: Instant = 0


class _Begun(Struct):
    times: _Times


class _Answered(Struct):
    deployment: str = ""


class _Usage(Struct, frozen=True):
    prompt_tokens: int = UNKNOWN
    completion_tokens: int = UNKNOWN


class _Cost(Struct, frozen=True):
    amount: int
    currency: str


class _Ended(Struct):
    finish: str
    times: _Times
    usage: _Usage = _Usage()
    cost: _Cost = _Cost(UNKNOWN, "")


_party = msgspec.json.Decoder(_Party)
_decision = msgspec.json.Decoder(_Decision)
_begun = msgspec.json.Decoder(_Begun)
_answered = msgspec.json.Decoder(_Answered)
_ended = msgspec.json.Decoder(_Ended)


class Reader:
    """Makes requests of the entries of one shard, given in order.

    Attributes:
        open: intents whose outcome has not been seen, with what they asked and when they came.
        unpaired: outcomes whose intent was not seen: they lie before the place where the reading began.
    """

    def __init__(self) -> None:
        self.open: dict[int, tuple[bytes, bytes, Instant]] = {}
        self.unpaired = 0

    def intent(self, index: int, party: bytes, decision: bytes, content: bytes) -> None:
        """A request went out."""
        self.open[index] = (party, decision, _begun.decode(content).times.received)

    def outcome(self, intent: int, decision: bytes, content: bytes) -> Request | None:
        """It is over; None if its intent was not seen."""
        begun = self.open.pop(intent, None)
        if begun is None:
            self.unpaired += 1
            return None
        party, asked, received = begun
        ended = _ended.decode(content)
        deployment = _answered.decode(decision).deployment
        first, last = ended.times.first_byte, ended.times.finished
        return Request(
            intent,
            received,
            _asked(party, asked, month(received), deployment, "answered" if deployment else "failed"),
            ended.usage.prompt_tokens,
            ended.usage.completion_tokens,
            ended.cost.amount,
            ended.cost.currency,
            max(first - received, 0) if first else UNKNOWN,
            max(last - received, 0),
            ended.finish,
        )

    def denial(self, index: int, party: bytes, decision: bytes, content: bytes) -> Request:
        """A request was refused."""
        times = _begun.decode(content).times
        asked = _asked(party, decision, month(times.received), "", "refused")
        return Request(index, times.received, asked, total_ms=max(times.finished - times.received, 0))


def month(instant: Instant) -> str:
    """The month of an instant in UTC, `2026-11`."""
    return _month(instant // DAY_MS)


@lru_cache(MAX_KEPT)
def _month(day: int) -> str:
    return datetime.fromtimestamp(day * DAY_MS // 1000, UTC).strftime("%Y-%m")


@lru_cache(MAX_KEPT)
def _asked(party: bytes, decision: bytes, period: str, deployment: str, status: str) -> Asked:
    """What is in the blocks of an intent or a denial; equal requests give the same object."""
    who, what = _party.decode(party), _decision.decode(decision)
    added = who.added or _Added()
    return Asked(
        application=who.application,
        operation=who.case.operation,
        added=(added.data, added.subjects, added.purposes),
        model=what.model,
        wish=canon.encode(what.wish).decode() if what.wish else "",
        realm=what.realm,
        conditions=what.conditions,
        mode=what.mode,
        period=period,
        placement=what.placement,
        deployment=deployment,
        rules=what.rules if status == "refused" else (),
        status=status,
    )
