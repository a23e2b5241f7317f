"""A timestamp authority of our own: openssl's, behind a port of loopback."""

from __future__ import annotations

import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

_SETTINGS = """
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[tsa]
basicConstraints = critical,CA:false
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
[answers]
serial = ./serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-config", "settings")


def openssl() -> bool:
    """Whether there is an openssl to run."""
    return shutil.which("openssl") is not None


class TimestampPort:
    """Answers queries with `openssl ts`.

    Attributes:
        folder: holds `ca.pem`, the root, and `tsa.pem`, the authority's own certificate.
        queries: how many there were.
        refuse: a status to answer with instead, or 0.
        wrong: answer for other data than was asked.
    """

    def __init__(self, folder: Path) -> None:
        """Make the authority's keys and certificates in `folder`, and listen."""
        self.folder = folder
        self.queries = 0
        self.refuse = 0
        self.wrong = b""
        self._turn = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "settings").write_text(_SETTINGS)
        (folder / "serial").write_text("01\n")
        self._run(
            "req", "-x509", *_KEY, "-keyout", "ca.key", "-out", "ca.pem", *("-subj", "/CN=Test"), "-extensions", "ca"
        )
        self._run("req", "-new", *_KEY, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Test TSA")
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "settings", "-extensions", "tsa")
        self._run("x509", "-req", "-in", "tsa.csr", "-out", "tsa.pem", *signed)
        port = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = self.rfile.read(int(self.headers.get("content-length", "0")))
                port.queries += 1
                body = b"" if port.refuse else port.answer(query)
                self.send_response(port.refuse or 200)
                self.send_header("content-type", "application/timestamp-reply")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing is said."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        """Where it is asked."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/tsr"

    def answer(self, query: bytes) -> bytes:
        """The response to a query, both in DER."""
        with self._turn:
            (self.folder / "query").write_bytes(query)
            if self.wrong:
                (self.folder / "data").write_bytes(self.wrong)
                self._run("ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "query")
            keys = ("-config", "settings", "-section", "answers", "-signer", "tsa.pem", "-inkey", "tsa.key")
            self._run("ts", "-reply", "-queryfile", "query", "-out", "response", *keys)
            return (self.folder / "response").read_bytes()

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

    def _run(self, *arguments: str) -> None:
        subprocess.run(("openssl", *arguments), cwd=self.folder, check=True, capture_output=True)
