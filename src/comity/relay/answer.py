"""An answer that comes whole: its bytes pass untouched, and its end is held until the outcome is durable."""

from __future__ import annotations

import re
from typing import Protocol

from comity.proof.commitment import Commitment
from comity.relay.usage import FINISHES, Usage, said

HELD_BYTES = 1024 * 1024
"""An answer up to this size is held whole, so that its length is known and a broken one can still become a clean
error. 128,000 tokens of text are about 600 kB; larger ones (log-probabilities, sounds) flow, except their last piece.
"""

_FINISH = re.compile(rb'"finish_reason"\s*:\s*"([a-z_]{1,32})"')


class BadAnswer(Exception):
    """A deployment's answer that cannot be passed on; the message says why, without quoting it."""


class Answer(Protocol):
    """What `WholeAnswer` and `StreamAnswer` have in common."""

    ended: bool
    failed: bool
    finish: str
    usage: Usage | None
    tail: bytes
    response: Commitment

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes; returns those that may go to the client now."""

    def close(self, clean: bool) -> bool:
        """The deployment's answer is over; returns whether it is whole. What still has to go is in `tail`."""


class WholeAnswer:
    """Reads an answer that is one document; see `Answer`. `flowing` is true once bytes went to the client."""

    __slots__ = ("_last", "_parts", "_size", "ended", "failed", "finish", "flowing", "response", "tail", "usage")

    def __init__(self, response: Commitment) -> None:
        self._parts: list[bytes] = []
        self._last = b""
        self._size = 0
        self.response = response
        self.ended = False
        self.failed = False
        self.finish = ""
        self.flowing = False
        self.tail = b""
        self.usage: Usage | None = None

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes; nothing goes on until there are more than `HELD_BYTES`."""
        if self.flowing:
            passed, self._last = self._last, data
        else:
            self._parts.append(data)
            self._size += len(data)
            if self._size <= HELD_BYTES:
                return b""
            self.flowing = True
            self._last = self._parts.pop()
            passed = b"".join(self._parts)
            self._parts.clear()
        self._glance(passed)
        self.response.update(passed)
        return passed

    def close(self, clean: bool) -> bool:
        """Read what the answer says of itself, and leave its end in `tail`."""
        if self.flowing:
            self.tail = self._last
            self._glance(self.tail)
        else:
            self.tail = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
            document = said(self.tail)
            if document is not None:
                self.finish, self.usage = document.finish, document.usage
        if not clean:
            self.tail = b""
            return False
        self.response.update(self.tail)
        return True

    def _glance(self, data: bytes) -> None:
        """A large answer is not parsed; its reason to finish is looked for in each piece."""
        found = _FINISH.search(data)
        if found:
            reason = found.group(1).decode()
            self.finish = reason if reason in FINISHES else "other"
