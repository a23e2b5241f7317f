"""Opening, draining and closing a data port, and the loop that it runs on."""

from __future__ import annotations

import asyncio
import gc
import ssl
from collections.abc import Coroutine
from typing import Any, TypeVar

import uvloop

from comity.adapters.http.inbound import Inbound
from comity.adapters.http.port import Port

BACKLOG = 1024
"""Connections that wait to be accepted; the kernel cuts it to its own limit."""

DRAIN_STEP_SECONDS = 0.02
"""How often a stopping port looks whether its requests have ended."""

YOUNG = 20_000
"""Objects between two collections of the youngest: some five hundred requests under way."""

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on uvloop."""
    return uvloop.run(main)


def settle() -> None:
    """Call it when all is built that lasts: no garbage collection looks at it again.

    A request leaves no circle of references, so what collections would find is rare; each would look at everything
    that a thousand requests under way hold.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 50, 100)


class Listener:
    """An open data port."""

    def __init__(self, port: Port, server: asyncio.Server) -> None:
        self._port = port
        self._server = server

    @property
    def address(self) -> tuple[str, int]:
        """Host and port that it listens on."""
        host, number = self._server.sockets[0].getsockname()[:2]
        return host, number

    async def drain(self, seconds: float) -> bool:
        """Take no new request, let those under way end, close the rest after `seconds`. Whether all ended."""
        self._port.draining = True
        self._server.close()
        for inbound in list(self._port.inbounds):
            inbound.end_after_this()
        end = self._port.now() + seconds
        while any(inbound.busy for inbound in self._port.inbounds) and self._port.now() < end:  # noqa: ASYNC110
            await asyncio.sleep(DRAIN_STEP_SECONDS)
        ended = not any(inbound.busy for inbound in self._port.inbounds)
        self._port.close()
        while self._port.inbounds:  # noqa: ASYNC110 - each enters its outcome as its connection goes
            await asyncio.sleep(0)
        return ended


async def listen(
    port: Port, host: str, number: int, *, tls: ssl.SSLContext | None = None, reuse_port: bool = True
) -> Listener:
    """Listen on `host`:`number` (0 takes a free one); several workers may share it.

    Raises:
        OSError: the address is in use or not ours.
    """
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Inbound(port),
        host,
        number,
        ssl=tls,
        ssl_handshake_timeout=port.limits.head_seconds if tls is not None else None,
        reuse_port=reuse_port,
        backlog=BACKLOG,
    )
    return Listener(port, server)
