"""A client's connection, as those see it who answer over it."""

from __future__ import annotations

from typing import Protocol


class Client(Protocol):
    """One client connection with a request under way.

    `paused` is true while it reads more slowly than it is written to. `keep` is false if the connection closes after
    the present answer; `chunked` is false for a client of HTTP/1.0, whose answers of unknown length end with the
    connection. `deadline` is in the loop's time.
    """

    paused: bool
    keep: bool
    chunked: bool
    deadline: float

    @property
    def busy(self) -> bool:
        """Whether a request is under way."""

    def header(self, name: bytes) -> bytes:
        """The value of one of the request's headers that are kept (`request_head.WANTED`), or empty."""

    def write(self, data: bytes) -> None:
        """Write a piece of an answer."""

    def finish(self, data: bytes) -> None:
        """Write the last bytes of an answer; the connection is kept for the next request, or closed."""

    def reply(self, status: int, body: bytes, fields: bytes = b"") -> None:
        """Answer as a whole; `fields` are further header lines."""

    def error(self, status: int, message: str, fields: bytes = b"", *, code: str = "") -> None:
        """Answer with an error in the envelope of the surface that was asked."""

    def abort(self) -> None:
        """Close so that the client cannot take the answer for complete."""

    def expire(self) -> None:
        """The deadline has passed."""

    def end_after_this(self) -> None:
        """Close as soon as no request is under way."""
