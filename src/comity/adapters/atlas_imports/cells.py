"""Cells of public lists: countries, amounts, dates."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from comity.stack.jurisdictions import COUNTRIES

_ALSO = {
    "usa": "US",
    "u s": "US",
    "united states of america": "US",
    "uk": "GB",
    "great britain": "GB",
    "united kingdom of great britain and northern ireland": "GB",
    "england": "GB",
    "uae": "AE",
    "korea": "KR",
    "south korea": "KR",
    "korea south": "KR",
    "korea republic of": "KR",
    "republic of korea": "KR",
    "korea rep": "KR",
    "the netherlands": "NL",
    "czech republic": "CZ",
    "turkey": "TR",
    "russian federation": "RU",
    "viet nam": "VN",
    "vietnam": "VN",
    "taiwan": "TW",
    "taiwan province of china": "TW",
    "hong kong": "HK",
    "hong kong sar": "HK",
    "iran": "IR",
    "moldova": "MD",
    "bolivia": "BO",
    "ivory coast": "CI",
    "macedonia": "MK",
    "swaziland": "SZ",
}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]+", " ", name.casefold()).strip()


_NAMES = {**{_plain(name): code for code, name in COUNTRIES.items()}, **_ALSO}

SEVERAL = "several"
"""A cell that names more than one country; none of them is credited."""


@lru_cache(maxsize=10_000)
def country(cell: str) -> str:
    """The ISO code of the country that the cell names, `SEVERAL`, or empty if none is known by that name.

    A place such as `Paris, Ile-de-France, France` is read from its end.
    """
    cell = cell.strip()
    if not cell:
        return ""
    if cell.upper() in COUNTRIES:
        return cell.upper()
    whole = _NAMES.get(_plain(cell))
    if whole:
        return whole
    words = [_plain(part) for part in re.split(r"[,;/]", cell)]
    if "multinational" in words:  # as Epoch has it beside the countries
        return SEVERAL
    parts = [_NAMES.get(word, "") for word in words]
    known = list(dict.fromkeys(part for part in parts if part))
    if len(known) > 1 and all(parts):
        return SEVERAL
    return parts[-1]


def amount(cell: str) -> Decimal | None:
    """The number in the cell: `$1,200,000`, `1.2e9`; None if there is none, it is negative, or of another currency."""
    text = re.sub(r"[\s,]|(US)?\$|USD", "", cell)
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 <= value < Decimal("1e30") else None


@lru_cache(maxsize=10_000)
def day(cell: str) -> date | None:
    """The day in the cell, the first of the month or year if it says no more; None if there is none."""
    text = cell.strip()
    text = text[:10] if re.match(r"\d{4}-\d\d-\d\d[T ]", text) else text
    for form in ("%Y-%m-%d", "%Y-%m", "%Y", "%d/%m/%Y", "%b %d, %Y", "%B %d, %Y", "%d %b %Y"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None
