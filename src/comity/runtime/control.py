"""The control port: an ASGI application served inside the supervisor's own loop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

MAX_HEAD_BYTES = 16_384
"""Request line and headers; a role key and a long tile path are a fraction of it."""

MAX_CONNECTIONS = 256
"""Auditors, witnesses and one scraper; past this the port answers 503 rather than starve the supervisor."""

HEAD_S = 10.0
"""A connection on which no whole request comes for so long, or twice that, is closed: heads take milliseconds."""

KEEP_ALIVE_S = 10
SHUTDOWN_S = 2


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the supervisor's."""
        yield


class _Impatient(H11Protocol):
    """uvicorn has no deadline for the head of a request: connections that trickle would fill the port."""

    def __init__(self, *arguments: Any, head_s: float, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head_s = head_s
        self._seen: object = self  # the request after which it waited at the last look; itself: it did not wait

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.loop.call_later(self._head_s, self._look)

    def _look(self) -> None:
        if self.transport.is_closing():
            return
        waits = self.cycle is None or self.cycle.response_complete
        if waits and self._seen is self.cycle:
            self.transport.abort()
            return
        self._seen = self.cycle if waits else self
        self.loop.call_later(self._head_s, self._look)


class ControlPort:
    """Serves `application` on a socket that listens already."""

    def __init__(
        self,
        application: Any,
        listening: socket.socket,
        tls_cert: str | None = None,
        tls_key: str | None = None,
        *,
        head_s: float = HEAD_S,
    ) -> None:
        config = uvicorn.Config(
            application,
            http=cast(Any, partial(_Impatient, head_s=head_s)),
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=MAX_CONNECTIONS,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=SHUTDOWN_S,
            h11_max_incomplete_event_size=MAX_HEAD_BYTES,
            ssl_certfile=tls_cert,
            ssl_keyfile=tls_key,
        )
        self._server = _Server(config)
        self._config = config
        self._certificate = (tls_cert, tls_key) if tls_cert and tls_key else None
        self._listening = listening
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to serve."""
        self._task = asyncio.create_task(self._server.serve(sockets=[self._listening]), name="control port")

    def renew(self) -> None:
        """Show, from the next handshake on, the certificate that its files hold now; they have been checked."""
        if self._certificate is not None and self._config.ssl is not None:
            self._config.ssl.load_cert_chain(*self._certificate)

    async def stop(self) -> None:
        """Finish what is under way, for two seconds at most."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task
