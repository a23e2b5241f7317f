"""Taking ports: who else holds one is said plainly, before anything starts."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Callable

from comity.runtime.failures import CannotServe

LINGER_S = 3.0
"""Workers of a supervisor that was killed end within two seconds: so long a port may still be theirs."""

_STEP_S = 0.05
BACKLOG = 1024


def reserve(host: str, port: int, flag: str, patience_s: float = LINGER_S) -> socket.socket:
    """Hold a port that several workers will listen on (SO_REUSEPORT), without listening on it.

    The kernel chooses for 0. SO_REUSEPORT alone would let two gateways of one user share a port in silence, so a plain
    bind is tried first.

    Raises:
        CannotServe: another process listens there, or the address is not this machine's.
    """

    def claim() -> socket.socket:
        with _bound(host, port, flag, shared=False) as probe:
            chosen = address_of(probe)[1]
        return _bound(host, chosen, flag, shared=True)

    return _until_free(claim, patience_s)


def listen(host: str, port: int, flag: str, patience_s: float = LINGER_S) -> socket.socket:
    """A listening socket; raises CannotServe as `reserve`."""
    held = _until_free(lambda: _bound(host, port, flag, shared=False), patience_s)
    held.setblocking(False)
    return held


def address_of(held: socket.socket) -> tuple[str, int]:
    """Host and port of a bound socket."""
    host, port = held.getsockname()[:2]
    return str(host), int(port)


class _Taken(CannotServe):
    """Another process listens on the port."""


def _until_free(bind: Callable[[], socket.socket], patience_s: float) -> socket.socket:
    patience = time.monotonic() + patience_s
    while True:
        try:
            return bind()
        except _Taken:
            if time.monotonic() > patience:
                raise
            time.sleep(_STEP_S)


def _bound(host: str, port: int, flag: str, *, shared: bool) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise CannotServe(f"{host} is no address that can be listened on ({error.strerror})") from error
    held = socket.socket(family, kind, protocol)
    try:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT if shared else socket.SO_REUSEADDR, 1)
        if shared:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(address)
        if not shared:
            held.listen(BACKLOG)  # on some systems only this finds another listener
    except OSError as error:
        held.close()
        if error.errno == errno.EADDRINUSE:
            raise _Taken(
                f"port {port} on {host} is in use by another process; stop it, or choose another with {flag}"
            ) from error
        if error.errno == errno.EACCES:
            raise CannotServe(f"port {port} may only be opened by root; choose another with {flag}") from error
        raise CannotServe(f"cannot listen on {host} port {port} ({error.strerror})") from error
    return held
