"""An end to every answer. A socket's own timeout begins anew with each byte: a server that sends one now and then would
be waited for without end, and a monitor that waits says nothing."""

from __future__ import annotations

import socket
import urllib.request
from contextlib import suppress
from http.client import HTTPConnection, HTTPResponse
from threading import Lock, Timer
from types import TracebackType
from typing import Any, Self


class Deadline:
    """Hangs up on the socket that it watches when its time is over; leaving it raises then, whatever was read."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = Lock()
        self._over = False
        self._socket: socket.socket | None = None
        self._timer = Timer(seconds, self._end)
        self._timer.daemon = True

    def watch(self, watched: socket.socket | None) -> None:
        """From now on this socket, and no other."""
        with self._lock:
            self._socket = watched
            if self._over:
                self._hang_up()

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._socket = None
        if self._over:
            raise TimeoutError(f"the whole answer took longer than {self._seconds:g} s") from error

    def _end(self) -> None:
        with self._lock:
            self._over = True
            self._hang_up()

    def _hang_up(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                # not SSLSocket's own, which takes the connection's state away from whoever reads
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class Timed(urllib.request.Request):
    """A request whose connection a deadline watches; for `opener`."""

    def __init__(self, url: str, headers: dict[str, str], deadline: Deadline) -> None:
        super().__init__(url, headers=headers)
        self.deadline = deadline


class _Watched(urllib.request.AbstractHTTPHandler):
    def do_open(self, http_class: Any, req: urllib.request.Request, **options: Any) -> HTTPResponse:
        """As the library's, but the deadline is told of the socket."""

        class Connection(http_class):  # type: ignore[misc]
            def connect(self: HTTPConnection) -> None:
                super().connect()  # type: ignore[misc]
                if isinstance(req, Timed):
                    req.deadline.watch(self.sock)

        return super().do_open(Connection, req, **options)


class _Http(_Watched, urllib.request.HTTPHandler):
    pass


class _Https(_Watched, urllib.request.HTTPSHandler):
    pass


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect is a hop that nobody ruled on."""

    def redirect_request(self, *_: Any) -> None:
        return None


def opener() -> urllib.request.OpenerDirector:
    """Goes where it is told alone: no proxy of the environment, no redirect. It knows `Timed` requests."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects(), _Http, _Https)
