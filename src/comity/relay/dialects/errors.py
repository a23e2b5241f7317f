"""Errors in the words of each dialect: a body with its status, and the event that ends a stream which broke off."""

from __future__ import annotations

from typing import Any

import msgspec

from comity.relay.dialects.conversation import Dialect
from comity.relay.dialects.listener import Failure

MAX_MESSAGE_CHARACTERS = 2000
"""Of a deployment's own message; some send the whole request back in it."""

BROKE_OFF = Failure(502, "The deployment's answer broke off.", "upstream_broken")
ABORTED = Failure(502, "The deployment gave up its answer.", "upstream_failed")
UNREADABLE = Failure(502, "The deployment's answer could not be read.", "upstream_invalid")

_OPENAI = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "invalid_request_error",
    429: "rate_limit_error",
}
_ANTHROPIC = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_STATUS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""What a status would be, for an error that comes without one, in a stream."""


def kind(dialect: Dialect, status: int) -> str:
    """`error.type` for a status."""
    if dialect == "messages":
        return _ANTHROPIC.get(status, "invalid_request_error" if status < 500 else "api_error")
    return _OPENAI.get(status, "invalid_request_error" if status < 500 else "server_error")


def envelope(dialect: Dialect, failure: Failure) -> bytes:
    """The body of an error answer. What a message quotes may be half of a surrogate pair, which UTF-8 cannot say."""
    try:
        return msgspec.json.encode(_document(dialect, failure))
    except UnicodeEncodeError:
        message, code, param = (
            text.encode(errors="replace").decode() for text in (failure.message, failure.code, failure.param)
        )
        return msgspec.json.encode(_document(dialect, Failure(failure.status, message, code, param)))


def event(dialect: Dialect, failure: Failure, *, number: int = 0) -> bytes:
    """The event that ends a stream; `number` is its sequence number in `responses`."""
    document = _document(dialect, failure)
    if dialect == "chat":
        return b"data: " + msgspec.json.encode(document) + b"\n\n"
    if dialect == "responses":
        # the documented members, and `error`, which is what clients look at
        flat = {"code": failure.code or None, "message": failure.message, "param": failure.param or None}
        document = {"type": "error", "sequence_number": number, **flat, **document}
    return b"event: error\ndata: " + msgspec.json.encode(document) + b"\n\n"


def _document(dialect: Dialect, failure: Failure) -> dict[str, Any]:
    type = kind(dialect, failure.status)
    if dialect == "messages":
        return {"type": "error", "error": {"type": type, "message": failure.message}}
    error = {"message": failure.message, "type": type, "param": failure.param or None, "code": failure.code or None}
    return {"error": error}


def told(error: object, status: int = 0) -> Failure:
    """What an error object of any dialect says; `status` 0 is taken from its type."""
    said = error if isinstance(error, dict) else {"message": error}
    message = said.get("message")
    code, param = said.get("code"), said.get("param")
    named = (said.get("type"), code)
    status = status or next((_STATUS[name] for name in named if isinstance(name, str) and name in _STATUS), 502)
    return Failure(
        status,
        message[:MAX_MESSAGE_CHARACTERS] if isinstance(message, str) and message else "The deployment failed.",
        code[:64] if isinstance(code, str) else "",
        param[:128] if isinstance(param, str) else "",
    )


def read(status: int, body: bytes) -> Failure:
    """What the body of an error answer says, whatever shape it has."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        document = None
    if not isinstance(document, dict):
        return told(None, status)
    error = document.get("error")
    if error is None:
        # engines have shapes of their own: `{"message": …}`, `{"detail": …}`
        error = document if "message" in document else document.get("detail")
    return told(error, status)
