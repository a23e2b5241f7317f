"""A refusal is an answer: what was asked, which rules forbid each candidate, and what would change it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from comity.terms.citations import Citation

Reason = Literal["forbidden", "unknown-model", "no-candidate", "expired-realm", "too-many-cases"]


@dataclass(frozen=True, slots=True)
class Refused:
    """One candidate and the rules that forbid it."""

    deployment: str
    rules: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """No candidate may serve the request.

    `reason` is `forbidden` when every candidate is forbidden by a rule, `unknown-model` when the stack serves no such
    model, `no-candidate` when the caller's own wish left none, `expired-realm` when the law may have changed and the
    next realm is not there yet, `too-many-cases` when an application's requests add more than can be judged in time.
    """

    reason: Reason
    message: str
    realm: str
    ruling: str = ""
    candidates: tuple[Refused, ...] = ()
    assumptions: tuple[str, ...] = ()  # what the verdicts rest on where the stack is silent, as entries bear them

    @property
    def status(self) -> int:
        """The HTTP status (DESIGN, part 5): 451 if law forbids every candidate, 403 if a choice forbids one of them."""
        match self.reason:
            case "unknown-model":
                return 404
            case "expired-realm":
                return 503
            case "no-candidate":
                return 400
            case "too-many-cases":
                return 429
        by_law = all(any(rule.is_law for rule in candidate.rules) for candidate in self.candidates)
        return 451 if by_law and self.candidates else 403

    @property
    def type(self) -> str:
        """`error.type` of the OpenAI envelope."""
        return {
            451: "unlawful_placement",
            403: "policy_placement",
            404: "invalid_request_error",
            503: "server_error",
            400: "invalid_request_error",
            429: "rate_limit_error",
        }[self.status]
