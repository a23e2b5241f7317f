"""What is said of a request before it is relayed: by its head, and by its head and body together."""

from __future__ import annotations

from typing import NamedTuple

from comity.adapters.http.port import Port
from comity.adapters.http.replies import RETRY_AFTER
from comity.adapters.http.request_head import OURS, erasure_ref, key, session
from comity.law.case import NOTHING_ADDED
from comity.relay.addition import addition, oversight
from comity.relay.exchange import Exchange
from comity.relay.surfaces import Surface
from comity.relay.tenant import Tenant


class Early(NamedTuple):
    """An error that is told without looking at the body."""

    status: int
    message: str
    fields: bytes = b""
    code: str = ""


def hindrance(port: Port, tenant: Tenant, headers: dict[bytes, bytes]) -> Early | None:
    """Why a request for inference is not taken now; None if it is."""
    limits = port.limits
    length = headers.get(b"content-length")
    if tenant.auditor:
        return Early(403, "An auditor's key reads receipts; it may not ask for inference.")
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        return Early(415, "The body must not be compressed.")
    if length is not None and int(length) > limits.body:
        return Early(413, f"The body is larger than {limits.body} bytes.")
    if port.in_flight >= limits.in_flight:
        return Early(503, "Too many requests are under way; try again shortly.", RETRY_AFTER, "overloaded")
    fault = port.gate.fault()
    return Early(503, fault, RETRY_AFTER, "not_ready") if fault else None


def received(
    port: Port, tenant: Tenant, surface: Surface, named: str, headers: dict[bytes, bytes], body: bytes, now: int
) -> Exchange:
    """The exchange of a request that is complete; `named` is the model that its path names, if it names one.

    Raises:
        BadRequest: a header or the body cannot be taken.
    """
    added, name, overseer = NOTHING_ADDED, b"", ""
    if not OURS.isdisjoint(headers):
        name = session(headers)
        if ref := erasure_ref(headers):
            tenant = port.gate.under(tenant, ref)
        if b"comity-oversight" in headers:
            overseer = oversight(headers[b"comity-oversight"], port.gate.case(tenant, NOTHING_ADDED, surface.operation))
        added = addition(
            headers.get(b"comity-data", b""),
            headers.get(b"comity-subjects", b""),
            headers.get(b"comity-purpose", b""),
            port.gate.words,
        )
    ask = surface.read(body, headers, named)
    exchange = Exchange(tenant, added, body, port.nonce(), now, surface.name, name)
    exchange.ask = ask
    exchange.presented = key(headers)
    exchange.oversight = overseer
    if b"traceparent" in headers:
        exchange.traceparent = headers[b"traceparent"]
    return exchange
