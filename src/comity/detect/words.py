"""A text as its words, in small letters, as UTF-8: the quickest way that Python has to look at all of them.

The letters of ASCII become small and its punctuation becomes space by one table of 256 bytes. Other letters stay as
they are, so whoever looks for a word looks for the ways in which it may be written (`ways`).
"""

from __future__ import annotations

import re
import unicodedata

_TABLE = bytes(
    byte
    if byte >= 128
    else ord(chr(byte).lower())
    if chr(byte).isalpha() or chr(byte) == "-"
    else byte
    if chr(byte).isdigit()
    else 32
    for byte in range(256)
)
_MARKS: tuple[tuple[bytes, re.Pattern[bytes]], ...] = (
    (b"\xe2", re.compile(rb"\xe2\x80[\x80-\xbf]")),
    (b"\xc2", re.compile(rb"\xc2[\xa0\xa1\xab\xb7\xbb\xbf]")),
    (b"\xd8", re.compile(rb"\xd8[\x8c\x9b\x9f]")),
    (b"\xa5", re.compile(rb"\xe0\xa5[\xa4\xa5]")),
)
"""Punctuation beyond ASCII by a byte without which there is none: U+2000 to U+203F, Latin-1's, Arabic's, danda."""

_ARABIC = re.compile(rb"\xd9[\x80\x8b-\x92\xb0]")
"""Vowel signs and the lengthening stroke, which are written or not."""

_APART = re.compile(rb"[\xcc\xcd]|\xe0\xa5[\x98-\x9f]")
"""Accents that stand apart from their letters, and letters of Devanagari that do not: two ways to write one word."""


def words(text: str) -> list[bytes]:
    """Every word, in order."""
    data = text.encode("utf-8", "replace")
    if not text.isascii():
        if (b"\xcc" in data or b"\xcd" in data or b"\xa5" in data) and _APART.search(data):
            data = unicodedata.normalize("NFC", text).encode("utf-8", "replace")
        for byte, mark in _MARKS:
            if byte in data:
                data = mark.sub(b" ", data)
        if b"\xd9" in data:
            data = _ARABIC.sub(b"", data)
    return data.translate(_TABLE).split()


def ways(term: str) -> set[tuple[bytes, ...]]:
    """The words of a term, as `words` gives them for each way of writing it: small, with a capital, in capitals."""
    titled = " ".join(word[:1].upper() + word[1:] for word in term.split(" "))
    return {tuple(words(way)) for way in (term, term[:1].upper() + term[1:], titled, term.upper())}
