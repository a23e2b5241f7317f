"""One witness over HTTP (C2SP tlog-witness v1). Blocking: its caller gives it a thread."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Sequence
from threading import Lock
from typing import NamedTuple

from comity.adapters.deadline import Deadline
from comity.proof.add_checkpoint import MAX_PROOF, ask
from comity.proof.cosignature import cosigned_at
from comity.proof.note import MAX_NOTE_BYTES, Note, NoteError, Signature, VerifierKey
from comity.stack.urls import Url
from comity.terms.digests import sha256_hex

TIMEOUT_S = 5.0
"""For one answer: it is a signature and two syncs of a small file."""

MAX_WAIT_S = 3_600.0
"""What a witness may ask us to wait (Retry-After)."""


class NotCosigned(Exception):
    """No cosignature came. `wait` is how many seconds the witness asked for, or 0; `refused`: it answered, and asking
    the same again changes nothing; `other`: it says that it has seen another history."""

    def __init__(self, why: str, *, wait: float = 0.0, refused: bool = False, other: bool = False) -> None:
        super().__init__(why)
        self.wait = wait
        self.refused = refused
        self.other = other


class Given(NamedTuple):
    """A cosignature that verifies, and its time in Unix seconds."""

    line: Signature
    time: int


class WitnessClient:
    """Asks one witness, for one thread at a time. The connection is kept while it can be; nothing is followed, and no
    proxy is used.

    Attributes:
        name: of the witness in the policy.
        key: with which it cosigns.
    """

    def __init__(
        self,
        name: str,
        key: VerifierKey,
        url: Url,
        *,
        context: ssl.SSLContext | None = None,
        timeout: float = TIMEOUT_S,
    ) -> None:
        """`context` is for https; without it the system's authorities are trusted."""
        self.name = name
        self.key = key
        self._url = url
        self._prefix = url.path.rstrip("/")
        self._timeout = timeout
        self._context = context or (ssl.create_default_context() if url.scheme == "https" else None)
        self._connection: http.client.HTTPConnection | None = None
        self._turn = Lock()

    def add(self, old: int, proof: Sequence[bytes], note: str) -> Given | int:
        """Ask for a cosignature of a signed note that grew from `old` entries: it, or the size that the witness saw.

        Raises:
            NotCosigned: it cannot be reached, refuses, or answers with what is no cosignature of its key.
        """
        assert len(proof) <= MAX_PROOF
        status, wait, text = self._ask("POST", "/add-checkpoint", ask(old, proof, note))
        if status == 200:
            return self._given(note, text)
        if status == 409 and (size := text.removesuffix("\n")).isascii() and size.isdecimal() and len(size) < 20:
            return int(size)
        refused = status in (400, 403, 404, 409, 413, 422)
        raise NotCosigned(f"it answered with status {status}", wait=wait, refused=refused, other=status in (409, 422))

    def shown(self, origin: str) -> Note | None:
        """The last checkpoint of an origin that the witness shows to monitors, not verified; None if it shows none."""
        try:
            status, _, text = self._ask("GET", f"/{sha256_hex(origin.encode())}/checkpoint", None)
            return Note.parse(text) if status == 200 else None
        except (NotCosigned, NoteError):
            return None

    def close(self) -> None:
        """Let the connection go; one that is in use is let go when its answer came, or did not."""
        if self._turn.acquire(blocking=False):
            try:
                self._drop()
            finally:
                self._turn.release()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _given(self, note: str, lines: str) -> Given:
        try:
            answered = Note.parse(note + lines)
        except NoteError as error:
            raise NotCosigned(f"its answer is no signature lines: {error}", refused=True) from error
        for line in answered.by(self.key):
            time = cosigned_at(self.key, answered.text, line)
            if time:
                return Given(line, time)
        raise NotCosigned("its answer has no cosignature of its key", refused=True)

    def _ask(self, method: str, path: str, body: bytes | None) -> tuple[int, float, str]:
        with self._turn:
            return self._tried(method, path, body)

    def _tried(self, method: str, path: str, body: bytes | None) -> tuple[int, float, str]:
        kept = self._connection is not None
        try:
            return self._once(method, path, body)
        except (OSError, http.client.HTTPException) as error:
            self._drop()
            if not kept:
                raise NotCosigned(f"it does not answer: {error or type(error).__name__}") from error
        try:  # the connection that was kept may be what failed
            return self._once(method, path, body)
        except (OSError, http.client.HTTPException) as error:
            self._drop()
            raise NotCosigned(f"it does not answer: {error or type(error).__name__}") from error

    def _once(self, method: str, path: str, body: bytes | None) -> tuple[int, float, str]:
        headers = {"content-type": "text/plain; charset=utf-8"} if body is not None else {}
        with Deadline(self._timeout) as deadline:
            if self._connection is None or self._connection.sock is None:
                self._connection = self._connected()
                deadline.watch_opening(self._connection)
            deadline.watch(self._connection.sock)
            self._connection.request(method, self._prefix + path, body, headers)
            answer = self._connection.getresponse()
            text = answer.read(MAX_NOTE_BYTES + 1)
        wait = answer.getheader("retry-after", "")
        if answer.will_close or not answer.isclosed():
            self._drop()
        if len(text) > MAX_NOTE_BYTES:
            raise http.client.HTTPException("an answer without end")
        seconds = min(float(wait), MAX_WAIT_S) if wait.isascii() and wait.isdecimal() else 0.0
        return answer.status, seconds, text.decode("utf-8", "replace")

    def _connected(self) -> http.client.HTTPConnection:
        host = self._url.host.strip("[]")
        if self._context is not None:
            return http.client.HTTPSConnection(host, self._url.port, timeout=self._timeout, context=self._context)
        return http.client.HTTPConnection(host, self._url.port, timeout=self._timeout)
