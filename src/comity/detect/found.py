"""What was found: a thing with its text, for whoever replaces it; all things as classes and counts, for all others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from msgspec import Struct


class Thing(NamedTuple):
    """One thing in a text. Never logged, never shown, never kept longer than its request.

    Attributes:
        data: its class, a word of the vocabulary.
        text: as it stands there.
        subjects: jurisdictions of the person, where the identifier tells: usually one.
    """

    data: str
    text: str
    subjects: tuple[str, ...] = ()


class Seen(Struct, frozen=True, cache_hash=True):
    """What a request holds, without any of its text.

    Attributes:
        looked: names of the detectors that ran, sorted.
        found: classes of data, sorted, each with how many different things of it there are, at most `MOST`.
        subjects: jurisdictions that identifiers tell, sorted.
        language: of the text, by ISO 639-1; empty where it is none of those known or was not asked for.
        unread: bytes that no detector can read: pictures, sounds and files in base64.
        beyond: the text is longer than what is looked at, and was taken for the worst.
    """

    looked: tuple[str, ...]
    found: tuple[tuple[str, int], ...] = ()
    subjects: tuple[str, ...] = ()
    language: str = ""
    unread: int = 0
    beyond: bool = False

    @property
    def data(self) -> tuple[str, ...]:
        """The classes alone."""
        return tuple(name for name, _ in self.found)


MOST = 99
"""A larger count is told as this: it says `many`, and is no fingerprint of a document."""


def counted(things: Iterable[Thing]) -> tuple[tuple[str, int], ...]:
    """Classes, sorted, with how many different texts of each there are."""
    texts: dict[str, set[str]] = {}
    for thing in things:
        texts.setdefault(thing.data, set()).add(thing.text)
    return tuple((data, min(len(each), MOST)) for data, each in sorted(texts.items()))
