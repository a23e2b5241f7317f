"""Tokens that stand for what was found in a request while it is away, and the way back (docs/adr/0047).

The map is personal data. It lives with its request, in memory, and is never logged.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

import msgspec

from comity.detect.digits import ours
from comity.detect.found import Thing
from comity.detect.text import OPAQUE_BYTES
from comity.terms.digests import hmac_sha256

MOST = 256
"""Different texts of one request that are replaced; one with more is a table of people, and is refused."""

TAG_LENGTH = 6
"""Characters of base 32 that are a request's own: 30 bits, for as long as one request takes."""

_DOMAIN = b"comity/pseudonym/v1\n"
_WORDS = {"identity": "ID", "financial": "ACCOUNT", "credentials": "SECRET"}
_TOKEN_END = 1 + TAG_LENGTH + 1 + 3
LONGEST = max(map(len, [*_WORDS.values(), "EMAIL", "PHONE"])) + _TOKEN_END

_APART = re.compile(r'(\\+[nrtbf"/]?|["\x00-\x1f\x7f]+)')
"""What cannot stand in a string of JSON in a string of JSON as it is, however deep: what is replaced has none of it."""

_ESCAPE = re.compile(r'\\+[nrtbf"/]?')
_SPACES = str.maketrans(dict.fromkeys('\n\r\t\b\f/"', " "))
"""What detectors read as a space (detect/text.py), at whatever depth it is escaped."""

_TOKEN = re.compile(rb"[A-Z]{2,7}-[a-z2-7]{%d}-[0-9]{3}" % TAG_LENGTH)
_BETWEEN = "\0"

_WHOLE_WORDS = 6
"""Characters below which something is replaced only where it stands alone; nothing but a password is so short."""

_LEXEMES = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"(?:[ \t\n\r]*(:))?|[{}\[\]]', re.DOTALL)
_OPAQUE = re.compile(rb'"(?:data:[^",\s]{0,128},)?[A-Za-z0-9+/=_\\-]{%d,}"' % OPAQUE_BYTES)

_LEFT = frozenset(
    b"model id ids type role name url image_url file_url data file_data media_type mime_type format detail signature "
    b"encrypted_content redacted_thinking thinking reasoning_content cache_control tool_choice service_tier".split()
)
"""Members whose strings are left as they are: names that servers know, addresses, files, what is signed."""


class TooMany(ValueError):
    """A request holds more than `MOST` different texts that have to be replaced."""


class Pseudonyms:
    """The tokens of one request.

    `count` is how many texts have one, `unrestored` how many came back so changed that they stayed, at least.
    """

    __slots__ = ("_beginnings", "_of", "_tag", "_text", "unrestored")

    def __init__(self, key: bytes, text: Collection[bytes]) -> None:
        """`key` is known to nobody but us, 32 bytes; no token's tag stands in `text` in any case of letters."""
        folded = [each.lower() for each in text]
        number = 0
        while True:
            drawn = hmac_sha256(key, _DOMAIN + b"%d" % number)
            tag = base64.b32encode(drawn).lower()[:TAG_LENGTH]
            if not any(tag in each for each in folded):
                break
            number += 1
        self._tag = tag.decode()
        self.unrestored = 0
        self._of: dict[str, str] = {}
        self._text: dict[bytes, bytes] = {}
        self._beginnings: frozenset[bytes] = frozenset()

    @property
    def count(self) -> int:
        """How many different texts were replaced."""
        return len(self._of)

    # away

    def replace(self, body: bytes, things: Iterable[Thing]) -> bytes:
        """A body in JSON with each thing replaced in its strings, but for keys, ids and files (`_LEFT`).

        Raises:
            TooMany: there are too many of them.
        """
        wanted = _wanted(things)
        if not wanted:
            return body
        places: list[tuple[int, int]] = []
        texts: list[_Text] = []
        for start, end in _strings(body):
            decoded = _decoded(body[start:end])
            if decoded:
                places.append((start, end))
                texts.append(_Text(decoded))
        out: list[bytes] = []
        at = 0
        for (start, end), text, spans in zip(places, texts, _found(texts, wanted), strict=True):
            if spans:
                out += [body[at:start], msgspec.json.encode(self._replaced(text, spans))]
                at = end
        out.append(body[at:])
        self._beginnings = frozenset(token[:length] for token in self._text for length in range(1, len(token)))
        return b"".join(out)

    def _replaced(self, text: _Text, spans: list[_Span]) -> str:
        """A string with tokens for all things in it."""
        out: list[str] = []
        at = 0
        for span in spans:
            start, end = text.place(span.start), text.place(span.end)
            parts = _APART.split(text.text[start:end])
            parts[::2] = [self._token_for(span.word, part) if part else "" for part in parts[::2]]
            out += [text.text[at:start], *parts]
            at = end
        return "".join([*out, text.text[at:]])

    def _token_for(self, word: str, text: str) -> str:
        token = self._of.get(text)
        if token is None:
            if len(self._of) >= MOST:
                raise TooMany
            token = self._of[text] = f"{word}-{self._tag}-{len(self._of) + 1:03d}"
            self._text[token.encode()] = text.encode()
        return token

    # and back

    def restore(self, data: bytes) -> bytes:
        """The bytes with the text of each token that stands in them whole."""
        if not self._text or self._tag.encode() not in data:
            return data
        return _TOKEN.sub(self._undone, data)

    def _undone(self, found: re.Match[bytes]) -> bytes:
        token = found[0]
        for start in range(len(token) - _TOKEN_END):  # `FORID-…`: letters that stand before it are not its own
            text = self._text.get(token[start:])
            if text is not None:
                return token[:start] + text
        return token

    def unfinished(self, data: bytes) -> int:
        """How many bytes of the end may be the beginning of a token."""
        for length in range(min(len(data), LONGEST - 1), 0, -1):
            if data[-length:] in self._beginnings:
                return length
        return 0

    def note_changed(self, data: bytes) -> None:
        """Count the tokens that still stand in restored bytes: they came back so changed that nothing is known."""
        tag = self._tag.encode()
        if tag in (folded := data.lower()):
            self.unrestored += folded.count(tag)


class _Span(NamedTuple):
    """Where something stands in a text as detectors read it, and what its token begins with."""

    start: int
    end: int
    word: str


class _Text:
    """A string, and `read`: the same as detectors read it, with their spaces and digits."""

    __slots__ = ("_places", "read", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._places: list[int] = []
        read = ours(text)
        if "\\" in read:
            out, at = [], 0
            for found in _ESCAPE.finditer(read):
                out += [read[at : found.start()], " "]
                self._places.extend(range(at, found.start() + 1))
                at = found.end()
            self._places.extend(range(at, len(read) + 1))
            read = "".join([*out, read[at:]])
        self.read = read.translate(_SPACES)

    def place(self, at: int) -> int:
        """Where a place of `read` is in `text`."""
        return self._places[at] if self._places else at


def _found(texts: list[_Text], wanted: dict[str, str]) -> list[list[_Span]]:
    """What stands where in each text: the first, and of those that begin together the longest.

    All texts are searched as one, for there may be many; and by no pattern, for Python keeps patterns, and these would
    be somebody's data.
    """
    joined = _BETWEEN.join([text.read for text in texts])
    spans: list[_Span] = []
    for thing, word in wanted.items():
        at = joined.find(thing)
        while at >= 0:
            end = at + len(thing)
            if len(thing) >= _WHOLE_WORDS or not (
                joined[end : end + 1].isalnum() or joined[max(at - 1, 0) : at].isalnum()
            ):
                spans.append(_Span(at, end, word))
            at = joined.find(thing, end)
    spans.sort(key=lambda span: (span.start, -span.end))
    found: list[list[_Span]] = []
    begin = number = taken = 0
    for text in texts:
        here: list[_Span] = []
        end = begin + len(text.read)
        while number < len(spans) and spans[number].start < end:
            span = spans[number]
            if span.start >= taken:
                here.append(_Span(span.start - begin, span.end - begin, span.word))
                taken = span.end
            number += 1
        found.append(here)
        begin = end + len(_BETWEEN)
    return found


def _wanted(things: Iterable[Thing]) -> dict[str, str]:
    """What is to be replaced, as detectors read it, with what its token begins with."""
    words: dict[str, str] = {}
    for thing in things:
        text = _APART.split(thing.text)[0].rstrip("',.;)")  # what stands behind a quote is the document's
        if text:
            words[text.translate(_SPACES)] = _WORDS.get(thing.data) or ("EMAIL" if "@" in text else "PHONE")
    if len(words) > MOST:
        raise TooMany
    return words


def _decoded(literal: bytes) -> str:
    """The text of a string; empty where it is base64, or half a character that nobody reads alike."""
    if len(literal) > OPAQUE_BYTES and _OPAQUE.fullmatch(literal):
        return ""
    try:
        return msgspec.json.decode(literal, type=str)
    except (msgspec.DecodeError, UnicodeError):
        return ""


def _strings(body: bytes) -> Iterator[tuple[int, int]]:
    """Where the values stand that are strings and may be replaced, of a body in JSON."""
    key = b""
    keys: list[bytes] = []
    for found in _LEXEMES.finditer(body):
        lexeme = found[0]
        if lexeme in (b"{", b"["):
            keys.append(key)
        elif lexeme in (b"}", b"]"):
            key = keys.pop() if keys else b""
        elif found[1]:
            key = lexeme[1 : lexeme.index(b'"', 1)]
        elif key not in _LEFT and not key.endswith((b"_id", b"_ids")):
            yield found.span()
