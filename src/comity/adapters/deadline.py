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
    """Hangs up on the socket that it watches when its time is over; leaving it raises then, whatever was read.

    It holds a descriptor of its own: TLS takes a socket's away while it shakes hands, which can drip too.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = Lock()
        self._over = False
        self._socket: socket.socket | None = None
        self._timer = Timer(seconds, self._end)
        self._timer.daemon = True

    def watch(self, watched: socket.socket | None) -> None:
        """From now on this socket, and no other."""
        mine = None if watched is None else socket.fromfd(watched.fileno(), watched.family, watched.type)
        with self._lock:
            self._let_go()
            self._socket = mine
            if self._over:
                self._hang_up()

    def watch_opening(self, connection: HTTPConnection) -> None:
        """The socket that the connection will open, from before TLS."""
        opened = connection._create_connection  # type: ignore[attr-defined]  # its own seam, for tunnels

        def open_watched(*given: Any) -> socket.socket:
            made: socket.socket = opened(*given)
            self.watch(made)
            return made

        connection._create_connection = open_watched  # type: ignore[attr-defined]

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._let_go()
        if self._over:
            raise TimeoutError(f"the whole answer took longer than {self._seconds:g} s") from error

    def _end(self) -> None:
        with self._lock:
            self._over = True
            self._hang_up()

    def _hang_up(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _let_go(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class Timed(urllib.request.Request):
    """A request whose connection a deadline watches; for `opener`."""

    def __init__(self, url: str, headers: dict[str, str], deadline: Deadline, data: bytes | None = None) -> None:
        """With `data` it is a POST."""
        super().__init__(url, data, headers)
        self.deadline = deadline


class _Watched(urllib.request.AbstractHTTPHandler):
    def do_open(self, http_class: Any, req: urllib.request.Request, **options: Any) -> HTTPResponse:
        """As the library's, but the deadline is told of the socket."""

        class Connection(http_class):  # type: ignore[misc]
            def connect(self: HTTPConnection) -> None:
                if isinstance(req, Timed):
                    req.deadline.watch_opening(self)
                super().connect()  # type: ignore[misc]

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
