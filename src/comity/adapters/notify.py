"""What a service manager is told of the gateway's life: sd_notify(3), without its library.

systemd hands a service of `Type=notify` the address of a datagram socket in NOTIFY_SOCKET; without it nothing is told.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping

VARIABLE = "NOTIFY_SOCKET"

MAX_STATUS = 200
"""Characters of a status line: what `systemctl status` shows on one."""


class ServiceManager:
    """Whoever started the gateway and waits to hear that it serves. Never raises: a gateway serves unheard too."""

    def __init__(self, environ: Mapping[str, str], say: Callable[[str], None]) -> None:
        """`environ` may hold the address; `say` gets a line for the operator when the manager cannot be told."""
        self._address = environ.get(VARIABLE, "")
        self._say = say

    def ready(self, status: str = "") -> None:
        """The gateway serves; after `reloading`, it serves what was loaded. `status` is one line for people."""
        self._tell("READY=1", f"STATUS={_one_line(status)}")

    def reloading(self) -> None:
        """The gateway reads its files anew, and goes on serving; `ready` must follow, even if they are refused."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """Answers under way are finished, and no new ones begun."""
        self._tell("STOPPING=1")

    def _tell(self, *assignments: str) -> None:
        if not self._address:
            return
        # A name in the abstract namespace begins with NUL, which the environment writes as @.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
                out.setblocking(False)
                out.sendto("\n".join(assignments).encode(), address)
        except OSError as error:
            self._say(f"the service manager at {VARIABLE} cannot be told {assignments[0]}: {error.strerror or error}")


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)[:MAX_STATUS]
