"""Words near a number, which say what it is.

A slice of text is asked first whether it has any of the words at all: most have none, and then no place is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

BEFORE = 64
"""Characters before a number in which a word announces it: a clause."""

AFTER = 20
"""Characters behind it: `(SSN)`."""

_WORD = re.compile(r"[^\W_]+")


class Words(NamedTuple):
    """Words that announce something: single ones, and phrases of several."""

    single: frozenset[str]
    phrases: tuple[str, ...]

    @classmethod
    def of(cls, words: Iterable[str]) -> Words:
        """From words and phrases in small letters."""
        listed = [word for word in words if word]
        single = frozenset(word for word in listed if _WORD.fullmatch(word))
        return cls(single, tuple(word for word in listed if word not in single))

    def stand(self, text: str, words: frozenset[str]) -> bool:
        """Whether any of them stands in a text, of which these are the words."""
        return not self.single.isdisjoint(words) or any(phrase in text for phrase in self.phrases)


class Context:
    """A slice of text, asked for words around its places."""

    __slots__ = ("_around", "_known", "_place", "_small", "_text", "_words")

    def __init__(self, text: str) -> None:
        self._text = text
        self._small = ""
        self._words: frozenset[str] = frozenset()
        self._known: dict[int, bool] = {}
        self._place = (-1, -1)
        self._around: tuple[str, frozenset[str]] = ("", frozenset())

    def announces(self, words: Words, start: int, end: int) -> bool:
        """Whether one of the words stands near the place."""
        if not words.single and not words.phrases:
            return False
        present = self._known.get(id(words))
        if present is None:
            if not self._small:
                self._small = self._text.lower()
                self._words = frozenset(_WORD.findall(self._small))
            present = self._known[id(words)] = words.stand(self._small, self._words)
        if not present:
            return False
        if self._place != (start, end):
            text = self._text
            around = f"{text[max(0, start - BEFORE) : start]}\n{text[end : end + AFTER]}".lower()
            self._place, self._around = (start, end), (around, frozenset(_WORD.findall(around)))
        return words.stand(*self._around)
