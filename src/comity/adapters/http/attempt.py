"""One attempt at one deployment: from the choice to the head of its answer."""

from __future__ import annotations

from typing import Protocol

from comity.adapters.http.outbound import Outbound
from comity.adapters.http.pool import Pool
from comity.relay.exchange import Attempt, Result
from comity.relay.surfaces import Surface


class Judge(Protocol):
    """Who decides what becomes of an attempt."""

    def reaches(self, tried: Try) -> bool:
        """Whether its deployment is still reached where it was when the attempt began."""

    def heard(self, tried: Try, outbound: Outbound) -> None:
        """The head of an answer is there. Whoever takes the answer puts itself in `outbound.asker`."""

    def missed(self, tried: Try, result: Result) -> None:
        """It gave no answer."""

    def stale(self, tried: Try, result: Result) -> None:
        """It was sent nowhere, or to a connection that was gone already: no fault of the deployment."""


class Try:
    """An attempt under way. It ends once: by `end`, which its judge calls, or by `cancel`.

    `surface` is what its deployment is asked at, `body` what it is sent, `lines` the header lines that describe it;
    `sent` says that it was sent at all.
    """

    __slots__ = ("_judge", "attempt", "body", "lines", "outbound", "over", "pool", "sent", "surface")

    def __init__(self, judge: Judge, attempt: Attempt, pool: Pool, surface: Surface, lines: bytes, body: bytes) -> None:
        self._judge = judge
        self.attempt = attempt
        self.pool = pool
        self.surface = surface
        self.lines = lines
        self.body = body
        self.outbound: Outbound | None = None
        self.over = False
        self.sent = False

    def begin(self, *, fresh: bool = False) -> None:
        """Send, over a kept connection unless it has to be a `fresh` one."""
        pool = self.pool
        pool.load.in_flight += 1
        outbound = None if fresh else pool.take()
        if outbound is None:
            pool.connect(self)
        else:
            self._send(outbound)

    def end(self, result: Result, now: int, status: int = 0) -> None:
        """Note how it ended."""
        self.over = True
        self.outbound = None
        del self._judge  # nothing more is to be judged, and no circle is to be left for the garbage collector
        self.pool.load.in_flight -= 1
        self.attempt.end(result, now, status)

    def cancel(self, result: Result, now: int, status: int = 0) -> None:
        """Let it go at once."""
        outbound = self.outbound
        if outbound is not None:
            outbound.close()
        self.end(result, now, status)

    # from the pool

    def connected(self, outbound: Outbound) -> None:
        """A connection stands."""
        if self.over:  # the client left, another answered, or the time was over, while it was being opened
            self.pool.release(outbound)
        elif not self._judge.reaches(self):
            self.pool.release(outbound)  # it was changed meanwhile: whoever answers there now may be another
            self._judge.stale(self, "refused")
        else:
            self._send(outbound)

    def unconnected(self, result: Result) -> None:
        """There is no connection to be had."""
        if not self.over:
            self._judge.missed(self, result)

    # from the connection

    def answered(self, outbound: Outbound) -> None:
        """The head of an answer."""
        self._judge.heard(self, outbound)

    def received(self, data: bytes) -> None:
        """Not while the answer is nobody's."""
        raise AssertionError("bytes of an answer that nobody has taken")

    def completed(self) -> None:
        """Not while the answer is nobody's."""
        raise AssertionError("the end of an answer that nobody has taken")

    def failed(self, result: Result) -> None:
        """The connection is gone, or what came over it is no HTTP."""
        outbound = self.outbound
        assert outbound is not None
        if result == "broken" and outbound.reused and not outbound.begun:
            # The other side had closed a kept connection, most likely before it read us: once more, on a fresh one.
            self._judge.stale(self, result)
        else:
            self._judge.missed(self, result)

    def _send(self, outbound: Outbound) -> None:
        """The intent is durable: `Exchange.attempt` made sure of it."""
        self.outbound = outbound
        self.sent = True
        pool, body = self.pool, self.body
        head = b"%b%bcontent-length: %d\r\n\r\n" % (pool.head(self.surface.path), self.lines, len(body))
        outbound.send(self, head, body, pool.target.timeouts.first_byte)
