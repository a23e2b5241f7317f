"""A link between two machines that can be cut, muted and healed: a TCP relay on loopback."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

PIECE = 65_536


class Link:
    """Passes bytes from its own port to another, both ways.

    Attributes:
        port: where it listens.
        passed: connections that were made through it.
    """

    def __init__(self, target: int) -> None:
        """Lead to port `target` of loopback."""
        self._target = target
        self._whole = threading.Event()
        self._whole.set()
        self._flowing = threading.Event()
        self._flowing.set()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._closed = False
        self.passed = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True, name="link").start()

    @property
    def url(self) -> str:
        """The same as the prefix of URLs."""
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Break what is open, and whatever connects, until `heal`."""
        self._whole.clear()
        self._break()

    def mute(self) -> None:
        """Keep connections, and pass nothing, until `heal`: a cable that was pulled."""
        self._flowing.clear()

    def heal(self) -> None:
        """Pass everything again; what was muted meanwhile comes now."""
        self._whole.set()
        self._flowing.set()

    def lead(self, target: int) -> None:
        """From now on to another port: the other side was started anew."""
        self._target = target

    def close(self) -> None:
        """End it."""
        self._closed = True
        self._flowing.set()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._break()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _break(self) -> None:
        with self._lock:
            broken, self._open = self._open, set()
        for each in broken:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        while not self._closed:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        if not self._whole.is_set():
            near.close()
            return
        try:
            far = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            near.close()
            return
        self.passed += 1
        with self._lock:
            self._open |= {near, far}
        back = threading.Thread(target=self._pass, args=(far, near), daemon=True)
        back.start()
        self._pass(near, far)
        back.join()
        with self._lock:
            self._open -= {near, far}
        near.close()
        far.close()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(PIECE):
                self._flowing.wait()
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
