"""A refusal as an answer: entered in the log first, then sent."""

from __future__ import annotations

from msgspec.structs import replace

from comity.adapters.http import failures
from comity.adapters.http.client import Client
from comity.adapters.http.port import Port
from comity.adapters.http.replies import RETRY_AFTER
from comity.adapters.ledger.failures import LedgerBroken, Overloaded
from comity.placement.types import Wish
from comity.relay.errors import refusal_envelope
from comity.relay.exchange import Exchange
from comity.relay.ports import Limited
from comity.relay.surfaces import Surface
from comity.terms.refusal import Refusal

ENTERED = ("forbidden", "no-candidate")
"""Refusals that law, a choice or the caller's own narrowing made. An unknown model and a realm that has ended say
nothing about anyone's data, nor do more new cases than can be judged in time."""


def deny(port: Port, client: Client, exchange: Exchange, surface: Surface, refusal: Refusal, wish: Wish) -> None:
    """Answer with the refusal of `wish`; its receipt is named once the denial is durable. None is entered that nobody
    could ever find or link: what the tenant asked before is erased."""
    if refusal.reason in ENTERED and (gone := port.gate.erased(exchange.tenant)) is not None:
        port.counts.broken += 1
        limit(client, gone)
        return
    port.counts.denied += 1
    if exchange.ask.hops and refusal.reason == "no-candidate":
        refusal = failures.because_of_hops(refusal, exchange.ask)
    body = refusal_envelope(refusal, disclose=exchange.tenant.disclose == "full", dialect=surface.errors)
    if refusal.reason not in ENTERED:
        client.reply(refusal.status, body, RETRY_AFTER if refusal.status in (429, 503) else b"")
        return

    def entered(error: BaseException | None) -> None:
        if error is not None:
            client.error(503, failures.LOG_FAILED, RETRY_AFTER, code="log_unavailable")
            return
        if port.watcher is not None:
            port.watcher.finished(exchange, port.clock())
        fields = b"comity-receipt: %b\r\n" % exchange.receipt.encode()
        if refusal.ruling:
            fields += b"comity-ruling: %b\r\n" % refusal.ruling.encode()
        client.reply(refusal.status, body, fields)

    wish = replace(wish, models=exchange.tenant.models)  # as the gate places it
    blocks = port.recorder.denial(exchange, surface.operation, refusal, body, port.clock(), wish)
    try:
        exchange.receipt = port.log.receipt_id(port.log.append("denial", *blocks, entered))
    except (Overloaded, LedgerBroken) as error:
        client.error(503, failures.log_refused(error), RETRY_AFTER, code="log_unavailable")


def limit(client: Client, limited: Limited) -> None:
    """Answer that a limit or a budget is used up, or that too little is witnessed; nothing was entered."""
    fields = limited.headers
    if limited.retry_after_ms:
        fields += b"retry-after: %d\r\n" % -(-limited.retry_after_ms // 1000)
    client.error(limited.status, limited.message, fields, code=limited.code)
