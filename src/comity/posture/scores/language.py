"""How well an application's people are served in their own languages, by what the stack measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from comity.stack.types import Stack

OFFICIAL: dict[str, tuple[str, ...]] = {
    "AE": ("ar",),
    "AT": ("de",),
    "BE": ("nl", "fr", "de"),
    "BG": ("bg",),
    "BR": ("pt",),
    "CA": ("en", "fr"),
    "CH": ("de", "fr", "it"),
    "CN": ("zh",),
    "CY": ("el", "tr"),
    "CZ": ("cs",),
    "DE": ("de",),
    "DK": ("da",),
    "EE": ("et",),
    "ES": ("es",),
    "FI": ("fi", "sv"),
    "FR": ("fr",),
    "GB": ("en",),
    "GR": ("el",),
    "HR": ("hr",),
    "HU": ("hu",),
    "IE": ("ga", "en"),
    "IN": ("hi", "en"),
    "IT": ("it",),
    "JP": ("ja",),
    "KE": ("sw", "en"),
    "KR": ("ko",),
    "LT": ("lt",),
    "LU": ("lb", "fr", "de"),
    "LV": ("lv",),
    "MT": ("mt", "en"),
    "NL": ("nl",),
    "NO": ("no",),
    "PL": ("pl",),
    "PT": ("pt",),
    "RO": ("ro",),
    "SA": ("ar",),
    "SE": ("sv",),
    "SI": ("sl",),
    "SK": ("sk",),
    "TR": ("tr",),
    "TW": ("zh",),
    "US": ("en",),
}
"""Languages that are official in the whole of a jurisdiction (Unicode CLDR 47, supplemental territory information; for
India the two of the Union, Constitution Art. 343). Others are asked of nobody here."""


class Spoken(NamedTuple):
    """One language of one application: quality in [0, 1], low and high, and the measurements behind it.

    `measured` is the part of the application's traffic that goes to models with a measurement in this language; the
    rest may have any quality.
    """

    application: str
    language: str
    low: Fraction
    high: Fraction
    measured: Fraction
    facts: tuple[str, ...]


def spoken(
    stack: Stack, application: str, parts: Sequence[tuple[str, Fraction]], asked: Iterable[str]
) -> tuple[Spoken, ...]:
    """Quality in each language: those that requests `asked` in, or else the official ones where its people are.

    `parts` are the application's deployments with their shares of its traffic, which add to 1.
    """
    languages = sorted(set(asked)) or sorted(
        {
            language
            for place in stack.applications[application].subjects
            for language in OFFICIAL.get(place.partition("-")[0], ())
        }
    )
    return tuple(_spoken(stack, application, language, parts) for language in languages)


def _spoken(stack: Stack, application: str, language: str, parts: Sequence[tuple[str, Fraction]]) -> Spoken:
    known, measured = Fraction(0), Fraction(0)
    facts = []
    for name, share in parts:
        model = stack.deployments[name].model
        found = stack.models[model].eval.get(language)
        if found is None:
            facts.append(f"{model}: not measured")
            continue
        known += share * Fraction(Decimal(str(found.score)))
        measured += share
        facts.append(f"{model}: {found.score:g} on {found.suite}, {found.date.isoformat()}")
    return Spoken(application, language, known, known + (1 - measured), measured, tuple(dict.fromkeys(facts)))
