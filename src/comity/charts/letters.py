"""Words in a picture: cleaned, escaped, measured and cut, in any script."""

from __future__ import annotations

import re
import unicodedata
from html import escape

LONGEST_NAME = 28  # characters of a label in a picture; the whole name is its tooltip, and stands in the table
LONGEST_TEXT = 400  # of anything else from outside that is drawn or set as a title
ELLIPSIS = "…"

# What XML cannot hold, and what would turn the text around it: a name cannot reorder the page that prints it.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")
_NARROW = frozenset("iljtfrI.,:;|!'()[]{} -·")
_BROAD = frozenset("mwMW@%—…×^+−<>=~")


def clean(words: str, most: int = LONGEST_TEXT) -> str:
    """The text on one line, without what XML forbids or what overrides direction, cut to `most` characters."""
    return cut(" ".join(_UNWANTED.sub("\ufffd", words).split()), most)


def safe(words: str, most: int = LONGEST_TEXT) -> str:
    """The text cleaned, and escaped for element content and for quoted attributes, in HTML and in XML."""
    return escape(clean(words, most), quote=True).replace("&#x27;", "&#39;")


def cut(words: str, most: int = LONGEST_NAME) -> str:
    """At most `most` characters, with an ellipsis for the rest; never between a letter and its marks."""
    if len(words) <= most:
        return words
    end = most - 1
    while end > 1 and (
        unicodedata.category(words[end])[0] == "M" or words[end] == "\u200d" or words[end - 1] == "\u200d"
    ):
        end -= 1
    return words[:end].rstrip() + ELLIPSIS


def fitted(words: str, room: float, size: float = 13) -> str:
    """As much of the text as fits into a width, with an ellipsis for the rest; never less than one letter."""
    most = len(words)
    while most > 2 and width(cut(words, most), size) > room:
        most -= 1
    return cut(words, most)


def width(words: str, size: float = 13) -> float:
    """About how wide the text is at a type size, in the same unit, by a broad sans-serif, so that others fit too.

    Marks have none, and the letters of East Asia a full square.
    """
    return sum(_share(letter) for letter in words) * size


def cells(words: str) -> int:
    """How many columns of a terminal the text takes."""
    return sum(0 if _is_mark(letter) else 2 if _is_square(letter) else 1 for letter in words)


def padded(words: str, columns: int, right: bool = False) -> str:
    """The text, filled with spaces to so many columns of a terminal."""
    space = " " * (columns - cells(words))
    return space + words if right else words + space


def lines(words: str, most: float, size: float = 13) -> list[str]:
    """The text broken at spaces into lines no wider than `most`; a single word may be wider."""
    found: list[str] = []
    for word in words.split():
        if found and width(f"{found[-1]} {word}", size) <= most:
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found


def two_lines(words: str, room: float, size: float = 13) -> tuple[str, str]:
    """The text on one line where it fits, else on two, of which the second is cut to what fits: broken after a space
    or a sign between words if there is one, else in a word.
    """
    if width(words, size) <= room:
        return words, ""
    fits = max([1, *(end for end in range(1, len(words)) if width(words[:end], size) <= room)])
    ends = [end for end in range(1, fits + 1) if not words[end - 1].isalnum() and not _is_mark(words[end - 1])]
    end = ends[-1] if ends else fits
    while end > 1 and unicodedata.category(words[end])[0] == "M":
        end -= 1
    return words[:end].rstrip(), fitted(words[end:].lstrip(), room, size)


def _share(letter: str) -> float:
    if _is_mark(letter):
        return 0.0
    if _is_square(letter):
        return 1.0
    if letter in _NARROW:
        return 0.38
    if letter in _BROAD:
        return 1.0
    return 0.73 if letter.isupper() else 0.62


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter) in {"Mn", "Me", "Cf"}


def _is_square(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"
