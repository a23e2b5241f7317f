"""A complete answer in one dialect, said in another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from comity.relay.dialects.chat import answer_in as chat_in
from comity.relay.dialects.chat import answer_out as chat_out
from comity.relay.dialects.collected import Collected
from comity.relay.dialects.conversation import Dialect
from comity.relay.dialects.errors import UNREADABLE, envelope, read
from comity.relay.dialects.listener import Listener, Unreadable
from comity.relay.dialects.messages import answer_in as messages_in
from comity.relay.dialects.messages import answer_out as messages_out
from comity.relay.dialects.naming import Naming, after
from comity.relay.dialects.responses import answer_in as responses_in
from comity.relay.dialects.responses import answer_out as responses_out
from comity.relay.usage import Usage, finish


class Translated(Struct, frozen=True):
    """An answer in the client's dialect. `finish` is empty where the deployment gave no reason, or gave an error."""

    status: int
    body: bytes
    finish: str = ""
    usage: Usage | None = None


class _Reader(Protocol):
    def whole(self, body: bytes) -> None: ...


_READERS: dict[Dialect, Callable[[Listener], _Reader]] = {
    "chat": chat_in.Reader,
    "responses": responses_in.Reader,
    "messages": messages_in.Reader,
}
_WRITERS: dict[Dialect, Callable[[Collected, Naming], bytes]] = {
    "chat": chat_out.whole,
    "responses": responses_out.whole,
    "messages": messages_out.whole,
}


def whole_translation(
    source: Dialect, target: Dialect, model: str, *, now: int = 0, ids: Callable[[str], str] | None = None
) -> Callable[[int, bytes], Translated]:
    """How to say in `source`, the client's dialect, what a deployment answers in `target`, its own.

    The translation takes the deployment's status and complete body. An answer that cannot be read becomes 502. `model`
    is what the client asked for, `now` the time in Unix seconds; without `ids`, which makes an id of a prefix, the
    answer's id is the deployment's with another prefix.
    """

    def translate(status: int, body: bytes) -> Translated:
        if status >= 400:
            return Translated(status, envelope(source, read(status, body)))
        answer = Collected()
        try:
            _READERS[target](answer).whole(body)
        except Unreadable:
            answer.failure = UNREADABLE
        if answer.failure:
            usage = answer.tokens.usage if answer.tokens else None
            return Translated(502, envelope(source, answer.failure), usage=usage)
        said = _WRITERS[source](answer, Naming(model, now, ids or after(answer.id)))
        return Translated(
            status, said, answer.reason and finish(answer.reason), answer.tokens.usage if answer.tokens else None
        )

    return translate
