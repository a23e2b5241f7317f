"""What is read of a request's headers; all others are dropped, and nothing of the head goes upstream as it came."""

from __future__ import annotations

import re
from typing import NamedTuple

from comity.adapters.http.limits import ERASURE_REF, KEY, SESSION
from comity.relay.body import BadRequest
from comity.relay.surfaces import HEADERS, Surface

OURS = frozenset(
    {
        b"comity-data",
        b"comity-subjects",
        b"comity-purpose",
        b"comity-session",
        b"comity-timeout",
        b"comity-oversight",
        b"comity-erasure-ref",
    }
)

WANTED = (
    HEADERS
    | OURS
    | {
        b"authorization",
        b"x-api-key",
        b"api-key",  # as clients of Azure OpenAI send it
        b"content-length",
        b"transfer-encoding",
        b"content-encoding",
        b"expect",
        b"host",
        b"traceparent",
    }
)
LISTS = frozenset({b"comity-data", b"comity-subjects", b"comity-purpose", b"anthropic-beta", b"traceparent"})
"""Headers that may come in several lines; a second line of any other that we read is a contradiction. (Two parents of a
trace are none: what is joined has not the form of one.)"""

_VISIBLE = re.compile(rb"[!-~]+")
_SECONDS = re.compile(rb"[0-9]{1,6}(?:\.[0-9]{1,3})?")


class Told(NamedTuple):
    """What a request's head said that holds for every other with the same bytes."""

    headers: dict[bytes, bytes]
    surface: Surface
    named: str
    key: bytes


def key(headers: dict[bytes, bytes]) -> bytes:
    """The key that a request presents, or empty."""
    authorization = headers.get(b"authorization")
    if authorization is not None:
        scheme, _, presented = authorization.partition(b" ")
        return presented.strip()[:KEY] if scheme.lower() == b"bearer" else b""
    return (headers.get(b"x-api-key") or headers.get(b"api-key") or b"").strip()[:KEY]


def session(headers: dict[bytes, bytes]) -> bytes:
    """The name of the agent session that a request belongs to, or empty.

    Raises:
        BadRequest: it is too long.
    """
    name = headers.get(b"comity-session", b"").strip()
    if len(name) > SESSION:
        raise BadRequest(f"Comity-Session has at most {SESSION} characters.", "Comity-Session")
    return name


def erasure_ref(headers: dict[bytes, bytes]) -> str:
    """What the request can be erased by, or empty. It is not repeated in any message.

    Raises:
        BadRequest: it is too long, or not of visible ASCII characters.
    """
    ref = headers.get(b"comity-erasure-ref", b"").strip()
    if not ref:
        return ""
    if len(ref) > ERASURE_REF or not _VISIBLE.fullmatch(ref):
        raise BadRequest(
            f"Comity-Erasure-Ref has at most {ERASURE_REF} visible ASCII characters.", "Comity-Erasure-Ref"
        )
    return ref.decode("ascii")


def seconds(headers: dict[bytes, bytes], most: float) -> float:
    """How long a request may take: what its Comity-Timeout says, and `most` at most.

    Raises:
        BadRequest: it is not a number of seconds.
    """
    said = headers.get(b"comity-timeout")
    if said is None:
        return most
    if not _SECONDS.fullmatch(said):
        raise BadRequest("Comity-Timeout is a number of seconds, as 30 or 2.5.", "Comity-Timeout")
    return min(float(said), most)
