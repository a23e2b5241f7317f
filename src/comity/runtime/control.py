"""The control port: an ASGI application served inside the supervisor's own loop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

MAX_HEAD_BYTES = 16_384
"""Request line and headers; a role key and a long tile path are a fraction of it."""

MAX_CONNECTIONS = 256
"""Auditors, witnesses and one scraper; past this the port answers 503 rather than starve the supervisor."""

KEEP_ALIVE_S = 15
SHUTDOWN_S = 2


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the supervisor's."""
        yield


class ControlPort:
    """Serves `application` on a socket that listens already."""

    def __init__(self, application: Any, listening: socket.socket, tls_cert: str | None, tls_key: str | None) -> None:
        config = uvicorn.Config(
            application,
            http="h11",
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
        self._listening = listening
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to serve."""
        self._task = asyncio.create_task(self._server.serve(sockets=[self._listening]), name="control port")

    async def stop(self) -> None:
        """Finish what is under way, for two seconds at most."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task
