"""Response heads as bytes."""

from __future__ import annotations

from http import HTTPStatus

JSON = b"application/json"
REASONS = {status.value: status.phrase.encode() for status in HTTPStatus}
CHUNK_END = b"0\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
RETRY_AFTER = b"retry-after: 1\r\n"


def head(status: int, content_type: bytes, fields: bytes, *, length: int | None, close: bool, chunked: bool) -> bytes:
    """A response head; `fields` are further header lines, each with its line end.

    Without `length` the body is in chunks, or, for a client of HTTP/1.0, ends with the connection.
    """
    if length is not None:
        framing = b"content-length: %d\r\n" % length
    elif chunked:
        framing = b"transfer-encoding: chunked\r\n"
    else:
        framing = b""
    return b"HTTP/1.1 %d %b\r\ncontent-type: %b\r\n%b%b%b\r\n" % (
        status,
        REASONS.get(status, b"Status"),
        content_type,
        framing,
        fields,
        b"connection: close\r\n" if close else b"",
    )


def reply(status: int, body: bytes, fields: bytes = b"", *, close: bool = False, content_type: bytes = JSON) -> bytes:
    """A whole response."""
    return head(status, content_type, fields, length=len(body), close=close, chunked=False) + body


def chunk(data: bytes) -> bytes:
    """One chunk of a chunked body; `data` is not empty, for an empty chunk ends it."""
    return b"%x\r\n%b\r\n" % (len(data), data)
