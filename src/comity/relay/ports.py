"""What the relay needs from outside: who asks, what is decided, where to send, and a durable log.

The relay knows no clock, no socket and no key store. `Gate` is implemented by the runtime, `Log` by the ledger;
tests have doubles of both. Every method is called on the event-loop thread and must not block it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, Protocol, TypeAlias

from msgspec import Struct

from comity.law.case import Addition, Case
from comity.placement.types import Placement, Wish
from comity.relay.exchange import Exchange
from comity.relay.target import Target
from comity.relay.tenant import Tenant
from comity.stack.operation import Cache, Routing
from comity.terms.refusal import Refusal

Done: TypeAlias = Callable[[BaseException | None], None]
"""Called once with None when an entry is durable, or with what kept it from becoming so."""


class Words(Struct, frozen=True):
    """The words that the `Comity-Data`, `-Purpose` and `-Subjects` headers may use; any other is a bad request.

    `jurisdictions` holds every ISO 3166-1 alpha-2 code besides those that the stack and the packs name: subjects
    of a place whose law is not loaded are a matter for the ruling (`comity/uncovered`), not for the parser.
    """

    data: frozenset[str]
    purposes: frozenset[str]
    jurisdictions: frozenset[str]


class Admission(Protocol):
    """A request's share of the limits and budgets that it counts against. One of `settle` and `release` ends it."""

    @property
    def headers(self) -> bytes:
        """`x-ratelimit-*` lines for the answer, each with its line end."""

    def settle(self, tokens: int, cost: int, now: int) -> None:
        """What it took: tokens, and 10^-9 of the stack's currency (-1 for what is not known)."""

    def release(self, now: int) -> None:
        """It took nothing: it was refused, or no deployment answered."""


class _Free:
    """An admission where nothing is limited."""

    __slots__ = ()
    headers = b""

    def settle(self, tokens: int, cost: int, now: int) -> None:
        pass

    def release(self, now: int) -> None:
        pass


FREE: Admission = _Free()
"""The admission of whom no limit and no budget concerns."""


class Limited(Struct, frozen=True):
    """A limit or budget is used up (429), too little of the log is witnessed, or what it would be entered under is
    destroyed (503). Nothing was entered in the log, and nothing has left."""

    message: str
    code: Literal["rate_limit_exceeded", "budget_exceeded", "not_witnessed", "not_ready"]
    retry_after_ms: int = 0  # 0: not known, or never
    headers: bytes = b""
    status: int = 429


class Gate(Protocol):
    """The one gate: nothing leaves without the `Placement` that it returns."""

    @property
    def durability(self) -> Literal["strict", "relaxed"]:
        """What the stack asks of the log; stamped on every entry."""

    @property
    def words(self) -> Words:
        """The vocabulary in force."""

    def tenant(self, key: bytes) -> Tenant | None:
        """Who this key speaks for, by its SHA-256; None if unknown, expired or revoked."""

    def under(self, tenant: Tenant, ref: str) -> Tenant:
        """Who this tenant is for a request with that erasure ref; the same object for the same ref, for a while.

        Nothing is written, whether or not the ref was ever seen.

        Raises:
            Later: its salt cannot be had now.
        """

    def case(self, tenant: Tenant, addition: Addition, operation: str) -> Case:
        """The application's registered case with the request's additions united (DESIGN rule 6), as entries show it.

        Cheap: kept for the few additions that occur.
        """

    def place(self, tenant: Tenant, addition: Addition, wish: Wish, operation: str, now: int) -> Placement | Refusal:
        """Rule and place. `now` is in milliseconds since the epoch. The same question gives the same object."""

    def targets(self, realm: str) -> Mapping[str, Target]:
        """Where to send, under the realm of a placement: deployments that can be reached now.

        A deployment that is missing cannot be reached (an embedded node that is down). Never those of another realm,
        so that a reload sends no old placement to a new address; empty for a realm that is long gone.
        """

    def admit(
        self, exchange: Exchange, placement: Placement, now: int, ready: Callable[[Admission | Limited], None]
    ) -> Admission | Limited | None:
        """Count a request against its tenant's limits and budgets, before it is entered in the log.

        `exchange` has its tenant, ask, body and session. None: the answer comes through `ready`, within a second or
        two and never inside this call; an admission that comes too late is to be released.
        """

    def erased(self, tenant: Tenant) -> Limited | None:
        """Why nothing may be entered of a request of this tenant: its salt was destroyed since it came in; or None."""

    @property
    def routing(self) -> Routing:
        """How attempts are made inside a placement."""

    def cache(self, tenant: Tenant) -> Cache | None:
        """How long exact answers are kept for the tenant's application; None: not at all."""

    def models(self, tenant: Tenant) -> tuple[str, ...]:
        """Names of the models and aliases that this tenant may ask for, sorted."""

    def fault(self) -> str:
        """Why no request should come here now (readiness), or empty when all is well."""


class Log(Protocol):
    """The durable log, as the relay uses it (the duties stand in `comity.adapters.ledger`)."""

    @property
    def healthy(self) -> bool:
        """False from the first failed write on."""

    @property
    def trouble(self) -> str:
        """Why no new requests should be sent here, in words for anyone, or empty: a broken log, or one whose signer is
        silent, which is durable all the same and serves what comes.
        """

    def receipt_id(self, index: int) -> str:
        """`<shard>.<index>`: the value of the Comity-Receipt header."""

    def append(
        self, kind: str, party: bytes, decision: bytes, content: bytes, done: Done, *, intent: int | None = None
    ) -> int:
        """Enter three canonical blocks; returns the index at once, calls `done` later, never inside `append`."""


Receipts: TypeAlias = Callable[[str, Tenant], Awaitable[dict[str, Any] | None]]
"""Fetches a receipt for a tenant; None if there is none that this tenant may read. May raise `Later`."""


class Vault(Protocol):
    """Keeps what an application wants kept of its exchanges, off the event-loop thread."""

    def wants(self, exchange: Exchange) -> bool:
        """Whether the answer that begins now is to be kept, if it comes whole. Cheap."""

    def keep(
        self, exchange: Exchange, surface: str, request: bytes, response: bytes, done: Callable[[str], None]
    ) -> None:
        """Keep the deployment's side of an exchange. `done` is called once, never inside `keep`, with the last day for
        which it is durable (`2026-12-23`), or with nothing: it is not kept."""


class Later(Exception):
    """The thing exists but cannot be given yet; the message says why. Answered 503 with Retry-After."""


class Watcher(Protocol):
    """Who is told of each request when it is over, on the event-loop thread: for counters, spans and hooks."""

    def finished(self, exchange: Exchange, now: int) -> None:
        """It is SEALED, BROKEN or REFUSED. `exchange.body` and what was answered are not to be kept or shown."""
