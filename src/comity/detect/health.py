"""Names of health conditions in a text, by the list of `conditions`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from comity.detect.conditions import LISTS, terms
from comity.detect.words import ways


class Term(NamedTuple):
    """A term by one of its words: all of its words, and which of them it is."""

    words: tuple[bytes, ...]
    place: int


class Terms(NamedTuple):
    """Terms by the longest of their words, which is the rarest; and those words alone."""

    keys: frozenset[bytes]
    by_key: dict[bytes, tuple[Term, ...]]


@cache
def known() -> Terms:
    """All languages together: a text need not say which it is in, and often mixes them."""
    found: dict[bytes, set[Term]] = {}
    for language in LISTS:
        for term in terms(language):
            for each in ways(term):
                place = max(range(len(each)), key=lambda at, each=each: len(each[at]))  # type: ignore[misc]
                found.setdefault(each[place], set()).add(Term(each, place))
    by_key = {key: tuple(sorted(each)) for key, each in found.items()}
    return Terms(frozenset(by_key), by_key)


def conditions(text_words: Sequence[bytes]) -> set[str]:
    """The different conditions that are named, each as it is written."""
    listed = known()
    if listed.keys.isdisjoint(text_words):
        return set()
    found = set()
    for key in listed.keys.intersection(text_words):
        for term in listed.by_key[key]:
            if len(term.words) == 1 or _stands(term, key, text_words):
                found.add(b" ".join(term.words).decode("utf-8", "replace"))
    return found


def _stands(term: Term, key: bytes, text_words: Sequence[bytes]) -> bool:
    at = -1
    try:
        while True:
            at = text_words.index(key, at + 1)
            start = at - term.place
            if start >= 0 and tuple(text_words[start : start + len(term.words)]) == term.words:
                return True
    except ValueError:
        return False
