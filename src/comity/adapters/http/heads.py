"""The head of a relayed answer: the contract's headers (DESIGN, part 5)."""

from __future__ import annotations

from comity.adapters.http.client import Client
from comity.adapters.http.replies import RETRY_AFTER, head
from comity.placement.types import Placement
from comity.relay.exchange import Exchange

MAX_KEPT = 4_096
"""Fields kept written: a placement and who of it answers; some 200 bytes each."""


class AnswerHeads:
    """Writes the heads of answers; nothing of the upstream's own head is in them but its type and `Retry-After`."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, bool], bytes] = {}

    def write(
        self,
        exchange: Exchange,
        client: Client,
        content_type: bytes,
        *,
        length: int | None,
        retry_after: bytes = b"",
        limits: bytes = b"",
    ) -> bytes:
        """The head of the answer that a client gets. Without `length` it flows; `limits` are further header lines."""
        disclosed = exchange.tenant.disclose == "full"
        fields = self._kept.get((exchange.placement.digest, exchange.deployment, disclosed))
        if fields is None:
            fields = self._keep(exchange, disclosed=disclosed)
        if (
            exchange.status == 200 and length is not None and client.keep and not (limits or retry_after)
        ):  # most answers
            return b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ncontent-length: %d\r\ncomity-receipt: %b\r\n%b\r\n" % (
                content_type,
                length,
                exchange.receipt.encode(),
                fields,
            )
        more = limits
        if retry_after:
            more += b"retry-after: %b\r\n" % retry_after
        elif exchange.status == 503:
            more += RETRY_AFTER
        if length is None:
            more += b"cache-control: no-cache\r\n"
        fields = b"comity-receipt: %b\r\n%b%b" % (exchange.receipt.encode(), fields, more)
        return head(exchange.status, content_type, fields, length=length, close=not client.keep, chunked=client.chunked)

    def _keep(self, exchange: Exchange, *, disclosed: bool) -> bytes:
        fields = _fields(exchange.placement, exchange.deployment if disclosed else "")
        if disclosed and exchange.target is not None and exchange.target.site:
            fields += b"comity-site: %b\r\n" % exchange.target.site.encode()
        if exchange.target is not None or not exchange.deployment:  # of a kept answer the site is not known
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            self._kept[exchange.placement.digest, exchange.deployment, disclosed] = fields
        return fields


def _fields(placement: Placement, deployment: str) -> bytes:
    fields = b"comity-ruling: %b\r\n" % placement.ruling.encode()
    if disclosed := placement.disclosures:
        fields += b"comity-disclosure: %b\r\n" % ", ".join(disclosed).encode()
    if placement.mode == "observe":
        fields += b"comity-mode: observe\r\n"
    if deployment:
        fields += b"comity-deployment: %b\r\n" % deployment.encode()
    return fields
