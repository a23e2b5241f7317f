"""An answer that was translated: the deployment speaks another dialect than the client (relay/dialects).

What the translation gives goes through the reader of the client's own dialect, which tells the receipt and holds the
end back as in every other stream.
"""

from __future__ import annotations

from collections.abc import Callable

from comity.proof.commitment import Commitment
from comity.relay.answer import BadAnswer
from comity.relay.dialects import StreamTranslation, Translated
from comity.relay.splice import StreamAnswer
from comity.relay.usage import Usage

MAX_WHOLE_BYTES = 32 * 1024 * 1024
"""An answer that is translated is held whole; as large as a request may be."""


class TranslatedStream:
    """See `answer.Answer`. `inner` reads the client's dialect, `upstream` commits to the deployment's bytes."""

    __slots__ = ("_ended", "_inner", "_translation", "changed", "tail", "upstream")
    streams = True
    status = 0

    def __init__(self, translation: StreamTranslation, inner: StreamAnswer, upstream: Commitment) -> None:
        self._translation = translation
        self._inner = inner
        self._ended = False
        self.upstream = upstream
        self.changed = True
        self.tail = b""

    @property
    def ended(self) -> bool:
        """Whether the last event was seen."""
        return self._ended

    @property
    def failed(self) -> bool:
        """Whether an error was told."""
        return self._translation.failed

    @property
    def finish(self) -> str:
        """Why the answer ended."""
        return self._translation.finish

    @property
    def usage(self) -> Usage | None:
        """What it took."""
        return self._translation.usage

    @property
    def events(self) -> int:
        """How many events the client got."""
        return self._inner.events

    @property
    def response(self) -> Commitment:
        """The commitment to the client's bytes."""
        return self._inner.response

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes from the deployment; returns those that may go to the client now."""
        self.upstream.update(data)
        return self._tell(self._translation.feed(data))

    def close(self, clean: bool) -> bool:
        """The deployment's answer is over. Leaves in `tail` what still has to go to the client."""
        passed = self._tell(self._translation.close(clean))
        if self._translation.failed:
            self.tail = passed + self._inner.tail
            return False
        whole = self._inner.close(True)
        self.tail = passed + self._inner.tail
        return whole

    def _tell(self, translated: bytes) -> bytes:
        if self._translation.ended and not self._ended:
            self._ended = True
            translated += self._translation.tail
        return self._inner.feed(translated) if translated else b""


class TranslatedWhole:
    """See `answer.Answer`. Nothing goes on before all is there; `status` is then that of the translated answer."""

    __slots__ = (
        "_parts",
        "_size",
        "_status",
        "_translate",
        "changed",
        "finish",
        "response",
        "status",
        "tail",
        "upstream",
        "usage",
    )
    streams = False
    ended = False
    failed = False
    events = 0

    def __init__(
        self, translate: Callable[[int, bytes], Translated], status: int, response: Commitment, upstream: Commitment
    ) -> None:
        self._translate = translate
        self._status = status
        self._parts: list[bytes] = []
        self._size = 0
        self.response = response
        self.upstream = upstream
        self.changed = True
        self.finish = ""
        self.status = 0
        self.tail = b""
        self.usage: Usage | None = None

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes.

        Raises:
            BadAnswer: there are more than are held.
        """
        self._parts.append(data)
        self._size += len(data)
        if self._size > MAX_WHOLE_BYTES:
            raise BadAnswer(f"an answer of more than {MAX_WHOLE_BYTES} bytes, which has to be translated")
        self.upstream.update(data)
        return b""

    def close(self, clean: bool) -> bool:
        """Translate it, and leave it in `tail`."""
        if not clean:
            return False
        said = self._translate(self._status, b"".join(self._parts))
        self.status, self.tail, self.finish, self.usage = said.status, said.body, said.finish, said.usage
        self.response.update(self.tail)
        return True
