"""What the relay needs from outside: who asks, what is decided, where to send, and a durable log.

The relay knows no clock, no socket and no key store. `Gate` is implemented by the runtime, `Log` by the ledger;
tests have doubles of both. Every method is called on the event-loop thread and must not block it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Literal, Protocol, TypeAlias

from msgspec import Struct

from comity.law.case import Addition, Case
from comity.placement.types import Placement, Wish
from comity.terms.refusal import Refusal

Done: TypeAlias = Callable[[BaseException | None], None]
"""Called once with None when an entry is durable, or with what kept it from becoming so."""


class Tenant(Struct, frozen=True):
    """Who a key speaks for. The gate returns the same object for the same key until something about it changes.

    Attributes:
        application: id of the application, or of the role where `auditor` is true.
        controller: the application's registered controller, a party id or a bare jurisdiction.
        key: public id of the key, for counters and lists; never the key.
        salt: the application's erasure salt, 32 bytes (docs/spec/commitment.md).
        disclose: `full` shows the names of deployments and sites to the caller, `none` leaves them out.
        auditor: a key that reads receipts of every application and may not ask for inference.
    """

    application: str
    controller: str
    key: str
    salt: bytes
    disclose: Literal["full", "none"] = "none"
    auditor: bool = False


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
        path: prefix of the API without a trailing slash (`/v1`).
        authorization: value of the Authorization header, or empty. Never shown, never logged.
        served_as: the model's name at this upstream; replaces the caller's `model` in the request's bytes.
        connections: most connections that may be open to it at once; past that it has no capacity.
    """

    deployment: str
    served_as: str
    site: str = ""
    host: str = "localhost"
    port: int = 80
    unix: str = ""
    tls: Any = None
    path: str = "/v1"
    authorization: bytes = b""
    connections: int = 256
    timeouts: Timeouts = DEFAULT_TIMEOUTS


class Words(Struct, frozen=True):
    """The words that the `Comity-Data`, `-Purpose` and `-Subjects` headers may use; any other is a bad request.

    `jurisdictions` holds every ISO 3166-1 alpha-2 code besides those that the stack and the packs name: subjects
    of a place whose law is not loaded are a matter for the ruling (`comity/uncovered`), not for the parser.
    """

    data: frozenset[str]
    purposes: frozenset[str]
    jurisdictions: frozenset[str]


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

    def target(self, deployment: str) -> Target | None:
        """Where to send for this deployment; None while it cannot be reached (an embedded node that is down)."""

    def models(self, tenant: Tenant) -> tuple[str, ...]:
        """Names of the models and aliases that this tenant may ask for, sorted."""

    def fault(self) -> str:
        """Why no request should come here now (readiness), or empty when all is well."""


class Log(Protocol):
    """The durable log, as the relay uses it (the duties stand in `comity.adapters.ledger`)."""

    @property
    def healthy(self) -> bool:
        """False from the first failed write on."""

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
