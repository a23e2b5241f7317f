"""An answer that comes whole: its bytes pass untouched, and its end is held until the outcome is durable."""

from __future__ import annotations

import re
from typing import Protocol

from comity.proof.commitment import Commitment
from comity.relay.telling.telling import Telling
from comity.relay.telling.tellings import CHAT
from comity.relay.usage import Usage

GLANCE_BYTES = 4096
"""Of a large answer's end that are kept, to find its usage and its reason: those stand last, or nearly."""

_REASON = re.compile(rb'"(?:finish_reason|stop_reason|status)"\s*:\s*"([a-z_]{1,32})"')
_USAGE = re.compile(rb'"usage"\s*:\s*\{(?:[^{}]|\{[^{}]*\})*\}')


class BadAnswer(Exception):
    """A deployment's answer that cannot be passed on; the message says why, without quoting it."""


class Answer(Protocol):
    """What the readers of answers have in common.

    Attributes:
        streams: events come, and an answer that broke off says so in one of them.
        ended: nothing more is wanted from the deployment.
        failed: an error was told.
        finish, usage: why it ended and what it took, as far as it was told.
        events: how many came, in a stream.
        status: that the client is to get instead of the deployment's; 0 for no other.
        tail: what still has to go to the client once the outcome is durable.
        response, upstream: commitments to the client's bytes and to the deployment's.
        changed: whether those differ.
    """

    @property
    def streams(self) -> bool:
        """Whether events come."""

    @property
    def ended(self) -> bool:
        """Whether nothing more is wanted."""

    @property
    def failed(self) -> bool:
        """Whether an error was told."""

    @property
    def finish(self) -> str:
        """Why it ended, or empty."""

    @property
    def usage(self) -> Usage | None:
        """What it took, or None."""

    @property
    def events(self) -> int:
        """How many events came."""

    @property
    def status(self) -> int:
        """What the client is to get instead, or 0."""

    @property
    def tail(self) -> bytes:
        """What still has to go."""

    @property
    def response(self) -> Commitment:
        """Of the client's bytes."""

    @property
    def upstream(self) -> Commitment:
        """Of the deployment's bytes."""

    @property
    def changed(self) -> bool:
        """Whether those differ."""

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes; returns those that may go to the client now."""

    def close(self, clean: bool) -> bool:
        """The deployment's answer is over; returns whether it is whole. What still has to go is in `tail`."""


class WholeAnswer:
    """Reads an answer that is one document; see `Answer`. `flowing` is true once bytes went to the client."""

    __slots__ = (
        "_end",
        "_last",
        "_parts",
        "_size",
        "_telling",
        "ended",
        "failed",
        "finish",
        "flowing",
        "response",
        "tail",
        "usage",
    )
    streams = False
    status = 0
    events = 0
    changed = False

    def __init__(self, response: Commitment, telling: Telling = CHAT) -> None:
        self._telling = telling
        self._end = b""
        self._parts: list[bytes] = []
        self._last = b""
        self._size = 0
        self.response = response
        self.ended = False
        self.failed = False
        self.finish = ""
        self.flowing = False
        self.tail = b""
        self.usage: Usage | None = None

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes; nothing goes on until there are more than are held."""
        if self.flowing:
            passed, self._last = self._last, data
        else:
            self._parts.append(data)
            self._size += len(data)
            if self._size <= self._telling.held_bytes:
                return b""
            self.flowing = True
            self._last = self._parts.pop()
            passed = b"".join(self._parts)
            self._parts.clear()
        self._glance(passed)
        self.response.update(passed)
        return passed

    def close(self, clean: bool) -> bool:
        """Read what the answer says of itself, and leave its end in `tail`."""
        if self.flowing:
            self.tail = self._last
            self._glance(self.tail)
            self._read_end()
        else:
            self.tail = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
            document = self._telling.whole(self.tail)
            if document is not None:
                self.finish, self.usage = document.finish, document.usage
        if not clean:
            self.tail = b""
            return False
        self.finish = self.finish or self._telling.done
        self.response.update(self.tail)
        return True

    @property
    def upstream(self) -> Commitment:
        """The same: its bytes pass untouched."""
        return self.response

    def _glance(self, data: bytes) -> None:
        """A large answer is not parsed: its end is kept, and a reason that is found on the way."""
        self._end = data[-GLANCE_BYTES:] if len(data) >= GLANCE_BYTES else (self._end + data)[-GLANCE_BYTES:]
        found = _REASON.search(data)
        if found:
            self.finish = self._telling.reason(found[1].decode())

    def _read_end(self) -> None:
        found = _USAGE.findall(self._end)
        document = self._telling.whole(b"{%b}" % found[-1]) if found else None
        if document is not None:
            self.usage = document.usage
