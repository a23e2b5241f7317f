"""The head of a relayed answer: the contract's headers (DESIGN, part 5)."""

from __future__ import annotations

from comity.adapters.http.client import Client
from comity.adapters.http.replies import RETRY_AFTER, head
from comity.relay.exchange import Exchange


def answer_head(
    exchange: Exchange, site: str, client: Client, content_type: bytes, *, length: int | None, retry_after: bytes = b""
) -> bytes:
    """The head of the answer that a client gets; nothing of the upstream's own head but its type and `retry_after`.

    `site` is that of the deployment that answers. Without `length` the answer flows.
    """
    fields = b"comity-receipt: %b\r\ncomity-ruling: %b\r\n" % (
        exchange.receipt.encode(),
        exchange.placement.ruling.encode(),
    )
    if exchange.placement.mode == "observe":
        fields += b"comity-mode: observe\r\n"
    if exchange.tenant.disclose == "full" and exchange.deployment:
        fields += b"comity-deployment: %b\r\n" % exchange.deployment.encode()
        if site:
            fields += b"comity-site: %b\r\n" % site.encode()
    if exchange.status == 503:
        fields += RETRY_AFTER
    elif retry_after:
        fields += b"retry-after: %b\r\n" % retry_after
    if length is None:
        fields += b"cache-control: no-cache\r\n"
    return head(exchange.status, content_type, fields, length=length, close=not client.keep, chunked=client.chunked)
