"""What the head of an upstream's answer says: whether it is one, and when to come back."""

from __future__ import annotations

import re

from comity.adapters.http.outbound import Outbound
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

_SECONDS = re.compile(rb"[0-9]{1,9}(?:\.[0-9]{1,9})?")


def declined(outbound: Outbound) -> Result:
    """Why this is no answer that a client may get, or empty.

    A redirect is never followed; a coded body could hide its end; a body without a length could be cut unseen.
    """
    status, headers = outbound.status, outbound.headers
    if status >= 500 or status in OURS:
        return "status"
    if 300 <= status < 400 or status in EMPTY:
        return "invalid"
    coding = headers.get(b"content-encoding")
    if coding is not None and coding.lower() != b"identity":
        return "invalid"
    coding = headers.get(b"transfer-encoding")
    if coding is not None and coding.lower() != b"chunked":
        return "invalid"
    return "" if outbound.delimited or streams(headers.get(b"content-type", JSON)) else "invalid"


def streams(content_type: bytes) -> bool:
    """Whether events come, one by one."""
    return content_type[: len(EVENT_STREAM)].lower() == EVENT_STREAM


def rejected_ms(outbound: Outbound) -> int:
    """Milliseconds after which an upstream that has no room wants to be asked again; -1 if that is not its trouble.

    `Retry-After` in seconds; a date (RFC 9110, section 10.2.3) is read as not said, for its clock is not ours.
    """
    if outbound.status not in FULL:
        return -1
    said = outbound.headers.get(b"retry-after", b"")
    if _SECONDS.fullmatch(said):
        return int(float(said) * 1000)
    return UNSAID_MS if outbound.status != 503 else -1
