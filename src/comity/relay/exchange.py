"""One request as a state machine without input or output.

It holds what is known of the request so far and says what may happen next. Every illegal step raises `IllegalStep`:
so no attempt is made before the intent is durable, none outside the placement, and nothing ends twice.
"""

from __future__ import annotations

from typing import Literal, NoReturn, TypeAlias

from msgspec import Struct

from comity.detect.found import Seen
from comity.law.case import Addition
from comity.placement.types import Placement
from comity.proof.commitment import Commitment, Role
from comity.relay.body import Ask
from comity.relay.pseudonyms import Pseudonyms
from comity.relay.target import Target
from comity.relay.tenant import Tenant
from comity.relay.usage import Usage

State: TypeAlias = Literal["RECEIVED", "RULED", "PLACED", "RELAYING", "SEALED", "REFUSED", "BROKEN"]
Event: TypeAlias = Literal["place", "refuse", "durable", "answer", "seal", "break"]

TRANSITIONS: dict[tuple[State, Event], State] = {
    ("RECEIVED", "place"): "RULED",  # a placement stands; its intent is on the way to the log
    ("RECEIVED", "refuse"): "REFUSED",  # by law, by choice, or because it cannot be read
    ("RULED", "durable"): "PLACED",  # from here on bytes may leave, to candidates of the placement
    ("RULED", "refuse"): "REFUSED",  # by a limit or a budget: nothing was entered
    ("RULED", "break"): "BROKEN",
    ("PLACED", "answer"): "RELAYING",  # one deployment answers; no other is tried any more
    ("PLACED", "break"): "BROKEN",
    ("RELAYING", "seal"): "SEALED",  # the outcome is durable; the end of the answer may go
    ("RELAYING", "break"): "BROKEN",
}
"""Everything that can happen. SEALED, REFUSED and BROKEN are ends."""

_AFTER: dict[str, dict[State, State]] = {
    event: {before: after for (before, each), after in TRANSITIONS.items() if each == event}
    for event in ("place", "refuse", "durable", "answer", "seal", "break")
}

Result: TypeAlias = Literal["", "ok", "refused", "timeout", "status", "broken", "invalid", "cancelled"]


class IllegalStep(Exception):
    """A step that the table does not have: a mistake in the driver, never something that a peer can cause."""


class Attempt(Struct, gc=False):
    """One try at one deployment. Instants in milliseconds; `status` 0 means that no status was read.

    `hedged`: begun while another was under way, because that one took long.
    """

    deployment: str
    started: int
    hedged: bool = False
    result: Result = ""
    status: int = 0
    finished: int = 0

    def end(self, result: Result, now: int, status: int = 0) -> None:
        """Note how it ended."""
        self.result = result
        self.finished = now
        self.status = status


def _holds(placement: Placement, deployment: str) -> bool:
    for tier in placement.tiers:
        for candidate in tier:
            if candidate.deployment == deployment:
                return True
    return False


class Exchange:
    """One request, from its complete body to its sealed end.

    Attributes:
        surface: name of the surface that it came to.
        session: the value of its Comity-Session header, or empty.
        presented: the key or token that it came with, to be asked again where it waits; never logged, shown or sent on.
        oversight: the function that its Comity-Oversight header names, or empty.
        traceparent: of that header, as it came, for spans; never sent upstream.
        seen: what was found in it; None where nobody looked.
        outgoing: the body that goes upstream: the client's, or with `pseudonyms` in the place of what was found in it.
        intent, receipt: index of its intent in the log, and id of the receipt; set when the intent is handed to it.
        deployment, target: whose answer the client gets; empty and None where nobody answered.
        cached: index of the intent whose answer is given again, -1 where a deployment was asked.
        status, finish: of the answer that the client gets, and how it ended (docs/spec/entry.md).
        kept: last day for which the vault has it, or empty.
        sampling: how it asks to be sampled, canonical JSON; empty where its deployment promises no exactness.
        cost: what it cost, in 10^-9 of `target.currency`; -1 where that is not known.
    """

    __slots__ = (
        "addition",
        "ask",
        "attempts",
        "body",
        "cached",
        "cost",
        "deployment",
        "finish",
        "first_byte",
        "intent",
        "kept",
        "nonce",
        "outgoing",
        "oversight",
        "placement",
        "presented",
        "pseudonyms",
        "receipt",
        "received",
        "response",
        "sampling",
        "seen",
        "session",
        "state",
        "status",
        "surface",
        "target",
        "tenant",
        "traceparent",
        "upstream_request",
        "upstream_response",
        "usage",
    )

    def __init__(
        self,
        tenant: Tenant,
        addition: Addition,
        body: bytes,
        nonce: bytes,
        received: int,
        surface: str = "chat",
        session: bytes = b"",
    ) -> None:
        self.tenant = tenant
        self.addition = addition
        self.body = body
        self.nonce = nonce
        self.received = received
        self.surface = surface
        self.session = session
        self.presented = b""
        self.oversight = ""
        self.traceparent = b""
        self.seen: Seen | None = None
        self.outgoing = body
        self.pseudonyms: Pseudonyms | None = None
        self.state: State = "RECEIVED"
        self.attempts: list[Attempt] = []
        self.intent = -1
        self.receipt = ""
        self.deployment = ""
        self.target: Target | None = None
        self.cached = -1
        self.first_byte = 0
        self.status = 0
        self.finish = ""
        self.usage: Usage | None = None
        self.cost = -1
        self.kept = ""
        self.sampling = b""
        self.response: Commitment | None = None
        self.upstream_request: str | None = None
        self.upstream_response: Commitment | None = None
        self.ask: Ask
        self.placement: Placement

    def step(self, event: Event) -> None:
        """Take one step of the table.

        Raises:
            IllegalStep: the table has no such step from the present state.
        """
        after = _AFTER[event].get(self.state)
        if after is None:
            raise IllegalStep(f"{event} in state {self.state}")
        self.state = after

    def place(self, placement: Placement) -> None:
        """The gate has placed it."""
        self.step("place")
        self.placement = placement

    def attempt(self, deployment: str, now: int, *, hedged: bool = False) -> Attempt:
        """Begin an attempt; the one door through which bytes leave.

        Raises:
            IllegalStep: the intent is not durable, an answer is under way, or the deployment is not in the placement.
        """
        if self.state != "PLACED" or not _holds(self.placement, deployment):
            self._refuse(deployment)
        attempt = Attempt(deployment, now, hedged)
        self.attempts.append(attempt)
        return attempt

    def answer(self, attempt: Attempt, status: int, now: int) -> None:
        """The deployment of an attempt answers with `status`, and its answer is the one that the client gets."""
        self.step("answer")
        attempt.status = status
        self.deployment = attempt.deployment
        self.status = status
        self.first_byte = now

    def recall(self, deployment: str, intent: int) -> None:
        """An answer that `deployment` made before, to the request with that intent, is given again.

        Raises:
            IllegalStep: as for an attempt.
        """
        if self.state != "PLACED" or not _holds(self.placement, deployment):
            self._refuse(deployment)
        self.step("answer")
        self.deployment = deployment
        self.cached = intent
        self.status = 200

    def _refuse(self, deployment: str) -> NoReturn:
        if self.state != "PLACED":
            raise IllegalStep(f"attempt in state {self.state}")
        raise IllegalStep(f"{deployment} is not in the placement")

    @property
    def open(self) -> bool:
        """Whether something can still happen."""
        return self.state not in ("SEALED", "REFUSED", "BROKEN")

    def commitment(self, role: Role) -> Commitment:
        """A fresh commitment under this request's opening for `role` (docs/spec/commitment.md)."""
        return Commitment(self.tenant.openings(self.nonce, role))
