"""An answer gathered whole, from the pieces that a listener is told."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from comity.relay.dialects.listener import Failure, Tokens

Sort: TypeAlias = Literal["thought", "text", "declined", "call"]


class Piece(Struct):
    """A run of one sort. Of a call, `text` is its arguments; `id` and `name` are empty otherwise."""

    sort: Sort
    said: list[str]
    id: str = ""
    name: str = ""

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.said)

    @property
    def arguments(self) -> str:
        """Those of a call; where the model wrote none, the empty object that callers parse."""
        return self.text or "{}"


class Collected:
    """A listener that keeps what it is told. `reason` is empty where none was given."""

    def __init__(self) -> None:
        self.id = ""
        self.pieces: list[Piece] = []
        self.reason = ""
        self.sequence = ""
        self.tokens: Tokens | None = None
        self.failure: Failure | None = None
        self.complete = False

    def started(self, id: str) -> None:
        """See `Listener`."""
        self.id = id

    def thought(self, text: str) -> None:
        """See `Listener`."""
        self._add("thought", text)

    def text(self, text: str) -> None:
        """See `Listener`."""
        self._add("text", text)

    def declined(self, text: str) -> None:
        """See `Listener`."""
        self._add("declined", text)

    def called(self, id: str, name: str) -> None:
        """See `Listener`."""
        self.pieces.append(Piece("call", [], id, name))

    def arguments(self, text: str) -> None:
        """See `Listener`."""
        self.pieces[-1].said.append(text)

    def stopped(self, reason: str, sequence: str = "") -> None:
        """See `Listener`."""
        self.reason, self.sequence = reason, sequence

    def used(self, tokens: Tokens) -> None:
        """See `Listener`."""
        self.tokens = tokens

    def failed(self, failure: Failure) -> None:
        """See `Listener`."""
        self.failure = failure

    def ended(self) -> None:
        """See `Listener`."""
        self.complete = True

    def of(self, sort: Sort) -> list[Piece]:
        """The pieces of one sort."""
        return [piece for piece in self.pieces if piece.sort == sort]

    def _add(self, sort: Sort, text: str) -> None:
        if not self.pieces or self.pieces[-1].sort != sort:
            self.pieces.append(Piece(sort, []))
        self.pieces[-1].said.append(text)
