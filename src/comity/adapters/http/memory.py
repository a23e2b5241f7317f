"""The exact answers that a port has kept, looked up for one exchange (`relay.cache`)."""

from __future__ import annotations

from comity.relay.cache import Exact, Kept, Key, key
from comity.relay.exchange import Exchange
from comity.relay.ports import Gate


class Memory:
    """One worker's answers. They are those of one realm: in another, a deployment of the same name may be another."""

    __slots__ = ("_exact", "_gate", "_realm")

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._exact = Exact()
        self._realm = ""

    def recall(self, exchange: Exchange, now: int) -> Kept | None:
        """The answer to an equal request, from a deployment that may answer this one too; None if there is none."""
        if not _alike(exchange) or self._gate.cache(exchange.tenant) is None:
            return None
        placement = exchange.placement
        if placement.realm != self._realm:
            self._realm = placement.realm
            self._exact.clear()
        permitted = [candidate.deployment for candidate in placement.candidates]
        return self._exact.get(_key(exchange), permitted, now)

    def keep(self, exchange: Exchange, content_type: bytes, body: bytes, now: int) -> None:
        """Keep an answer that came whole and passed untouched, where its application wants that."""
        policy = self._gate.cache(exchange.tenant)
        if policy is None or not _alike(exchange):
            return
        if exchange.status != 200 or exchange.placement.realm != self._realm:
            return
        kept = Kept(exchange.deployment, exchange.intent, content_type, body, now + int(policy.seconds * 1000))
        self._exact.put(_key(exchange), kept, policy.entries)

    def forget(self, application: str) -> None:
        """Give no answer of before to an application again: something of it was erased."""
        self._exact.clear(application)


def _alike(exchange: Exchange) -> bool:
    """Whether an equal request may have its answer: what has an erasure ref has to go with it, from memory too."""
    return not (exchange.ask.stream or exchange.pseudonyms is not None or exchange.tenant.ref)


def _key(exchange: Exchange) -> Key:
    return key(exchange.tenant.application, exchange.surface, exchange.body, exchange.ask.lines)
