"""Connections to one upstream: kept alive, bounded, fresh."""

from __future__ import annotations

import asyncio
import math
from typing import Protocol

from comity.adapters.http.familiar import Familiar
from comity.adapters.http.outbound import Asker, Outbound
from comity.adapters.http.upstream_head import UpstreamHead
from comity.relay.exchange import Result
from comity.relay.load import Load
from comity.relay.surfaces import below
from comity.relay.target import Target


class Waiter(Asker, Protocol):
    """Who waits for a connection."""

    def connected(self, outbound: Outbound) -> None:
        """Here it is; give it back with `Pool.release` if it is not wanted any more."""

    def unconnected(self, result: Result) -> None:
        """There is none: `refused` or `timeout`."""


class Pool:
    """The connections to one target. Those in use count in `load.in_flight`, which the driver keeps."""

    __slots__ = ("_heads", "_idle", "_keep", "_loop", "_open", "_retired", "_tasks", "known", "load", "target")

    def __init__(self, loop: asyncio.AbstractEventLoop, target: Target, load: Load, keep: float) -> None:
        self.target = target
        self.load = load
        self.known: Familiar[tuple[UpstreamHead, bool]] | None = None
        self._heads: dict[str, bytes] = {}
        self._loop = loop
        self._keep = keep
        self._idle: dict[Outbound, None] = {}  # in the order of their last use
        self._open: set[Outbound] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._retired = False

    def take(self) -> Outbound | None:
        """An idle connection, the one used last: the others may grow old and go."""
        while self._idle:
            outbound = self._idle.popitem()[0]
            transport = outbound.transport
            if transport is not None and not transport.is_closing():
                return outbound
        return None

    def head(self, path: str) -> bytes:
        """The head of a request to `path` below the target's own, up to its Content-Type."""
        head = self._heads.get(path)
        if head is None:
            head = self._heads[path] = _head(self.target, path)
        return head

    def connect(self, waiter: Waiter) -> None:
        """Open a connection and hand it to the waiter."""
        task = self._loop.create_task(self._connect(waiter))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def release(self, outbound: Outbound) -> None:
        """Keep a connection whose answer is complete."""
        transport = outbound.transport
        if self._retired or transport is None or transport.is_closing():
            outbound.close()
            return
        outbound.deadline = self._loop.time() + self._keep
        self._idle[outbound] = None

    def lost(self, outbound: Outbound) -> None:
        """A connection is gone."""
        self._open.discard(outbound)
        self._idle.pop(outbound, None)

    def retire(self) -> None:
        """Take no connection back any more, and close the idle ones."""
        self._retired = True
        while self._idle:
            self._idle.popitem()[0].close()

    def expire(self, now: float) -> None:
        """Expire connections past their deadline."""
        for outbound in [outbound for outbound in self._open if outbound.deadline < now]:
            outbound.expire()

    async def _connect(self, waiter: Waiter) -> None:
        target = self.target
        try:
            async with asyncio.timeout(target.timeouts.connect):
                if target.unix:
                    _, outbound = await self._loop.create_unix_connection(self._made, target.unix)
                else:
                    _, outbound = await self._loop.create_connection(
                        self._made,
                        target.host,
                        target.port,
                        ssl=target.tls,
                        server_hostname=target.host if target.tls else None,
                    )
        except TimeoutError:
            waiter.unconnected("timeout")
        except OSError:  # refused, unreachable, unknown host, a certificate that does not hold
            waiter.unconnected("refused")
        else:
            outbound.deadline = math.inf
            waiter.connected(outbound)

    def _made(self) -> Outbound:
        outbound = Outbound(self, self._loop.time, self.target.timeouts.idle)
        self._open.add(outbound)
        return outbound


def _head(target: Target, path: str) -> bytes:
    """Nothing of the client's own head is in it."""
    port = "" if target.port == (443 if target.tls else 80) else f":{target.port}"
    host = f"[{target.host}]" if ":" in target.host else target.host
    return b"POST %b%b HTTP/1.1\r\nhost: %b\r\n%b%b" % (
        below(target.path, path).encode(),
        target.query.encode(),
        f"{host}{port}".encode(),
        target.credentials,
        b"accept: */*\r\naccept-encoding: identity\r\nuser-agent: comity\r\n",
    )
