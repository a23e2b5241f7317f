"""Deployments that promise the shipped model, exactly, and do something else."""

from __future__ import annotations

import json
import re
import threading
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from comity.adapters.node import Endpoint

Change = Callable[[bytes], bytes]


class Between:
    """An HTTP server on loopback before a node, that may alter its answers. It asks for no key."""

    def __init__(self, node: Endpoint, change: Change = lambda body: body) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {"content-type": "application/json", "authorization": f"Bearer {node.key}"}
                asked = urllib.request.Request(f"http://{node.host}:{node.port}{self.path}", body, headers)
                with urllib.request.urlopen(asked) as answer:
                    kind, data = answer.headers["content-type"], change(answer.read())
                self.send_response(200)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def another_word(body: bytes) -> bytes:
    """The answer with one of its words another: the first of four letters or more."""
    if body.startswith(b"data:"):
        return re.sub(rb'("content":" ?)([A-Za-z]{4,})(")', rb"\1Other\3", body, count=1)
    answer = json.loads(body)
    message = answer["choices"][0]["message"]
    message["content"] = re.sub(r"[A-Za-z]{4,}", "Other", message["content"], count=1)
    return json.dumps(answer).encode()


def more_tokens(body: bytes) -> bytes:
    """The answer with more tokens on the bill."""
    answer = json.loads(body)
    answer["usage"]["completion_tokens"] += 7
    return json.dumps(answer).encode()
