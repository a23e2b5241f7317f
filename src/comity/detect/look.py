"""Looking at one text: at once, or slice by slice, so that nobody waits long for whoever has a long one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from comity.detect.contacts import emails
from comity.detect.credentials import credentials
from comity.detect.digits import ours
from comity.detect.found import Seen, Thing, counted
from comity.detect.health import conditions
from comity.detect.languages import language
from comity.detect.numbers import Numbers, mask
from comity.detect.text import Read
from comity.detect.wanted import CLASSES, Looks
from comity.detect.words import words

SLICE = 4 * 1024
"""Characters that are looked at in one go: a tenth of a millisecond of CPU time if they are prose, a few if they are
nothing but numbers."""

OVERLAP = 512
"""Characters that the next slice has with it: the longest thing is an e-mail address, of 320."""

_SPACE = re.compile(r"\s")


class Look:
    """One text under way. `step` until it says that it is done; then `seen` and `things` are whole."""

    __slots__ = ("_at", "_looks", "_numbers", "_read", "_text", "language", "things")

    def __init__(self, read: Read, looks: Looks) -> None:
        self._read = read
        self._text = read.text[: looks.characters]
        self._looks = looks
        self._numbers = _numbers_of(looks.find)
        self._at = 0
        self.things: set[Thing] = set()
        self.language = ""

    @property
    def beyond(self) -> bool:
        """Whether the text is longer than what is looked at."""
        return len(self._read.text) > self._looks.characters

    def step(self) -> bool:
        """Look at the next slice; returns whether it was the last."""
        text, start = self._text, self._at
        end = start + SLICE
        if end < len(text):
            end = _between(text, end, min(len(text), end + OVERLAP))
        last = end >= len(text)
        self._slice(ours(text[start:end]), last)
        self._at = _between(text, max(start + 1, end - OVERLAP), end)
        return last

    def whole(self) -> Seen:
        """Look at all of it now."""
        while not self.step():
            pass
        return self.seen

    @property
    def seen(self) -> Seen:
        """What was found, without its text."""
        found = dict(counted(self.things))
        if self.beyond:
            for detector in self._looks.find:
                if detector in CLASSES:
                    found.setdefault(CLASSES[detector], 0)
        subjects = sorted({country for thing in self.things for country in thing.subjects})
        return Seen(
            self._looks.find,
            tuple(sorted(found.items())),
            tuple(subjects),
            self.language,
            self._read.unread,
            self.beyond,
        )

    def _slice(self, text: str, last: bool) -> None:
        find = self._looks.find
        numbers, keys = self._numbers, "credentials" in find
        masked = mask(text) if numbers is not None or keys else b""
        if numbers is not None:
            self.things.update(numbers.find(text, masked))
        if "contact" in find and "@" in text:
            self._found("contact", emails(text))
        speaks = last and "language" in find
        if not (keys or speaks or "health" in find):
            return
        text_words = words(text)
        if keys:
            self._found("credentials", credentials(text, masked, text_words))
        if "health" in find:
            self._found("health", conditions(text_words))
        if speaks:
            self.language = language(text_words)

    def _found(self, data: str, texts: Iterable[str]) -> None:
        self.things.update(Thing(data, text) for text in texts)


def look(read: Read, looks: Looks) -> Seen:
    """What a text holds."""
    return Look(read, looks).whole()


@cache
def _numbers_of(find: tuple[str, ...]) -> Numbers | None:
    identity, financial, contact = ("identifiers" in find, "financial" in find, "contact" in find)
    if not (identity or financial or contact):
        return None
    return Numbers(identity=identity, financial=financial, contact=contact)


def _between(text: str, start: int, end: int) -> int:
    """A place between two words, from `start` on and before `end`; `end` where there is none."""
    found = _SPACE.search(text, start, end)
    return end if found is None else found.start()
