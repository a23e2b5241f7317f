"""What the head of an upstream's answer says: whether it is one, how it comes, and when to come back."""

from __future__ import annotations

import re

from msgspec import Struct

from comity.adapters.http.replies import JSON
from comity.relay.exchange import Result

EVENT_STREAM = b"text/event-stream"
OURS = frozenset({401, 403, 429})
"""Statuses of an upstream that are about us and not about the request: our key, our share of its capacity."""

FULL = frozenset({429, 503, 529})
"""Statuses of an upstream that is well and has no room now (529 is Anthropic's "overloaded")."""

EMPTY = frozenset({204, 205})
"""Statuses without a body: no answer to any request that is relayed."""

UNSAID_MS = 1_000
"""How long an upstream that has no room is left alone if it does not say."""

MAX_VALUE = 128
"""Of a header that goes on to the client; media types have at most 127 characters a part, dates 29."""

_SECONDS = re.compile(rb"[0-9]{1,9}(?:\.[0-9]{1,9})?")


class UpstreamHead(Struct, frozen=True, eq=False):
    """A head that was read.

    Attributes:
        status: 200 and above.
        declined: why this is no answer that a client may get, or empty.
        content_type, retry_after: as the client gets them.
        streams: whether events come, one by one.
        delimited: whether the body's end can be told from a lost connection.
    """

    status: int = 0
    declined: Result = ""
    content_type: bytes = JSON
    retry_after: bytes = b""
    streams: bool = False
    delimited: bool = False


NO_HEAD = UpstreamHead()


def read_head(status: int, headers: dict[bytes, bytes]) -> UpstreamHead:
    """Read a head; names of headers are in small letters."""
    content_type = headers.get(b"content-type", JSON)[:MAX_VALUE]
    streams = content_type[: len(EVENT_STREAM)].lower() == EVENT_STREAM
    delimited = b"content-length" in headers or b"transfer-encoding" in headers
    return UpstreamHead(
        status,
        _declined(status, headers, ends=streams or delimited),
        content_type,
        headers.get(b"retry-after", b"")[:MAX_VALUE],
        streams,
        delimited,
    )


def rejected_ms(head: UpstreamHead) -> int:
    """Milliseconds after which an upstream that has no room wants to be asked again; -1 if that is not its trouble.

    `Retry-After` in seconds; a date (RFC 9110, section 10.2.3) is read as not said, for its clock is not ours.
    """
    if head.status not in FULL:
        return -1
    if _SECONDS.fullmatch(head.retry_after):
        return int(float(head.retry_after) * 1000)
    return UNSAID_MS if head.status != 503 else -1


def _declined(status: int, headers: dict[bytes, bytes], *, ends: bool) -> Result:
    """A redirect is never followed; a coded body could hide its end; a body without a length could be cut unseen."""
    if status >= 500 or status in OURS:
        return "status"
    if 300 <= status < 400 or status in EMPTY or not ends:
        return "invalid"
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        return "invalid"
    return "" if headers.get(b"transfer-encoding", b"chunked").lower() == b"chunked" else "invalid"
