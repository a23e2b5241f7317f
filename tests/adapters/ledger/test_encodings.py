"""What `comity log audit URL` takes from a log's web server: gzip too, which tlog-tiles lets it send unasked."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from comity.adapters.ledger.remote import RemoteLog, _unpacked

FILES = {
    "/plain": ("identity", b"x" * 1000),
    "/packed": ("gzip", gzip.compress(b"x" * 1000)),
    "/bomb": ("gzip", gzip.compress(bytes(1 << 20))),
    "/broken": ("gzip", b"no gzip at all"),
}
ASKED: list[str] = []


class Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        encoding, data = FILES[self.path]
        ASKED.append(self.headers["Accept-Encoding"])
        self.send_response(200)
        self.send_header("Content-Encoding", encoding)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_gzip_is_named_and_unpacked(url: str) -> None:
    log = RemoteLog(url)
    assert log.get(f"{url}/plain", 1000) == log.get(f"{url}/packed", 1000) == b"x" * 1000
    assert set(ASKED) == {"gzip, identity"}


def test_no_more_is_unpacked_than_is_asked_for() -> None:
    assert len(_unpacked(FILES["/bomb"][1], 1000)) == 1001


@pytest.mark.parametrize(("path", "says"), [("bomb", "larger than 1000"), ("packed", "larger"), ("broken", "gzip")])
def test_what_unpacks_to_more_than_a_file_may_hold(url: str, path: str, says: str) -> None:
    with pytest.raises(OSError, match=says):
        RemoteLog(url).get(f"{url}/{path}", 1000 if path != "packed" else 999)
