"""Exact answers, kept in memory: off unless an application turns it on (docs/reference/stack-file.md, `cache`).

An answer is given again only for the same bytes at the same surface, only to the application that asked, and only
while the deployment that made it is permitted for the case at hand: the gate is asked first, as for any attempt
(DESIGN rule 4).
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Container

from msgspec import Struct

MAX_ANSWER_BYTES = 256 * 1024
"""A longer answer is not kept: a chat of 60,000 tokens is below this, and images are cheaper made than kept."""

MAX_BYTES = 64 * 1024 * 1024
"""All answers of one worker together; it bounds memory whatever the stack file says."""

ENTRY_BYTES = 1_024
"""What an entry takes besides its answer, rounded up."""


class Kept(Struct, frozen=True):
    """An answer as the deployment gave it: `body` are its own bytes, `intent` is the index of its request's entry."""

    deployment: str
    intent: int
    content_type: bytes
    body: bytes
    until: int


class Key(Struct, frozen=True, cache_hash=True):
    """What makes two requests the same: who asks, where, the bytes by their SHA-256, and what describes them."""

    application: str
    surface: str
    digest: bytes
    lines: bytes = b""


def key(application: str, surface: str, body: bytes, lines: bytes = b"") -> Key:
    """The key of a request; `lines` are the headers that say something about its body (`Ask.lines`)."""
    return Key(application, surface, hashlib.sha256(body).digest(), lines)


class Exact:
    """The answers that one worker keeps, those used last the longest. Instants in milliseconds."""

    __slots__ = ("_bytes", "_kept", "_of")

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._of: dict[str, int] = {}
        self._bytes = 0

    def get(self, key: Key, permitted: Container[str], now: int) -> Kept | None:
        """The answer for a request, if one is kept and its deployment is among those `permitted` for it."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        if now >= kept.until:
            self._drop(key)
            return None
        if kept.deployment not in permitted:
            return None
        self._kept.move_to_end(key)
        return kept

    def put(self, key: Key, kept: Kept, most: int) -> None:
        """Keep an answer; the application has at most `most` of them, and the oldest go first."""
        if len(kept.body) > MAX_ANSWER_BYTES or most < 1:
            return
        if key in self._kept:
            self._drop(key)
        while self._of.get(key.application, 0) >= most:
            self._drop(next(old for old in self._kept if old.application == key.application))
        self._kept[key] = kept
        self._of[key.application] = self._of.get(key.application, 0) + 1
        self._bytes += len(kept.body) + ENTRY_BYTES
        while self._bytes > MAX_BYTES:
            self._drop(next(iter(self._kept)))

    def clear(self, application: str = "") -> None:
        """Forget everything, or everything of one application."""
        for key in [key for key in self._kept if not application or key.application == application]:
            self._drop(key)

    def __len__(self) -> int:
        return len(self._kept)

    def _drop(self, key: Key) -> None:
        kept = self._kept.pop(key)
        self._of[key.application] -= 1
        if not self._of[key.application]:
            del self._of[key.application]
        self._bytes -= len(kept.body) + ENTRY_BYTES
