"""A stream in one dialect, said in another as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from comity.relay.dialects.chat import answer_in as chat_in
from comity.relay.dialects.chat import answer_out as chat_out
from comity.relay.dialects.conversation import Dialect
from comity.relay.dialects.errors import BROKE_OFF, UNREADABLE
from comity.relay.dialects.listener import Failure, Listener, Tokens, Unreadable
from comity.relay.dialects.messages import answer_in as messages_in
from comity.relay.dialects.messages import answer_out as messages_out
from comity.relay.dialects.naming import Naming
from comity.relay.dialects.responses import answer_in as responses_in
from comity.relay.dialects.responses import answer_out as responses_out
from comity.relay.dialects.sse import Events
from comity.relay.usage import Usage, finish


class _Writer(Listener, Protocol):
    out: list[bytes]
    tail: bytes
    reason: str
    tokens: Tokens | None
    complete: bool
    broken: bool


class _Reader(Protocol):
    def event(self, content: bytes) -> None: ...


_READERS: dict[Dialect, Callable[[Listener], _Reader]] = {
    "chat": chat_in.Reader,
    "responses": responses_in.Reader,
    "messages": messages_in.Reader,
}


def _writer(dialect: Dialect, naming: Naming, *, include_usage: bool) -> _Writer:
    if dialect == "chat":
        return chat_out.Stream(naming, include_usage=include_usage)
    return messages_out.Stream(naming) if dialect == "messages" else responses_out.Stream(naming)


class StreamTranslation:
    """Says in `source`, the client's dialect, what a deployment streams in `target`, its own.

    `model` is what the client asked for, `now` the time in Unix seconds, `ids` makes an id of a prefix such as
    `chatcmpl-` and gives the same for the same prefix. `include_usage` is whether a chat client asked to see it; the
    other dialects always show it.

    `ended` is true once the deployment's last event was seen, or its stream is over, whole, and said why: the client's
    last event is then in `tail`, and whatever comes after is dropped. `failed` is true once an error was told, by the
    deployment or because its stream could not be read or broke off; nothing is said after it. `finish` is the reason in
    the words of entries, empty until it is known, and `usage` is None until it is.

    Never raises, whatever the bytes; what it keeps is bounded by `sse.MAX_EVENT_BYTES` and
    `responses.answer_out.MAX_ANSWER_CHARACTERS`.
    """

    __slots__ = ("_events", "_reader", "_writer", "ended")

    def __init__(
        self,
        source: Dialect,
        target: Dialect,
        model: str,
        *,
        include_usage: bool,
        now: int,
        ids: Callable[[str], str],
    ) -> None:
        writer = _writer(source, Naming(model, now, ids), include_usage=include_usage)
        self._events = Events()
        self._writer = writer
        self._reader = _READERS[target](writer)
        self.ended = False

    @property
    def finish(self) -> str:
        """Why the answer ended."""
        return self._writer.reason and finish(self._writer.reason)

    @property
    def usage(self) -> Usage | None:
        """What it took."""
        return self._writer.tokens.usage if self._writer.tokens else None

    @property
    def failed(self) -> bool:
        """Whether an error was told."""
        return self._writer.broken

    @property
    def tail(self) -> bytes:
        """The client's last event, once the answer is complete."""
        return self._writer.tail

    def feed(self, event_bytes: bytes) -> bytes:
        """The next bytes from the deployment; returns what may go to the client now."""
        if self.ended or self._writer.broken:
            return b""
        try:
            return self._tell(self._events.feed(event_bytes))
        except Unreadable:
            return self._fail(UNREADABLE)

    def close(self, clean: bool = True) -> bytes:
        """The deployment's stream is over, `clean` if its framing says that it is whole.

        Returns what still has to go to the client: nothing after an end or an error; the end of an answer which said
        why it ended but not that it did; else an error.
        """
        if self.ended or self._writer.broken:
            return b""
        try:
            passed = self._tell(self._events.close()) if clean else b""
            if clean and self._writer.reason and not self.ended and not self._writer.broken:
                self._writer.ended()
                self.ended = True
                passed += self._taken()
        except Unreadable:
            return self._fail(UNREADABLE)
        return passed if self._writer.complete or self._writer.broken else passed + self._fail(BROKE_OFF)

    def _tell(self, contents: Iterable[bytes]) -> bytes:
        event, writer = self._reader.event, self._writer
        for content in contents:
            event(content)
            if writer.complete or writer.broken:
                self.ended = writer.complete
                break
        return self._taken()

    def _taken(self) -> bytes:
        out = self._writer.out
        taken = b"".join(out)
        out.clear()
        return taken

    def _fail(self, failure: Failure) -> bytes:
        self._writer.failed(failure)
        return self._taken()
