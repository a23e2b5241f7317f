"""Error bodies in the dialect of the surface that was asked, and in them the refusal (DESIGN, part 5)."""

from __future__ import annotations

from typing import Any

import msgspec

from comity.relay.dialects import errors
from comity.relay.dialects.conversation import Dialect
from comity.relay.dialects.listener import Failure
from comity.terms.refusal import Refusal

UNDISCLOSED = "No deployment that this stack has may serve this request; the rules stand in error.refusal."
"""What a refusal says to a key that may not see names: the full message would have them."""

BROKEN = 502
"""What the status would have been, of a stream that broke off after it had said 200."""


def envelope(status: int, message: str, *, code: str = "", param: str = "", dialect: Dialect = "chat") -> bytes:
    """An error in the envelope of a dialect. Anthropic's has no place for `code` and `param`."""
    return errors.envelope(dialect, Failure(status, message, code, param))


def refusal_envelope(refusal: Refusal, *, disclose: bool, dialect: Dialect = "chat") -> bytes:
    """A refusal with, for each candidate, the rules that forbid it; names only where `disclose` says so."""
    candidates: list[dict[str, Any]] = []
    for candidate in refusal.candidates:
        shown: dict[str, Any] = {"deployment": candidate.deployment} if disclose else {}
        shown["rules"] = [rule.document() for rule in candidate.rules]
        candidates.append(shown)
    law = refusal.reason == "forbidden"
    error = {
        "message": refusal.message if disclose or not refusal.candidates else UNDISCLOSED,
        "type": refusal.type,
        "param": "model" if refusal.reason == "unknown-model" else None,
        "code": "model_not_found" if refusal.reason == "unknown-model" else refusal.reason,
        **({"refusal": {"reason": refusal.reason, "candidates": candidates}} if law or candidates else {}),
    }
    return msgspec.json.encode({"type": "error", "error": error} if dialect == "messages" else {"error": error})


def stream_error(message: str, code: str, dialect: Dialect = "chat") -> bytes:
    """The event that ends a stream which broke off; nothing follows it, and no `[DONE]`."""
    return errors.event(dialect, Failure(BROKEN, message, code))
