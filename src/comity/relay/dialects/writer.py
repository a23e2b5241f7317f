"""What the three writers of streams have in common: what they wrote, and how the answer stands."""

from __future__ import annotations

from abc import ABC, abstractmethod

from comity.relay.dialects.listener import Failure, Tokens


class Writer(ABC):
    """A listener that writes events into `out` and, once the answer is complete, the last of them into `tail`.

    `reason` is why it ended, empty until it is known. Nothing is told any more once `complete` or `broken`.
    """

    __slots__ = ("broken", "complete", "out", "reason", "sequence", "tail", "tokens")

    def __init__(self) -> None:
        self.out: list[bytes] = []
        self.tail = b""
        self.reason = ""
        self.sequence = ""
        self.tokens: Tokens | None = None
        self.complete = False
        self.broken = False

    def stopped(self, reason: str, sequence: str = "") -> None:
        """See `Listener`."""
        self.reason, self.sequence = reason, sequence

    def used(self, tokens: Tokens) -> None:
        """See `Listener`."""
        self.tokens = tokens

    def failed(self, failure: Failure) -> None:
        """See `Listener`."""
        self.broken = True
        self.out.append(self.error(failure))

    def ended(self) -> None:
        """See `Listener`."""
        self.complete = True
        self.tail = self.end()

    @abstractmethod
    def error(self, failure: Failure) -> bytes:
        """What tells the client that it breaks off."""

    @abstractmethod
    def end(self) -> bytes:
        """The last event; what comes before it goes into `out`."""
