"""The one gate (DESIGN rule 4): who asks, whether and where the request may go, and how to get there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Literal

from msgspec.structs import replace

from comity.adapters.keys import Key
from comity.adapters.ledger import LedgerBroken, Overloaded
from comity.law.case import Addition, Case
from comity.law.realm import Realm
from comity.placement.types import Placement, Wish
from comity.relay.exchange import Exchange
from comity.relay.ports import FREE, Admission, Later, Limited, Words
from comity.relay.surfaces import SURFACES
from comity.relay.target import Target
from comity.relay.tenant import Tenant
from comity.runtime.bearers import Bearers
from comity.runtime.in_force import Asked, InForce
from comity.runtime.messages import Endpoint
from comity.runtime.metering import of_applications, of_keys
from comity.runtime.rations import Rations
from comity.runtime.targets import Prepared, Targets
from comity.runtime.tenants import Tenants
from comity.runtime.waiting import Waiting
from comity.runtime.witnessing import Required
from comity.stack.operation import Cache, Routing
from comity.terms.instants import Instant, shown
from comity.terms.refusal import Refusal

CHANGED = Limited(
    "The rules by which this request was placed changed while it waited for the log's witnesses; try again.",
    "not_witnessed",
    1_000,
    status=503,
)

ERASED = Limited(
    "What was asked before was erased while this request came in, or its erasure salt cannot be read; send it again.",
    "not_ready",
    1_000,
    status=503,
)

UNSALTED = "The gateway cannot read or make the erasure salts of this application now; nothing was sent on."

MAX_REFERRED = 4_096
"""Erasure refs whose tenant is kept: as many as the recorder keeps fragments. One more costs some 50 microseconds."""


class Gate:
    """Implements `relay.ports.Gate` for one worker. Everything in it is replaced whole, never changed in place."""

    def __init__(
        self,
        first: InForce,
        *,
        clock: Callable[[], Instant],
        salt: Callable[[str], bytes],
        began: Callable[[InForce], None],
        trouble: Callable[[], str],
        rations: Rations | None = None,
        bearers: Bearers | None = None,
        required: Required | None = None,
        waiting: Waiting | None = None,
        salt_of_ref: Callable[[str, str], bytes] | None = None,
    ) -> None:
        """Begins with `first`, and says so to `began`, as for each realm that follows it.

        `salt` gives an application's erasure salt, `salt_of_ref` that of one of its erasure refs; `trouble` says why
        the worker as a whole is not ready, or nothing.
        Without `rations` nothing is limited, without `bearers` no token opens anything; `required` says whether enough
        is witnessed for a request, and `waiting` lets it wait until that is so.
        """
        self._clock = clock
        self._salt = salt
        self._salt_of_ref = salt_of_ref or (lambda application, _: salt(application))
        self._referred: dict[tuple[Tenant, str], Tenant] = {}
        self._began = began
        self._trouble = trouble
        self._rations = rations
        self._bearers = bearers
        self._required = required
        self._waiting = waiting
        self._force = first
        self._next: tuple[InForce, dict[str, Prepared] | None] | None = None
        self._keys: tuple[Key, ...] = ()
        self._tenants = Tenants({})
        self._targets = Targets()
        self._targets.begin(first.realm.digest, {}, clock())
        began(first)

    @property
    def realm(self) -> Realm:
        """The realm that rules now."""
        return self._force.realm

    @property
    def durability(self) -> Literal["strict", "relaxed"]:
        """What the stack asks of the log."""
        return self._force.realm.stack.durability

    @property
    def words(self) -> Words:
        """The vocabulary in force."""
        return self._force.words

    def tenant(self, key: bytes) -> Tenant | None:
        """Who this key or token speaks for, by its SHA-256; None if unknown, expired or revoked."""
        found = self._tenants.find(key, self._clock())
        if found is None and self._bearers is not None:
            token = self._bearers.find(key)
            return None if token is None else self._tenants.of_token(token.issuer, token.application, token.role)
        return found

    def case(self, tenant: Tenant, addition: Addition, operation: str) -> Case:
        """The application's registered case with the request's additions united."""
        return self._force.case(Asked(tenant.application, addition, operation))

    def place(
        self, tenant: Tenant, addition: Addition, wish: Wish, operation: str, now: Instant
    ) -> Placement | Refusal:
        """Rule and place under the realm whose time it is; past its date and without a next one, a refusal."""
        if self._next is not None:
            self._turn(now)
        if wish.models != tenant.models:
            wish = replace(wish, models=tenant.models)
        return self._force.place(Asked(tenant.application, addition, operation), wish, now)

    def targets(self, realm: str) -> Mapping[str, Target]:
        """Where to send, under the realm of a placement."""
        return self._targets.of(realm)

    def reached(self) -> Mapping[str, Target]:
        """Where deployments are reached under the realm that rules now."""
        return self._targets.of(self._force.realm.digest)

    def admit(
        self, exchange: Exchange, placement: Placement, now: Instant, ready: Callable[[Admission | Limited], None]
    ) -> Admission | Limited | None:
        """Count a request against its tenant's limits and budgets, if what is witnessed is new enough for it."""
        tenant = exchange.tenant
        if self._destroyed(tenant):
            return ERASED
        if self._required is not None:
            refusal = self._required.refusal(tenant.application, now)
            if refusal is not None:
                return None if self._held(exchange, placement, now, ready) else refusal
        return self._ration(exchange, placement, now, ready)

    def _held(
        self, exchange: Exchange, placement: Placement, now: Instant, ready: Callable[[Admission | Limited], None]
    ) -> bool:
        """Whether a request waits for witnesses; not if its key or token has ended while it came in."""
        holder = self.tenant(exchange.presented)
        if self._waiting is None or holder is None:
            return False
        return self._waiting.hold(
            exchange, now, lambda then: self._go_on(exchange, placement, holder, then, ready), ready
        )

    def _go_on(
        self,
        exchange: Exchange,
        placement: Placement,
        holder: Tenant,
        now: Instant,
        ready: Callable[[Admission | Limited], None],
    ) -> None:
        """Enough is witnessed for a request that waited: it is placed as it was, for the same `holder` of its key or
        token, or not at all."""
        tenant, operation = exchange.tenant, SURFACES[exchange.surface].operation
        if self._destroyed(tenant):
            ready(ERASED)
        elif (
            self.place(tenant, exchange.addition, placement.wish, operation, now) is not placement
            or self.tenant(exchange.presented) != holder  # revoked, or it has ended, or may do less
        ):
            ready(CHANGED)
        elif (admission := self._ration(exchange, placement, now, ready)) is not None:
            ready(admission)

    def _ration(
        self, exchange: Exchange, placement: Placement, now: Instant, ready: Callable[[Admission | Limited], None]
    ) -> Admission | Limited | None:
        if self._rations is None:
            return FREE
        return self._rations.admit(
            exchange, placement, self._targets.of(placement.realm), now, partial(self._shared, exchange.tenant, ready)
        )

    def _shared(
        self, tenant: Tenant, ready: Callable[[Admission | Limited], None], answer: Admission | Limited
    ) -> None:
        """A request that waited for its share has it, or not."""
        if not isinstance(answer, Limited) and self._destroyed(tenant):
            answer.release(self._clock())
            answer = ERASED
        ready(answer)

    @property
    def routing(self) -> Routing:
        """How attempts are made inside a placement."""
        return self._force.realm.stack.routing

    def cache(self, tenant: Tenant) -> Cache | None:
        """How long exact answers are kept for the tenant's application; None: not at all, or its salt was destroyed
        since it asked."""
        application = self._force.realm.stack.applications.get(tenant.application)
        if application is None or application.cache is None or tenant.salt != self._salt(tenant.application):
            return None
        return application.cache

    def models(self, tenant: Tenant) -> tuple[str, ...]:
        """The models that this tenant may ask for, sorted."""
        return self._force.models(tenant.models)

    def fault(self) -> str:
        """Why no request should come here now, or empty."""
        now = self._clock()
        self._turn(now)
        if now >= self._force.realm.valid_until:
            return f"the realm ended at {shown(self._force.realm.valid_until)} and the next is not there"
        return self._trouble()

    def prepared(self, endpoints: Iterable[Endpoint]) -> dict[str, Prepared]:
        """What `take` wants of endpoints; may be called on any thread.

        Raises:
            OSError, ssl.SSLError: a file of authorities or a certificate cannot be read.
        """
        return self._targets.prepared(endpoints)

    def take(self, force: InForce, targets: dict[str, Prepared] | None = None) -> None:
        """Rule by `force` from its beginning on, which may be now, and reach its deployments there; None: as before."""
        self._next = force, targets
        self._turn(self._clock())

    def move(self, targets: dict[str, Prepared]) -> None:
        """Under the same realm, reach the deployments there."""
        self._next = None
        self._targets.begin(self._force.realm.digest, targets, self._clock())

    def under(self, tenant: Tenant, ref: str) -> Tenant:
        """Who this tenant is for a request with that erasure ref; its salt is the one that is on the disk now."""
        try:
            salt = self._salt_of_ref(tenant.application, ref)
        except (OSError, ValueError) as error:
            raise Later(UNSALTED) from error
        referred = self._referred.get((tenant, ref))
        if referred is None or referred.salt != salt:
            if len(self._referred) >= MAX_REFERRED:
                self._referred.clear()
            referred = self._referred[tenant, ref] = tenant.under(ref, salt)
        return referred

    def erased(self, tenant: Tenant) -> Limited | None:
        """`ERASED` if the tenant's salt was destroyed since a request of it began to come in."""
        return ERASED if self._destroyed(tenant) else None

    def _destroyed(self, tenant: Tenant) -> bool:
        try:
            salt = self._salt_of_ref(tenant.application, tenant.ref) if tenant.ref else self._salt(tenant.application)
        except (OSError, ValueError):
            return True
        return salt != tenant.salt

    def forget(self) -> None:
        """Some erasure salt was destroyed: whoever asks next has a new one, and nobody waits with an old one."""
        self._referred.clear()
        if self._waiting is not None:
            self._waiting.drop(ERASED, lambda exchange: self._destroyed(exchange.tenant))
        self.recognise(self._keys)

    def recognise(self, keys: Iterable[Key]) -> None:
        """From now on these keys, and no others, open something."""
        self._keys = tuple(keys)
        stack = self._force.realm.stack
        self._tenants = Tenants.of(self._keys, stack.applications, self._salt, self._tenants, stack.detection)
        if self._rations is not None:
            self._rations.replace(of_keys(self._keys, stack), of_applications(stack), stack.currency)

    def reach(self, deployment: str, endpoint: Endpoint | None) -> None:
        """From now on the deployment is reached there, or not at all.

        Raises:
            OSError, ssl.SSLError: its file of authorities cannot be read.
        """
        self._targets.reach(deployment, endpoint)
        if self._next is not None and (coming := self._next[1]) is not None:
            coming.pop(deployment, None)
            if endpoint is not None:
                coming |= self._targets.prepared((endpoint,))

    def _turn(self, now: Instant) -> None:
        """Swap in the next realm if its time has come and the log says so; else the old one refuses past its date."""
        if self._next is None or now < self._next[0].realm.since:
            return
        force, targets = self._next
        try:
            self._began(force)
        except (LedgerBroken, Overloaded):
            return
        self._force, self._next = force, None
        self._targets.begin(force.realm.digest, targets, now)
        self.recognise(self._keys)
