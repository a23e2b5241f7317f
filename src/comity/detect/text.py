"""The text of a JSON document, as one string: all of it, keys and numbers too, at any depth, doubled members too.

Nothing is parsed into objects. Escapes are undone where letters or digits may hide in them, also those of JSON that
stands in a string of JSON, as the arguments of a tool call do; other escapes become spaces, which end a word as a line
end does.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

OPAQUE_BYTES = 1024
"""A string of so many letters and digits without a space is no prose: base64, which detectors cannot read."""

LEVELS = 4
"""Of JSON in strings of JSON, in which escapes of letters are undone. A tool's result that quotes a tool's arguments
has three."""

_OPAQUE = re.compile(rb'"(?:data:[^",\s]{0,128},)?[A-Za-z0-9+/=_\\-]{%d,}"' % OPAQUE_BYTES)
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_LETTER = re.compile(r"\\+u([0-9a-fA-F]{4})")
_ESCAPE = re.compile(r'\\+[nrtbf"/]?')


class Read(NamedTuple):
    """A text, and how many bytes of the document are not in it because nobody can read them."""

    text: str
    unread: int


def text_of(document: bytes) -> Read:
    """The text of a document; what is not UTF-8 or not JSON is read as far as it goes."""
    unread = 0
    if len(document) > OPAQUE_BYTES:
        left = _OPAQUE.sub(b'""', document)
        unread = len(document) - len(left)
        document = left
    if b"\\" not in document:
        return Read(document.decode("utf-8", "replace"), unread)
    if b"\\u" in document:
        document = _STRING.sub(_undone, document)
    text = document.decode("utf-8", "replace")
    for _ in range(LEVELS):
        if "\\u" not in text:
            break
        text = _LETTER.sub(lambda found: chr(int(found[1], 16)), text)
    return Read(_ESCAPE.sub(" ", text), unread)


def _undone(found: re.Match[bytes]) -> bytes:
    if b"\\u" not in found[0]:
        return found[0]
    try:
        return b'"%b"' % msgspec.json.decode(found[0], type=str).encode()
    except (msgspec.DecodeError, UnicodeError):
        return found[0]  # half a character: its other letters are undone as those of an inner level are
