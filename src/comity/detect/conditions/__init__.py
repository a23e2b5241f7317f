"""Names of health conditions in ten languages: a word list, small, versioned and written for this project.

Source: the chapters of ICD-10 (WHO) as a frame, filled with the everyday and clinical names that a native reader would
use; from general knowledge, no list was copied. A word that is also an everyday word in one of the ten languages is left
out (English `AIDS`, French `rage`, Polish `rak`), or stands in company only (`had a stroke`). So the list misses more than it invents: docs/guides/detect.md has the figures.

A line is a chapter of ICD-10 and its terms, with commas between them; `%` stands for what may be written before an
Arabic noun.
"""

from __future__ import annotations

from comity.detect.conditions import ar, de, en, es, fr, hi, it, nl, pl, pt

VERSION = 1
"""Raised with every change of the list: entries name it, so that an old count is read by the list that made it."""

LISTS: dict[str, str] = {
    "ar": ar.TERMS,
    "de": de.TERMS,
    "en": en.TERMS,
    "es": es.TERMS,
    "fr": fr.TERMS,
    "hi": hi.TERMS,
    "it": it.TERMS,
    "nl": nl.TERMS,
    "pl": pl.TERMS,
    "pt": pt.TERMS,
}
"""By language (ISO 639-1)."""

_ARABIC_BEFORE = ("", "ال", "بال", "وال", "لل", "ب", "و", "ل")
"""And, with, for, and the article, which Arabic writes as one word with the noun."""


def terms(language: str) -> list[str]:
    """The terms of a language, each as it is written in small letters."""
    found = []
    for line in LISTS[language].strip().splitlines():
        for term in line.partition(":")[2].split(","):
            if term.startswith(" %"):
                found += [before + term[2:].strip() for before in _ARABIC_BEFORE]
            elif term.strip():
                found.append(term.strip())
    return found
