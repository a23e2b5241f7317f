"""What a signer has signed, so that it never signs a fork of it."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

from comity.adapters.disk import DISK, PRIVATE
from comity.adapters.signer.wire import KEY, decode_request
from comity.proof.checkpoint import Checkpoint, speaks_for
from comity.proof.note import Signer
from comity.proof.tree import verify_consistency
from comity.terms.digests import from_base64, to_base64
from comity.terms.errors import Fault

MAX_SHARDS = 10_000
"""Shards remembered: a megabyte. A log gets a new one for each worker and each lost disk."""


class SigningMemory:
    """One key, the last checkpoint that it signed for each shard, and the rule that each grows from the one before.

    The memory lies beside the key, is durable before a signature is given, and is held by one process at a time.
    """

    def __init__(self, key: Path) -> None:
        """Read the key (`log.key`'s form) and what lies beside it.

        Raises:
            Fault: the key cannot be read, is open to others, or another signer holds it.
        """
        try:
            mode = key.stat().st_mode
            if mode & 0o077:
                raise Fault(f"{key} can be read by others: chmod 600 {key}")
            self._signer = Signer.parse(key.read_text("utf-8"))
            self._lock = os.open(f"{key}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
        except (OSError, ValueError) as error:
            raise Fault(f"{key} cannot be used: {error}") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._path = key.with_name(f"{key.name}.signed")
            self._last = self._read()
        except BlockingIOError:
            self.close()
            raise Fault(f"another signer holds {key}") from None
        except Fault:
            self.close()
            raise

    def close(self) -> None:
        """Let another process hold the key."""
        os.close(self._lock)

    @property
    def vkey(self) -> str:
        """The public key, as a vkey."""
        return self._signer.key.text

    def answer(self, text: str) -> str:
        """The answer to a message of docs/spec/signer.md. Blocking: it syncs a file before it signs."""
        if text == KEY:
            return f"vkey {self.vkey}\n"
        try:
            request = decode_request(text)
            return self._sign(request.old, request.proof, request.checkpoint)
        except ValueError as error:
            return f"no {error}\n"
        except OSError as error:
            return f"no its memory could not be written: {error.strerror}\n"

    def _sign(self, old: int, proof: tuple[bytes, ...], new: Checkpoint) -> str:
        name = self._signer.key.name
        if new.origin == name or not speaks_for(name, new.origin):
            raise ValueError(f"it signs for the shards of {name} alone")
        last = self._last.get(new.origin)
        if last is None:
            if len(self._last) >= MAX_SHARDS:
                raise ValueError(f"it remembers {MAX_SHARDS} shards, and this one is not among them")
        elif new.size < last.size:
            raise ValueError(f"it has signed {last.size} entries of {new.origin}, so it does not sign {new.size}")
        elif old != last.size:
            return f"old {last.size}\n"
        elif not verify_consistency(last.size, new.size, last.root, new.root, proof):
            raise ValueError(f"{new.size} entries are not shown to have grown from the {last.size} it signed")
        if new != last:
            self._write({**self._last, new.origin: new})
        _, _, line = self._signer.named(new.origin).sign(new.text).rpartition(" ")
        return f"signature {to_base64(from_base64(line.strip())[4:])}\n"

    def _read(self) -> dict[str, Checkpoint]:
        try:
            kept = json.loads(self._path.read_text("utf-8"))
            return {origin: Checkpoint(origin, int(size), from_base64(root)) for origin, (size, root) in kept.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise Fault(f"{self._path} cannot be read, and without it a fork could be signed: {error}") from error

    def _write(self, last: dict[str, Checkpoint]) -> None:
        kept = {origin: [checkpoint.size, to_base64(checkpoint.root)] for origin, checkpoint in sorted(last.items())}
        DISK.replace_durably(self._path, json.dumps(kept).encode(), PRIVATE)
        self._last = last
