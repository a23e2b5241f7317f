"""The way of telling of each surface."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from comity.relay.dialects.conversation import Dialect
from comity.relay.errors import stream_error
from comity.relay.telling import chat, messages, others, responses
from comity.relay.telling.telling import Telling


def _broken(dialect: Dialect) -> Callable[[str, str], bytes]:
    return lambda message, code: stream_error(message, code, dialect)


CHAT = Telling(_broken("chat"), chat.said, chat.said, chat.worth)
RESPONSES = Telling(
    _broken("responses"),
    responses.whole,
    responses.event,
    responses.worth,
    responses.LAST,
    responses.reason,
    event_bytes=responses.EVENT_BYTES,
)
MESSAGES = Telling(_broken("messages"), messages.whole, messages.event, messages.worth, messages.LAST, messages.reason)
DOCUMENT = Telling(
    _broken("chat"),
    others.whole,
    others.event,
    others.worth,
    others.LAST,
    done=others.DONE,
    event_bytes=others.EVENT_BYTES,
)
SPEECH = msgspec.structs.replace(DOCUMENT, held_bytes=0)
"""A sound begins to play before its end is made: only the last piece is held."""

COUNT = Telling(_broken("messages"), done=others.DONE)
"""A count of tokens is no usage."""

TELLINGS: dict[str, Telling] = {
    "chat": CHAT,
    "completions": CHAT,
    "responses": RESPONSES,
    "messages": MESSAGES,
    "count_tokens": COUNT,
    "embeddings": DOCUMENT,
    "rerank": DOCUMENT,
    "moderations": DOCUMENT,
    "transcriptions": DOCUMENT,
    "speech": SPEECH,
    "images": DOCUMENT,
}
"""By the surface's name."""
