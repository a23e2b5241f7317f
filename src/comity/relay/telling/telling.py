"""How the answers of one dialect are read."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from comity.relay.usage import NOTHING, Said, finish

HELD_BYTES = 1024 * 1024
"""An answer up to this size is held whole, so that its length is known and a broken one can still become a clean
error. 128,000 tokens of text are about 600 kB; larger ones (log-probabilities, vectors) flow, except their last piece.
"""

EVENT_BYTES = 1024 * 1024
"""One event, with its top log-probabilities for a long block of tokens, stays far below this; more is not a stream."""


def _nothing(document: bytes) -> Said | None:
    return NOTHING


def _done(data: bytes) -> bool:
    return b"[DONE]" in data or b'"error"' in data


class Telling(Struct, frozen=True, eq=False):
    """How the answers of one dialect are read.

    Attributes:
        whole: what an answer in one document says; None if it is not one.
        event: what the data of one event says; None if it is no JSON.
        worth: whether some event in these bytes may say something. A quote inside a JSON string is escaped, so a
            quoted name is a key or a value; a search that finds too much costs a parse.
        broken: the event that ends a stream which broke off, of a message and a code.
        reason: the word of a reason, as entries have it.
        done: the reason of a complete answer that gives none.
        held_bytes, event_bytes: limits, see above.
    """

    broken: Callable[[str, str], bytes]
    whole: Callable[[bytes], Said | None] = _nothing
    event: Callable[[bytes], Said | None] = _nothing
    worth: Callable[[bytes], bool] = _done
    reason: Callable[[str], str] = finish
    done: str = ""
    held_bytes: int = HELD_BYTES
    event_bytes: int = EVENT_BYTES
