"""What the relay needs from outside: who asks, what is decided, where to send, and a durable log.

The relay knows no clock, no socket and no key store. `Gate` is implemented by the runtime, `Log` by the ledger;
tests have doubles of both. Every method is called on the event-loop thread and must not block it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from msgspec import Struct
from msgspec.structs import force_setattr

from comity.law.case import Addition, Case
from comity.placement.types import Placement, Wish
from comity.proof.commitment import Openings
from comity.stack.operation import Cache, Routing
from comity.terms.digests import SIZE
from comity.terms.refusal import Refusal

if TYPE_CHECKING:
    from comity.relay.exchange import Exchange

Done: TypeAlias = Callable[[BaseException | None], None]
"""Called once with None when an entry is durable, or with what kept it from becoming so."""


_UNMADE = Openings(bytes(SIZE))


class Tenant(Struct, frozen=True, cache_hash=True):
    """Who a key speaks for. The gate returns the same object for the same key until something about it changes.

    Attributes:
        application: id of the application, or of the role where `auditor` is true.
        controller: the application's registered controller, a party id or a bare jurisdiction.
        key: public id of the key, for counters and lists; never the key.
        salt: the application's erasure salt, 32 bytes (docs/spec/commitment.md).
        disclose: `full` shows the names of deployments and sites to the caller, `none` leaves them out.
        auditor: a key that reads receipts of every application and may not ask for inference.
        models: the models that the application and the key may both ask for, sorted; None for every one.
        openings: of `salt`; made from it.
    """

    application: str
    controller: str
    key: str
    salt: bytes
    disclose: Literal["full", "none"] = "none"
    auditor: bool = False
    models: tuple[str, ...] | None = None
    openings: Openings = _UNMADE

    def __post_init__(self) -> None:
        force_setattr(self, "openings", Openings(self.salt))


class Timeouts(Struct, frozen=True):
    """Seconds that an upstream may take, each for one thing.

    Attributes:
        connect: until the connection (and TLS) stands. A healthy host answers in milliseconds.
        first_byte: until the answer's head. Without streaming this is the whole generation.
        idle: between two pieces of an answer once it has begun.
    """

    connect: float = 5.0
    first_byte: float = 300.0
    idle: float = 60.0


DEFAULT_TIMEOUTS = Timeouts()


class Check(Struct, frozen=True):
    """An active check of a deployment: GET `path` every so many seconds, answered within `timeout` seconds."""

    path: str
    every: float
    timeout: float


class Target(Struct, frozen=True, eq=False):
    """Where requests for a deployment are sent, and with which credentials.

    The gate returns the same object for a deployment until something about it changes: connections are pooled by it,
    so an object that is new closes the connections of the old one.

    Attributes:
        deployment: id of the deployment.
        site: id of its site, shown to keys with `disclose: full`.
        host, port: where to connect, and the value of the Host header. With `unix` they are the Host header alone.
        unix: path of a Unix socket, or empty.
        tls: an `ssl.SSLContext` that verifies names, or None for plain HTTP. Opaque here.
        path: prefix of the API without a trailing slash (`/v1`, `/openai/deployments/NAME`).
        query: what follows the path, with its question mark (`?api-version=…`), or empty.
        credentials: header lines, each with its line end, that open the upstream; or empty. Never shown, never logged.
        served_as: the model's name at this upstream; replaces the caller's `model` in the request's bytes.
        surfaces: names of the surfaces that it serves itself; what can be translated to one of them it may serve too.
        stream_usage: whether it understands `stream_options.include_usage`.
        connections: most connections that may be open to it at once; past that it has no capacity.
        weight: its share among equals of its tier.
        draining: what is under way ends, and nothing new begins.
        check: how its health is asked for; None: judged by what its answers show.
        price_in, price_out: 10^-9 of `currency` for each token, -1 where it is not known.
    """

    deployment: str
    served_as: str
    site: str = ""
    host: str = "localhost"
    port: int = 80
    unix: str = ""
    tls: Any = None
    path: str = "/v1"
    query: str = ""
    credentials: bytes = b""
    surfaces: tuple[str, ...] = ("chat",)
    stream_usage: bool = True
    connections: int = 256
    weight: int = 1
    draining: bool = False
    check: Check | None = None
    price_in: int = -1
    price_out: int = -1
    currency: str = ""
    timeouts: Timeouts = DEFAULT_TIMEOUTS


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
    """A limit or budget is used up: 429. Nothing was entered in the log, and nothing has left."""

    message: str
    code: Literal["rate_limit_exceeded", "budget_exceeded"]
    retry_after_ms: int = 0  # 0: not known, or never
    headers: bytes = b""


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


class Later(Exception):
    """The thing exists but cannot be given yet; the message says why. Answered 503 with Retry-After."""


class Watcher(Protocol):
    """Who is told of each request when it is over, on the event-loop thread: for counters, spans and hooks."""

    def finished(self, exchange: Exchange, now: int) -> None:
        """It is SEALED, BROKEN or REFUSED. `exchange.body` and what was answered are not to be kept or shown."""
