"""Heads that were read before.

A peer sends the same head with every message but for the number in Content-Length. What the parser made of it once
holds for the next one, because the same bytes mean the same: so a head is compared, not parsed again. Anything else,
by a single byte, goes to the parser.
"""

from __future__ import annotations

import re
from typing import Generic, TypeVar

T = TypeVar("T")

_LENGTH = re.compile(rb"\r\n[Cc]ontent-[Ll]ength: ?([0-9]{1,9})(?=\r\n)")
"""As everybody writes it; a head that writes it otherwise is never familiar."""

_DIGITS = 9
_END = b"\r\n\r\n"


class Familiar(Generic[T]):
    """A head with a Content-Length, and what was read of it."""

    __slots__ = ("_after", "_before", "_behind", "_start", "read")

    def __init__(self, before: bytes, after: bytes, read: T) -> None:
        """`before` and `after` are the head's bytes on both sides of the number."""
        self._before = before
        self._after = after
        self._start = len(before)
        self._behind = len(after)
        self.read = read

    def body(self, data: bytes) -> int:
        """Offset of the body if `data` is one whole message with this head, whatever its length; else 0."""
        if not data.startswith(self._before):
            return 0
        end = data.find(b"\r", self._start, self._start + _DIGITS + 1)
        if end < 0 or not data.startswith(self._after, end):
            return 0
        body = end + self._behind
        return body if data[self._start : end] == b"%d" % (len(data) - body) else 0

    def alone(self, data: bytes) -> bool:
        """Whether `data` is this head and nothing else, whatever its length: many clients send the body after it."""
        if not (data.startswith(self._before) and data.endswith(self._after)):
            return False
        number = data[self._start : -self._behind]
        return number.isdigit() and len(number) <= _DIGITS and number[:1] != b"0"

    def begins(self, data: bytes) -> bool:
        """Whether `data` begins as this head does: of one that differs behind the length there is nothing to learn."""
        return data.startswith(self._before)


def learn(data: bytes, lines: int, length: bytes, read: T) -> Familiar[T] | None:
    """What to know of the head that `data` begins with; None where there may be doubt.

    The parser has read it, found `lines` header lines and one Content-Length that says `length`, and nothing wrong.
    """
    end = data.find(_END)
    head = data[: end + len(_END)]
    found = _LENGTH.findall(head)
    if end < 0 or len(found) != 1 or found[0] != length:
        return None
    ends = head.count(b"\r\n")
    if head.count(b"\n") != ends or head.count(b"\r") != ends or ends != lines + 2:
        return None  # a line that is no line to everybody
    place = _LENGTH.search(head)
    assert place is not None
    return Familiar(head[: place.start(1)], head[place.end(1) :], read)
