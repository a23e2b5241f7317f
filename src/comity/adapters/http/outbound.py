"""The protocol of one connection to an upstream."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Protocol, cast

import httptools

from comity.adapters.http.familiar import Familiar, learn
from comity.adapters.http.limits import UPSTREAM_HEAD, UPSTREAM_HEADERS
from comity.adapters.http.upstream_head import NO_HEAD, UpstreamHead, read_head
from comity.relay.exchange import Result

DRAIN_SECONDS = 2.0
DRAIN_BYTES = 64 * 1024
"""What may follow an answer that nobody needs any more before its connection is closed rather than kept."""

JOINED = 64 * 1024
"""A body up to this size is copied behind its head: one write is cheaper than two."""

_WANTED = frozenset({b"content-type", b"content-length", b"content-encoding", b"transfer-encoding", b"retry-after"})


class Asker(Protocol):
    """Who gets the answer."""

    def answered(self, outbound: Outbound) -> None:
        """The head is there, as `head`. Whoever takes the answer puts itself in `asker`."""

    def received(self, data: bytes) -> None:
        """Bytes of the body."""

    def completed(self) -> None:
        """The body is complete, as its framing says."""

    def failed(self, result: Result) -> None:
        """There will be no more: the connection is gone, or what came is no HTTP."""


class Home(Protocol):
    """Where a connection goes between two requests. `known` is the head of the last answer that came
    whole, and whether the connection was kept after it."""

    known: Familiar[tuple[UpstreamHead, bool]] | None

    def release(self, outbound: Outbound) -> None:
        """Its answer is complete; it may be used again."""

    def lost(self, outbound: Outbound) -> None:
        """It is gone."""


class Outbound(asyncio.Protocol):
    """One connection; at most one request on it at a time.

    `head` is that of the present answer. `reused` is true from the second request on: until its first byte comes, such
    a connection may have been closed by the other side before we wrote.
    """

    def __init__(self, home: Home, now: Callable[[], float], idle: float) -> None:
        """`now` is the loop's time, `idle` the seconds that may pass between two pieces of an answer."""
        self._home = home
        self._now = now
        self._idle = idle
        self.asker: Asker | None = None
        self.deadline = math.inf
        self.reused = False
        self.begun = False
        self.head = NO_HEAD
        self._headers: dict[bytes, bytes] = {}
        self.transport: asyncio.Transport | None = None  # None: not yet, or not any more
        self._parser = httptools.HttpResponseParser(self)
        self._parts: list[bytes] = []
        self._first = b""  # the piece that the present answer began with, while it is the last one
        self._fed = 0
        self._between = 0  # bytes since the last of a body: framing and trailers
        self._head_bytes = 0
        self._head_lines = 0
        self._head_done = False
        self._announced = False
        self._complete = False
        self._kept = False
        self._bad = False
        self._drained = 0
        self._busy = False
        self._paused = False

    def send(self, asker: Asker, head: bytes, body: bytes, first_byte: float) -> None:
        """Write a request; the asker hears of the answer."""
        transport = self.transport
        assert transport is not None and not self._busy
        self.asker = asker
        self.deadline = self._now() + first_byte
        self.begun = False
        self._busy = True
        if len(body) <= JOINED:
            transport.write(head + body)
        else:
            transport.write(head)
            transport.write(body)

    def drop(self) -> None:
        """The asker needs no more. What little follows is read, so that the connection can be kept."""
        self.asker = None
        if self._busy:
            self.resume()
            self.deadline = self._now() + DRAIN_SECONDS

    def pause(self) -> None:
        """Read no more until `resume`: the client is slow. The upstream is not at fault meanwhile."""
        if self.transport is not None and not self._paused:
            self._paused = True
            self.transport.pause_reading()
            self.deadline = math.inf

    def resume(self) -> None:
        """Read on."""
        if self.transport is not None and self._paused:
            self._paused = False
            self.transport.resume_reading()
            self.deadline = self._now() + self._idle

    def close(self) -> None:
        """Close at once; nobody hears of it."""
        self.asker = None
        if self.transport is not None:
            self.transport.abort()

    def expire(self) -> None:
        """The deadline has passed: too slow, or idle for long enough."""
        self._fail("timeout")

    # asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if not self._busy:  # an answer to no question
            self.close()
            return
        if not self.begun:
            self.begun = True
            known = self._home.known
            if known is not None and (at := known.body(data)):
                self._answer_at_once(known.read[0], data[at:], kept=known.read[1])
                return
            self._expect()
            self._first = data
        else:
            self._first = b""
        if not self._head_done:
            self._fed += len(data)
        else:
            self._between += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._bad = True
        if self._between > UPSTREAM_HEAD or (not self._head_done and self._fed > UPSTREAM_HEAD):
            self._bad = True
        self._deliver()

    def _expect(self) -> None:
        """Forget the last answer."""
        self._head_done = self._announced = self._complete = False
        self._fed = self._between = self._head_bytes = self._head_lines = self._drained = 0
        self._headers = {}

    def eof_received(self) -> bool:
        return False  # close; `connection_lost` follows

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        self._home.lost(self)
        self.deadline = math.inf
        if self.asker is not None:
            self._fail("broken")

    # httptools. They only take notes: what they raise would be lost in the parser.

    def on_message_begin(self) -> None:
        if self._complete:  # more than was asked for
            self._bad = True

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._head_done:  # a trailer
            return
        self._head_lines += 1
        self._head_bytes += len(name) + len(value)
        name = name.lower()
        if self._head_lines > UPSTREAM_HEADERS or self._head_bytes > UPSTREAM_HEAD:
            self._bad = True
        elif name in _WANTED:
            self._headers[name] = value if name not in self._headers else self._headers[name] + b", " + value

    def on_headers_complete(self) -> None:
        if self._bad:
            return
        status = self._parser.get_status_code()
        if status < 100:
            self._bad = True
        elif status < 200:  # interim: 100, 102, 103
            self._headers = {}
        else:
            self.head = read_head(status, self._headers)
            self._head_done = True

    def on_body(self, data: bytes) -> None:
        self._between = 0
        if self._head_done and not self._complete:
            self._parts.append(data)

    def on_message_complete(self) -> None:
        if self._head_done and not self._complete:
            self._complete = True
            self._kept = self._parser.should_keep_alive()  # told here alone
            if self._first and self.head.status == 200 and b"transfer-encoding" not in self._headers:
                length = self._headers.get(b"content-length", b"")
                self._home.known = learn(self._first, self._head_lines, length, (self.head, self._kept))

    # what the notes say

    def _answer_at_once(self, head: UpstreamHead, body: bytes, *, kept: bool) -> None:
        """A whole answer in one piece, with a head that is known."""
        self.head, self._kept, self._complete = head, kept, True
        asker = self.asker
        if asker is not None:
            asker.answered(self)
            asker = self.asker
            if asker is not None:
                asker.received(body)
        if self._busy:
            self._over()

    def _deliver(self) -> None:
        """Tell the asker what came before what was wrong, if anything was: as if each byte had come alone."""
        if self._head_done and not self._announced:
            self._announced = True
            self.deadline = self._now() + self._idle
            if self.asker is not None:
                self.asker.answered(self)
        elif self._head_done and self.asker is not None and not self._paused:
            self.deadline = self._now() + self._idle
        if self._parts:
            data = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
            self._parts.clear()
            if self.asker is not None:
                self.asker.received(data)
            else:
                self._drained += len(data)
                if self._drained > DRAIN_BYTES:
                    self.close()
        if self._complete and self._busy:
            self._over()
        elif self._bad:
            self._fail("invalid")

    def _over(self) -> None:
        asker, self.asker = self.asker, None
        transport = self.transport
        self._busy = False
        self.reused = True
        if self._paused:
            self.resume()
        self.deadline = math.inf
        # what is not written yet of the request would follow the answer, and be read as the next request
        if self._kept and not self._bad and transport is not None and not transport.get_write_buffer_size():
            self._home.release(self)
        else:
            self.close()
        if asker is not None:
            asker.completed()

    def _fail(self, result: Result) -> None:
        asker, self.asker = self.asker, None
        self.deadline = math.inf
        if self.transport is not None:
            self.transport.abort()
        if asker is not None:
            asker.failed(result)
