"""Digits of other scripts as those of ours, one for one, so that places in a text stay what they are."""

from __future__ import annotations

import re

_ZEROES = "٠۰०০੦૦௦౦೦๐０"
"""Arabic, Persian, Devanagari, Bengali, Gurmukhi, Gujarati, Tamil, Telugu, Kannada, Thai, full width."""

_OURS = {ord(zero) + digit: 48 + digit for zero in _ZEROES for digit in range(10)}
_OTHERS = re.compile("[" + "".join(f"{zero}-{chr(ord(zero) + 9)}" for zero in _ZEROES) + "]")
_DIGITS = re.compile("[^0-9]+")


def ours(text: str) -> str:
    """The text with every digit in ASCII."""
    if text.isascii() or _OTHERS.search(text) is None:
        return text
    return text.translate(_OURS)


def bare(text: str) -> str:
    """The digits alone."""
    return _DIGITS.sub("", text)


def luhn(digits: str) -> bool:
    """Whether the last digit checks the others (ISO/IEC 7812-1, annex B)."""
    total = sum(map(int, digits[-1::-2]))
    return (total + sum(_DOUBLED[int(digit)] for digit in digits[-2::-2])) % 10 == 0


_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
