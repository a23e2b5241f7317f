"""The tables of identifiers, arranged for looking things up: by the way in which a number is written."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from comity.detect.checks import Check, check
from comity.detect.context import Words
from comity.detect.identifiers import ANY_WORDS, LETTERED, NUMBERS


class Way(NamedTuple):
    """One way to write one identifier."""

    country: str
    check: Check
    sure: bool
    words: Words


class LetteredWay(NamedTuple):
    """An identifier with letters: its pattern, matched against capitals from a given place on."""

    form: re.Pattern[str]
    signs: bool
    """Whether its check wants its signs left where they are."""
    way: Way


@cache
def numbers() -> dict[str, tuple[Way, ...]]:
    """By shape: the number with every digit as 9."""
    found: dict[str, list[Way]] = {}
    for row in NUMBERS:
        words = Words.of(row.words.split("|"))
        for sure, shapes in ((True, row.sure), (False, row.unsure)):
            for shape in filter(None, shapes.split("|")):
                found.setdefault(shape, []).append(Way(row.country, check(row.check), sure, words))
    return {shape: tuple(ways) for shape, ways in found.items()}


@cache
def longest() -> int:
    """Characters of the longest of them."""
    return max(map(len, numbers()))


@cache
def lettered(*, digit_first: bool) -> tuple[LetteredWay, ...]:
    """Those that begin with a digit, or those that begin with a letter."""
    return tuple(
        LetteredWay(
            re.compile(rf"(?:{row.pattern})(?![0-9A-Z])"),
            row.check == "stdnum.fi.hetu",
            Way(row.country, check(row.check), row.sure, Words.of(row.words.split("|"))),
        )
        for row in LETTERED
        if row.pattern.startswith(("[0-9]", "[12]")) == digit_first
    )


ANY = Words.of(ANY_WORDS.split("|"))
"""Announce an identifier of some country."""
