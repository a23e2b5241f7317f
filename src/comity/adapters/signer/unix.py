"""A signer behind a Unix socket, as the gateway sees it."""

from __future__ import annotations

import socket
from pathlib import Path

from comity.adapters.signer.signing import Prove, SignerDown, SignerRefused, noted
from comity.adapters.signer.wire import KEY, LENGTH, MAX_MESSAGE, encode_request, framed
from comity.proof.checkpoint import Checkpoint
from comity.proof.note import NoteError, VerifierKey
from comity.terms.digests import from_base64
from comity.terms.errors import Fault

TIMEOUT_S = 5.0
"""For one answer: it is a signature and one sync of a small file."""


class SocketSigning:
    """Asks a process that knows what it has signed, and shows it that each tree grew from there."""

    def __init__(self, path: Path, origin: str) -> None:
        """Ask it for its key.

        Raises:
            SignerDown: it does not answer.
            Fault: it holds the key of another log.
        """
        self._path = path
        self._socket: socket.socket | None = None
        self._signed: dict[str, int] = {}
        word, _, text = self._ask(KEY).partition(" ")
        try:
            self._key = VerifierKey.parse(text.strip() if word == "vkey" else "")
        except NoteError as error:
            self.close()
            raise Fault(f"{path} is no signer: {error}") from error
        if self._key.name != origin:
            self.close()
            raise Fault(f"the signer at {path} holds the key of {self._key.name}, not of {origin}")

    @property
    def key(self) -> VerifierKey:
        """See Signing."""
        return self._key

    def sign(self, checkpoint: Checkpoint, prove: Prove) -> str:
        """See Signing."""
        for _ in range(2):
            old = self._signed.get(checkpoint.origin, 0)
            proof = prove(old) if 0 < old <= checkpoint.size else ()
            word, _, rest = self._ask(encode_request(old, proof, checkpoint)).strip().partition(" ")
            if word == "signature":
                self._signed[checkpoint.origin] = checkpoint.size
                return noted(self._key, checkpoint, _bytes(rest), f"the signer at {self._path}")
            if word != "old" or not rest.isdecimal():
                raise SignerRefused(f"the signer at {self._path} refuses: {rest[:400]}")
            # another process of this gateway, or the one before it, was signed for last
            self._signed[checkpoint.origin] = int(rest)
        raise SignerDown(f"the signer at {self._path} signs the same shard for someone else")

    def close(self) -> None:
        """See Signing; the next question connects anew."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _ask(self, text: str) -> str:
        try:
            if self._socket is None:
                self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                self._socket.settimeout(TIMEOUT_S)
                self._socket.connect(str(self._path))
            self._socket.sendall(framed(text))
            (length,) = LENGTH.unpack(self._read(LENGTH.size))
            if length > MAX_MESSAGE:
                raise OSError(f"an answer of {length} bytes")
            return self._read(length).decode("utf-8", "replace")
        except OSError as error:
            self.close()
            raise SignerDown(f"the signer at {self._path} does not answer: {error}") from error

    def _read(self, count: int) -> bytes:
        assert self._socket is not None
        data = b""
        while len(data) < count:
            more = self._socket.recv(count - len(data))
            if not more:
                raise OSError("it hung up")
            data += more
        return data


def _bytes(text: str) -> bytes:
    try:
        return from_base64(text)
    except ValueError:
        return b""
