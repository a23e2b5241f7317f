"""A request that is over, as others are told of it: hooks, telemetry, the access log."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from comity.relay.exchange import Exchange
from comity.relay.usage import Usage
from comity.terms.instants import Instant


class Finished(Struct, frozen=True, array_like=True):
    """One request: no content, no key, no person.

    `event` is `denial` where nothing was placed. `data`, `subjects` and `purposes` are what its headers added to its
    application's case. `model` is what its sender asked for, so only names that the stack knows may be shown. Instants
    in milliseconds, tokens and `cost` -1 where they are not known.
    """

    event: Literal["outcome", "denial"]
    receipt: str
    application: str
    key: str
    data: tuple[str, ...]
    subjects: tuple[str, ...]
    purposes: tuple[str, ...]
    surface: str
    stream: bool
    model: str
    deployment: str
    served_as: str
    host: str
    port: int
    status: int
    finish: str
    received: Instant
    first_byte: Instant
    finished: Instant
    attempts: int
    cached: bool
    input_tokens: int
    output_tokens: int
    cost: int
    currency: str
    traceparent: str = ""


_UNKNOWN = Usage()
_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def record_of(exchange: Exchange, now: Instant) -> Finished:
    """A request without its content, and without anything that its sender wrote but the model's name."""
    usage, target = exchange.usage or _UNKNOWN, exchange.target
    placed = exchange.intent >= 0
    added = exchange.addition
    return Finished(
        event="outcome" if placed else "denial",
        receipt=exchange.receipt,
        application=exchange.tenant.application,
        key=exchange.tenant.key,
        data=added.data,
        subjects=added.subjects,
        purposes=added.purposes,
        surface=exchange.surface,
        stream=exchange.ask.stream,
        model=exchange.ask.model,
        deployment=exchange.deployment,
        served_as=target.served_as if target is not None else "",
        host=target.host if target is not None else "",
        port=target.port if target is not None else 0,
        status=exchange.status,
        finish=exchange.finish,
        received=exchange.received,
        first_byte=exchange.first_byte,
        finished=now,
        attempts=len(exchange.attempts),
        cached=exchange.cached >= 0,
        input_tokens=usage.prompt_tokens,
        output_tokens=usage.completion_tokens,
        cost=exchange.cost,
        currency=target.currency if target is not None else "",
        traceparent=exchange.traceparent.decode() if _TRACEPARENT.fullmatch(exchange.traceparent) else "",
    )
