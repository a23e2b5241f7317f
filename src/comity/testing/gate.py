"""A gate that places on the deployments that it is told, for tests of the relay."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Literal

from comity.law.case import Addition, Case, ordered
from comity.placement.types import Candidate, Placement, Wish
from comity.relay.exchange import Exchange
from comity.relay.ports import FREE, Admission, Limited, Words
from comity.relay.target import Target
from comity.relay.tenant import Tenant
from comity.stack.operation import Cache, Routing
from comity.terms.digests import sha256_hex
from comity.terms.refusal import Refusal

KEY = b"sk-test"
TENANT = Tenant("triage", "FR", "k1", bytes(range(32)), disclose="full")
WORDS = Words(frozenset({"personal", "health"}), frozenset({"general"}), frozenset({"FR", "DE", "KE"}))


class OpenGate:
    """Places every request on `tiers`, unless `refusal` is set.

    Attributes:
        tiers: deployments by tier; each needs an entry in `reached`, or it cannot be reached.
        refusal: what `place` answers instead, if not None.
        why: what `fault` says.
        limited: what `admit` answers, if not None; `admission` otherwise.
        gone: what `erased` answers.
        routing: how attempts are made.
        kept: how long exact answers are kept.
        disclosures: what the law asks to be said of answers.
        oversight: the functions that oversee every application.
        wishes: what `place` was asked.
    """

    def __init__(self, *tiers: tuple[str, ...]) -> None:
        self.tiers = tiers
        self.reached: dict[str, Target] = {}
        self.tenants: dict[bytes, Tenant] = {KEY: TENANT}
        self.refusal: Refusal | None = None
        self.mode = "enforce"
        self.why = ""
        self.limited: Limited | None = None
        self.admission = FREE
        self.gone: Limited | None = None
        self.routing = Routing(retries=0)
        self.kept: Cache | None = None
        self.durability: Literal["strict", "relaxed"] = "strict"
        self.words = WORDS
        self.disclosures: tuple[str, ...] = ()
        self.oversight: tuple[str, ...] = ()
        self.wishes: list[Wish] = []
        self._placements: dict[tuple[object, ...], Placement] = {}

    def tenant(self, key: bytes) -> Tenant | None:
        """By the key itself."""
        return self.tenants.get(key)

    def under(self, tenant: Tenant, ref: str) -> Tenant:
        """With a salt that is made of the ref."""
        return tenant.under(ref, hashlib.sha256(ref.encode()).digest())

    def case(self, tenant: Tenant, addition: Addition, operation: str) -> Case:
        """A case of personal data in France, and what is added."""
        return Case(
            operation,
            tenant.controller,
            "general",
            ordered(("personal", *addition.data)),
            ordered(("FR", *addition.subjects)),
            oversight=self.oversight,
        )

    def place(self, tenant: Tenant, addition: Addition, wish: Wish, operation: str, now: int) -> Placement | Refusal:
        """The tiers, the same object for the same question."""
        self.wishes.append(wish)
        if self.refusal is not None:
            return self.refusal
        key = (wish, addition, self.tiers, self.mode, self.disclosures)
        placement = self._placements.get(key)
        if placement is None:
            digest = sha256_hex(repr(key).encode())
            tiers = tuple(tuple(Candidate(name, 0, ()) for name in tier) for tier in self.tiers)
            placement = Placement(
                digest, digest, digest, digest, self.mode, wish.model, tiers, disclosures=self.disclosures
            )
            self._placements[key] = placement
        return placement

    def targets(self, realm: str) -> Mapping[str, Target]:
        """`reached`, whatever the realm."""
        return self.reached

    def admit(
        self, exchange: Exchange, placement: Placement, now: int, ready: Callable[[Admission | Limited], None]
    ) -> Admission | Limited | None:
        """`limited` or `admission`."""
        return self.limited or self.admission

    def erased(self, tenant: Tenant) -> Limited | None:
        """`gone`."""
        return self.gone

    def cache(self, tenant: Tenant) -> Cache | None:
        """`kept`."""
        return self.kept

    def models(self, tenant: Tenant) -> tuple[str, ...]:
        """One."""
        return ("civic-tiny",)

    def fault(self) -> str:
        """`why`."""
        return self.why
