"""One request as a state machine without input or output.

It holds what is known of the request so far and says what may happen next. Every illegal step raises `IllegalStep`:
so no attempt is made before the intent is durable, none outside the placement, and nothing ends twice.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from comity.law.case import Addition, Case
from comity.placement.types import Placement
from comity.proof.commitment import Commitment, opening
from comity.relay.body import Ask
from comity.relay.ports import Tenant
from comity.relay.usage import Usage

State: TypeAlias = Literal["RECEIVED", "RULED", "PLACED", "RELAYING", "SEALED", "REFUSED", "BROKEN"]
Event: TypeAlias = Literal["place", "refuse", "durable", "answer", "seal", "break"]

TRANSITIONS: dict[tuple[State, Event], State] = {
    ("RECEIVED", "place"): "RULED",  # a placement stands; its intent is on the way to the log
    ("RECEIVED", "refuse"): "REFUSED",  # by law, by choice, or because it cannot be read
    ("RULED", "durable"): "PLACED",  # from here on bytes may leave, to candidates of the placement
    ("RULED", "break"): "BROKEN",
    ("PLACED", "answer"): "RELAYING",  # one deployment answers; no other is tried any more
    ("PLACED", "break"): "BROKEN",
    ("RELAYING", "seal"): "SEALED",  # the outcome is durable; the end of the answer may go
    ("RELAYING", "break"): "BROKEN",
}
"""Everything that can happen. SEALED, REFUSED and BROKEN are ends."""

Result: TypeAlias = Literal["", "ok", "refused", "timeout", "status", "broken", "invalid", "cancelled"]


class IllegalStep(Exception):
    """A step that the table does not have: a mistake in the driver, never something that a peer can cause."""


class Attempt:
    """One try at one deployment. Instants in milliseconds; `status` 0 means that no status was read."""

    __slots__ = ("deployment", "finished", "result", "started", "status")

    def __init__(self, deployment: str, started: int) -> None:
        self.deployment = deployment
        self.result: Result = ""
        self.status = 0
        self.started = started
        self.finished = 0

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

    `intent` is the index of its intent in the log and `receipt` the id of the receipt; both are set when the intent
    is handed to the log. `status` is that of the answer that the client gets, `finish` says how it ended
    (docs/spec/entry.md).
    """

    __slots__ = (
        "addition",
        "ask",
        "attempts",
        "body",
        "case",
        "deployment",
        "finish",
        "first_byte",
        "intent",
        "nonce",
        "placement",
        "receipt",
        "received",
        "response",
        "state",
        "status",
        "tenant",
        "upstream_request",
        "upstream_response",
        "usage",
    )

    def __init__(self, tenant: Tenant, addition: Addition, body: bytes, nonce: bytes, received: int) -> None:
        self.tenant = tenant
        self.addition = addition
        self.body = body
        self.nonce = nonce
        self.received = received
        self.state: State = "RECEIVED"
        self.attempts: list[Attempt] = []
        self.intent = -1
        self.receipt = ""
        self.deployment = ""
        self.first_byte = 0
        self.status = 0
        self.finish = ""
        self.usage: Usage | None = None
        self.response: Commitment | None = None
        self.upstream_request: str | None = None
        self.upstream_response: Commitment | None = None
        self.ask: Ask
        self.case: Case
        self.placement: Placement

    def step(self, event: Event) -> None:
        """Take one step of the table.

        Raises:
            IllegalStep: the table has no such step from the present state.
        """
        after = TRANSITIONS.get((self.state, event))
        if after is None:
            raise IllegalStep(f"{event} in state {self.state}")
        self.state = after

    def place(self, case: Case, placement: Placement) -> None:
        """The gate has placed it."""
        self.step("place")
        self.case = case
        self.placement = placement

    def attempt(self, deployment: str, now: int) -> Attempt:
        """Begin an attempt; the one door through which bytes leave.

        Raises:
            IllegalStep: the intent is not durable, an answer is under way, or the deployment is not in the placement.
        """
        if self.state != "PLACED":
            raise IllegalStep(f"attempt in state {self.state}")
        if not _holds(self.placement, deployment):
            raise IllegalStep(f"{deployment} is not in the placement")
        attempt = Attempt(deployment, now)
        self.attempts.append(attempt)
        return attempt

    def answer(self, status: int, now: int) -> None:
        """The last attempt's deployment answers with `status`, and its answer is the one that the client gets."""
        self.step("answer")
        attempt = self.attempts[-1]
        attempt.status = status
        self.deployment = attempt.deployment
        self.status = status
        self.first_byte = now

    @property
    def open(self) -> bool:
        """Whether something can still happen."""
        return self.state not in ("SEALED", "REFUSED", "BROKEN")

    def commitment(self, role: Literal["request", "response", "upstream-request", "upstream-response"]) -> Commitment:
        """A fresh commitment under this request's opening for `role` (docs/spec/commitment.md)."""
        return Commitment(opening(self.tenant.salt, self.nonce, role))
