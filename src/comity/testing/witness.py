"""A witness behind a port of loopback, in this process, that can be told to misbehave; and what it cosigned."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from comity.adapters.witness.witness import Answer

Answers = Callable[[bytes], Answer]
"""`Witness.add_checkpoint`, or another who answers bodies."""


class WitnessPort:
    """Answers `POST /add-checkpoint` by `answers`, and `GET /<origin hash>/checkpoint` by `shown`.

    Attributes:
        bodies: what was asked, in order.
        answers: who answers; a test may replace it.
        shown: gives the note for an origin's hash, or None.
    """

    def __init__(self, answers: Answers, shown: Callable[[str], str | None] = lambda _: None) -> None:
        self.bodies: list[bytes] = []
        self.answers = answers
        self.shown = shown
        port = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                port.bodies.append(body)
                known = self.path == "/add-checkpoint"
                self._say(port.answers(body) if known else Answer(404, "no such page\n"))

            def do_GET(self) -> None:
                name = self.path.strip("/").partition("/")[0]
                note = port.shown(name)
                self._say(Answer(404, "not here\n") if note is None else Answer(200, note))

            def _say(self, answer: Answer) -> None:
                body = answer.body.encode()
                self.send_response(answer.status)
                self.send_header("content-type", answer.content_type)
                self.send_header("content-length", str(len(body)))
                if answer.wait:
                    self.send_header("retry-after", str(round(answer.wait)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing is said."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Its submission prefix."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
