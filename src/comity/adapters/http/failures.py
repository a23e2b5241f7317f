"""What a client is told when there is no answer: status, message, code."""

from __future__ import annotations

from dataclasses import replace

from comity.adapters.ledger.failures import LedgerBroken, Overloaded
from comity.relay.body import Ask
from comity.relay.exchange import Attempt
from comity.terms.refusal import Refusal

LOG_FAILED = (
    "The log could not make this request's entry durable, so nothing more is sent. Nothing is wrong with the request."
)
BROKE_OFF = "The deployment's answer broke off before its end."
NO_CAPACITY = "No deployment that may serve this request can be reached or has room now; try again shortly."
TOO_SLOW = "No deployment that may serve this request answered in time."
NO_ANSWER = "No deployment that may serve this request gave an answer."

WAITED = (504, "The request's time was over before its limits, or the log's witnesses, let it go on; try again.")

UNSEEN = (504, "The request could not be looked into in time; try again shortly.")

FULL = frozenset({429, 503, 529})
"""Statuses of a deployment that is well and has no room now (529 is Anthropic's "overloaded")."""


def log_refused(error: Overloaded | LedgerBroken) -> str:
    """Why nothing can be entered now."""
    if isinstance(error, Overloaded):
        return "Too many requests wait for the log; try again shortly."
    return LOG_FAILED


def no_answer(attempts: list[Attempt], *, expired: bool) -> tuple[int, str, str]:
    """Status, message and code after every candidate was tried."""
    if expired or (attempts and attempts[-1].result == "timeout"):
        return 504, TOO_SLOW, "upstream_timeout"
    if all(attempt.result == "refused" or attempt.status in FULL for attempt in attempts):
        return 503, NO_CAPACITY, "no_capacity"
    return 502, NO_ANSWER, "upstream_error"


def because_of_hops(refusal: Refusal, ask: Ask) -> Refusal:
    """A refusal that names the fields which ask for more than the candidates declare."""
    fields = ", ".join(f"`{field[:128]}`" for field in ask.asked[:16])
    words = ", ".join(ask.hops)
    return replace(
        refusal,
        message=f"{fields} asks an upstream for more than inference ({words}), which no deployment that may serve this "
        f"request declares. {refusal.message}",
    )
