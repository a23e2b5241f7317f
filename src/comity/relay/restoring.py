"""An answer in which tokens become again what they stood for, before anything else reads it (docs/adr/0047).

Of a whole answer only what may be the beginning of a token is held. In a stream, the end of a delta that may begin one
is moved to the front of the next delta of the same text, and its event waits for that one.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Hashable
from typing import Any, TypeAlias

import msgspec

from comity.proof.commitment import Commitment
from comity.relay.answer import Answer, BadAnswer
from comity.relay.deltas import Delta, deltas, is_ping
from comity.relay.pseudonyms import LONGEST, Pseudonyms
from comity.relay.splice import cut_events, last_end
from comity.relay.usage import Usage

MOST_WAITING = 64
"""Events that wait for the rest of a token; a token is seldom more than a dozen. Beyond, they go on as they are."""

_Channel: TypeAlias = tuple[Hashable, Hashable]

_DATA = re.compile(rb"^data:[ ]?([^\r\n]*)", re.MULTILINE)


class _Event:
    """An event on its way. `ends` are the deltas of which the end is held, by lane and channel."""

    __slots__ = ("_data", "_document", "_moved", "ends", "raw")

    def __init__(self, raw: bytes, data: re.Match[bytes], document: Any) -> None:
        self.raw = raw
        self._data = data
        self._document = document
        self._moved = False
        self.ends: dict[_Channel, tuple[Delta, str]] = {}

    def put(self, delta: Delta, text: str) -> None:
        """Another text in the place of one of its deltas."""
        delta.put(text)
        self._moved = True

    @property
    def written(self) -> bytes:
        """Its bytes: the deployment's own unless something was moved."""
        if not self._moved:
            return self.raw
        start, end = self._data.span(1)
        return self.raw[:start] + msgspec.json.encode(self._document) + self.raw[end:]


class WholeText:
    """Restores bytes that are one text, in whatever pieces they come."""

    __slots__ = ("_held", "_pseudonyms")

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """The next bytes, restored, but for what may begin a token."""
        data = self._held + data
        held = self._pseudonyms.unfinished(data)
        cut = len(data) - held
        self._held = data[cut:]
        return self._pseudonyms.restore(data[:cut])

    def close(self) -> bytes:
        """What was held."""
        held, self._held = self._held, b""
        return held


class EventText:
    """Restores a stream of events of any dialect."""

    __slots__ = ("_limit", "_pseudonyms", "_rest", "_size", "_waiting")

    def __init__(self, pseudonyms: Pseudonyms, limit: int) -> None:
        """`limit` is the most bytes that one event has."""
        self._pseudonyms = pseudonyms
        self._limit = limit
        self._rest = bytearray()
        self._waiting: deque[_Event | bytes] = deque()  # bytes: of an event that says nothing
        self._size = 0

    def feed(self, data: bytes) -> bytes:
        """The events that are complete and wait for nothing.

        Raises:
            BadAnswer: an event is too large.
        """
        known = max(0, len(self._rest) - 2)
        self._rest += data
        cut = last_end(self._rest, known)
        whole = bytes(self._rest[:cut])
        del self._rest[:cut]
        if len(self._rest) > self._limit:
            raise BadAnswer(f"an event of more than {self._limit} bytes")
        return b"".join([self._next(event) for event in cut_events(whole)]) if whole else b""

    def close(self) -> bytes:
        """Everything that is left."""
        rest, self._rest = bytes(self._rest), bytearray()
        return self._flush() + self._pseudonyms.restore(rest)

    def _next(self, raw: bytes) -> bytes:
        found = _DATA.findall(raw)
        if not found:  # a comment, which keeps the line open
            return self._behind(raw)
        data = _DATA.search(raw)
        assert data is not None
        document = _parsed(found)
        if is_ping(document):
            return self._behind(raw)
        pieces = deltas(document)
        if not pieces:
            return self._flush() + self._pseudonyms.restore(raw)
        event = _Event(raw, data, document)
        self._continue(event, pieces)
        self._wait(event)
        if len(self._waiting) > MOST_WAITING or self._size > self._limit:
            return self._flush()
        return self._ready()

    def _behind(self, raw: bytes) -> bytes:
        """What says nothing, behind what waits."""
        if not self._waiting or len(self._waiting) > MOST_WAITING:
            return self._flush() + raw
        self._wait(raw)
        return b""

    def _continue(self, event: _Event, pieces: list[Delta]) -> None:
        """Take what was held of the same texts, and hold of each what may begin a token."""
        before = self._taken({(each.lane, each.channel) for each in pieces})
        for delta in pieces:
            channel = (delta.lane, delta.channel)
            end = before.pop(channel, "")
            if end:
                event.put(delta, end + delta.text)
            length = self._pseudonyms.unfinished(delta.text.encode("utf-8", "replace")[-LONGEST:])
            if length:
                event.ends[channel] = (delta, delta.text[-length:])

    def _taken(self, channels: set[_Channel]) -> dict[_Channel, str]:
        """The held ends of these texts. Those of others in the same lanes stay where they are: those texts are over."""
        lanes = {lane for lane, _ in channels}
        taken = {}
        for event in self._waiting:
            if isinstance(event, bytes):
                continue
            for channel in [each for each in event.ends if each[0] in lanes]:
                delta, end = event.ends.pop(channel)
                if channel in channels:
                    event.put(delta, delta.text.removesuffix(end))
                    taken[channel] = end
        return taken

    def _wait(self, event: _Event | bytes) -> None:
        self._waiting.append(event)
        self._size += len(event if isinstance(event, bytes) else event.raw)

    def _ready(self) -> bytes:
        """Those that wait for nothing, in order."""
        out = []
        while self._waiting:
            event = self._waiting[0]
            if isinstance(event, bytes):
                out.append(event)
            elif event.ends:
                break
            else:
                out.append(self._pseudonyms.restore(event.written))
            self._waiting.popleft()
            self._size -= len(event if isinstance(event, bytes) else event.raw)
        return b"".join(out)

    def _flush(self) -> bytes:
        for event in self._waiting:
            if not isinstance(event, bytes):
                event.ends.clear()
        return self._ready()


def _parsed(data: list[bytes]) -> Any:
    """What an event's one line of data says; None where it says it in another way."""
    if len(data) != 1:
        return None
    try:
        return msgspec.json.decode(data[0])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


class Restored:
    """See `answer.Answer`: `inner` reads what was restored; this commits to the deployment's own bytes."""

    __slots__ = ("_inner", "_passed", "_pseudonyms", "_text", "upstream")
    changed = True

    def __init__(self, inner: Answer, pseudonyms: Pseudonyms, upstream: Commitment, limit: int) -> None:
        """`limit` is the most bytes that an event of the deployment's has."""
        self._inner = inner
        self._pseudonyms = pseudonyms
        self._text = EventText(pseudonyms, limit) if inner.streams else WholeText(pseudonyms)
        self._passed = b""
        self.upstream = upstream

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes from the deployment; returns those that may go to the client now.

        Raises:
            BadAnswer: an event is too large, or as `inner` does.
        """
        if self._inner.ended:
            return b""
        self.upstream.update(data)
        return self._tell(self._text.feed(data))

    def close(self, clean: bool) -> bool:
        """The deployment's answer is over. Leaves in `tail` what still has to go to the client."""
        if not self._inner.ended:
            try:
                self._passed = self._tell(self._text.close())
            except BadAnswer:
                clean = False
        return self._inner.close(clean)

    def _tell(self, restored: bytes) -> bytes:
        if not restored:
            return b""
        self._pseudonyms.note_changed(restored)
        return self._inner.feed(restored)

    @property
    def tail(self) -> bytes:
        """What still has to go."""
        return self._passed + self._inner.tail

    @property
    def streams(self) -> bool:
        """Whether events come."""
        return self._inner.streams

    @property
    def ended(self) -> bool:
        """Whether nothing more is wanted."""
        return self._inner.ended

    @property
    def failed(self) -> bool:
        """Whether an error was told."""
        return self._inner.failed

    @property
    def finish(self) -> str:
        """Why it ended, or empty."""
        return self._inner.finish

    @property
    def usage(self) -> Usage | None:
        """What it took, or None."""
        return self._inner.usage

    @property
    def events(self) -> int:
        """How many events came."""
        return self._inner.events

    @property
    def status(self) -> int:
        """What the client is to get instead, or 0."""
        return self._inner.status

    @property
    def response(self) -> Commitment:
        """Of the client's bytes."""
        return self._inner.response
