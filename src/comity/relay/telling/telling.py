"""How the answers of one dialect are read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from msgspec import Struct

from comity.relay.usage import NOTHING, End, Said, finish

HELD_BYTES = 1024 * 1024
"""An answer up to this size is held whole, so that its length is known and a broken one can still become a clean
error. 128,000 tokens of text are about 600 kB; larger ones (log-probabilities, vectors) flow, except their last piece.
"""

EVENT_BYTES = 1024 * 1024
"""One event, with its top log-probabilities for a long block of tokens, stays far below this; more is not a stream."""


ESCAPED = rb"\\u00[2-7]"
"""A letter that could be written as it is: a name may be spelled with it. (Some encoders write `<` so.)"""

NOBODYS: Mapping[str, End] = MappingProxyType({})


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
        last: types of the events with which a stream is over, or may be.
        broken: the event that ends a stream which broke off, of a message and a code.
        reason: the word of a reason, as entries have it.
        done: the reason of a complete answer that gives none.
        held_bytes, event_bytes: limits, see above.
    """

    broken: Callable[[str, str], bytes]
    whole: Callable[[bytes], Said | None] = _nothing
    event: Callable[[bytes], Said | None] = _nothing
    worth: Callable[[bytes], bool] = _done
    last: Mapping[str, End] = NOBODYS
    reason: Callable[[str], str] = finish
    done: str = ""
    held_bytes: int = HELD_BYTES
    event_bytes: int = EVENT_BYTES

    def end(self, name: str, content: bytes) -> End:
        """Whether an event ends a stream for someone: by its name, or by its type where `event` could not read it.

        Clients differ in which of the two they look at, and most take what no strict reader does (`NaN`, a count that
        is a text). For none of them may an answer be over before its outcome is entered.
        """
        if name in self.last or not content:
            return self.last.get(name, "")
        try:
            document = json.loads(content)
        except RecursionError:
            return next((end for each, end in self.last.items() if each.encode() in content), "")
        except ValueError:
            return ""
        kind = document.get("type") if isinstance(document, dict) else None
        return self.last.get(kind, "") if isinstance(kind, str) else ""
