"""Error bodies: the OpenAI envelope, and in it the refusal (DESIGN, part 5)."""

from __future__ import annotations

from typing import Any

import msgspec

from comity.terms.refusal import Refusal

TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "invalid_request_error",
    405: "invalid_request_error",
    413: "invalid_request_error",
    429: "rate_limit_error",
}
"""`error.type` by status, in the words that OpenAI clients know; everything else is `server_error` or, below 500,
`invalid_request_error`."""

UNDISCLOSED = "No deployment that this stack has may serve this request; the rules stand in error.refusal."
"""What a refusal says to a key that may not see names: the full message would have them."""


def envelope(status: int, message: str, *, code: str = "", param: str = "") -> bytes:
    """An error in the OpenAI envelope."""
    return msgspec.json.encode(
        {
            "error": {
                "message": message,
                "type": TYPES.get(status, "invalid_request_error" if status < 500 else "server_error"),
                "param": param or None,
                "code": code or None,
            }
        }
    )


def refusal_envelope(refusal: Refusal, *, disclose: bool) -> bytes:
    """A refusal with, for each candidate, the rules that forbid it; names only where `disclose` says so."""
    candidates: list[dict[str, Any]] = []
    for candidate in refusal.candidates:
        shown: dict[str, Any] = {"deployment": candidate.deployment} if disclose else {}
        shown["rules"] = [rule.document() for rule in candidate.rules]
        candidates.append(shown)
    law = refusal.reason == "forbidden"
    return msgspec.json.encode(
        {
            "error": {
                "message": refusal.message if disclose or not refusal.candidates else UNDISCLOSED,
                "type": refusal.type,
                "param": "model" if refusal.reason == "unknown-model" else None,
                "code": "model_not_found" if refusal.reason == "unknown-model" else refusal.reason,
                **({"refusal": {"reason": refusal.reason, "candidates": candidates}} if law or candidates else {}),
            }
        }
    )


def stream_error(message: str, code: str) -> bytes:
    """The event that ends a stream which broke off; no `[DONE]` follows it."""
    return b"data: " + envelope(502, message, code=code) + b"\n\n"
