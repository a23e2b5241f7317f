"""Rounds of funding: Crunchbase's export, and Tracxn's rounds with its companies beside them.

Rounds are added up, never totals of companies: exports overlap. Equity alone, as the report counts.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from comity.adapters.atlas_imports.cells import SEVERAL, amount, country, day
from comity.adapters.atlas_imports.tables import Columns, Row, Table
from comity.posture.atlas.types import Firm, Funding, Round, Year

DIGITS = 6
"""Of billions: single thousands of dollars."""

FIRMS = 100
"""Firms told apart, largest first; the rest of the whole is everyone else."""

NOT_EQUITY = re.compile(
    r"\b(debt|grant|loan|ico|initial coin offering|token|non.?equity|post.?ipo|secondary|product crowdfunding)\b",
    re.IGNORECASE,
)

CRUNCHBASE = {
    "firm!": ("Organization Name",),
    "place!": ("Organization Location", "Headquarters Location"),
    "raised!": (
        "Money Raised Currency (in USD)",
        "Money Raised (in USD)",
        "Money Raised Currency in USD",
    ),
    "date!": ("Announced Date", "Announced On"),
    "kind": ("Funding Type", "Funding Stage"),
    "key": ("Transaction Name URL",),
}
TRACXN_ROUNDS = {
    "firm!": ("Domain Name",),
    "raised!": ("Round Amount (in USD)", "Round Amount (USD)"),
    "date!": ("Round Date",),
    "kind": ("Round Name",),
}
TRACXN_COMPANIES = {
    "domain!": ("Domain Name",),
    "name!": ("Company Name",),
    "place!": ("Country",),
}


TWICE = "a round that stands twice"


class Raised(NamedTuple):
    """One round: who raised it, the jurisdiction of its seat, how much in US dollars, when."""

    firm: str
    at: str
    usd: Decimal
    on: date


def crunchbase(tables: Iterable[Table], skipped: Counter[str]) -> Iterator[Raised]:
    """The equity rounds of Crunchbase's exports, each once, for exports overlap; what is not used is counted in
    `skipped` by reason.
    """
    seen: set[str] = set()
    for table in tables:
        columns = Columns(table, CRUNCHBASE)
        for row in table.rows:
            key = columns.get(row, "key") or _round(columns, row)
            if key in seen:
                skipped[TWICE] += 1
                continue
            seen.add(key)
            place = columns.get(row, "place")
            yield from _raised(columns, row, columns.get(row, "firm"), place, skipped)


def tracxn(rounds: Iterable[Table], companies: Iterable[Table], skipped: Counter[str]) -> Iterator[Raised]:
    """The equity rounds of Tracxn's exports, each once, with the company of the same domain name."""
    places: dict[str, tuple[str, str]] = {}
    for table in companies:
        known = Columns(table, TRACXN_COMPANIES)
        places |= {known.get(row, "domain"): (known.get(row, "name"), known.get(row, "place")) for row in table.rows}
    seen: set[str] = set()
    for table in rounds:
        columns = Columns(table, TRACXN_ROUNDS)
        for row in table.rows:
            domain, key = columns.get(row, "firm"), _round(columns, row)
            if domain not in places:
                skipped["a domain that is not among the companies"] += 1
            elif key in seen:
                skipped[TWICE] += 1
            else:
                seen.add(key)
                yield from _raised(columns, row, *places[domain], skipped)


def _round(columns: Columns, row: Row) -> str:
    """What tells a round where it has no address: one firm's rounds of one day, kind and size are one."""
    return "\0".join(columns.get(row, name) for name in ("firm", "date", "kind", "raised"))


def _raised(columns: Columns, row: Row, firm: str, place: str, skipped: Counter[str]) -> Iterator[Raised]:
    usd, on, at = amount(columns.get(row, "raised")), day(columns.get(row, "date")), country(place)
    if NOT_EQUITY.search(columns.get(row, "kind")):
        skipped["not equity"] += 1
    elif not usd:
        skipped["no amount in US dollars"] += 1
    elif on is None:
        skipped["no date"] += 1
    elif not at or at == SEVERAL:
        skipped["a country that is not known"] += 1
    else:
        yield Raised(firm, at, usd, on)


def added_up(raised: list[Raised], source: str) -> Funding | None:
    """The rounds as funding by nation, firm and year; None where there are none."""
    if not raised:
        return None
    nations: dict[str, Decimal] = defaultdict(Decimal)
    firms: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    years: dict[int, list[Raised]] = defaultdict(list)
    for each in raised:
        nations[each.at] += each.usd
        firms[each.firm, each.at] += each.usd
        years[each.on.year].append(each)
    ranked = sorted(firms.items(), key=lambda item: (-item[1], item[0]))[:FIRMS]
    last = max(each.on for each in raised)
    return Funding(
        source=source,
        total=_bn(sum(nations.values(), Decimal())),
        nations={at: _bn(usd) for at, usd in sorted(nations.items(), key=lambda item: (-item[1], item[0]))},
        firms=tuple(Firm(name, at, _bn(usd)) for (name, at), usd in ranked),
        years=tuple(_year(year, each, last) for year, each in sorted(years.items())),
        digits=DIGITS,
    )


def _year(year: int, raised: list[Raised], last: date) -> Year:
    largest = max(raised, key=lambda each: (each.usd, each.firm))
    return Year(
        year=year,
        value=_bn(sum((each.usd for each in raised), Decimal())),
        rounds=len(raised),
        until=last if year == last.year and last < date(year, 12, 31) else None,
        largest=Round(largest.firm, _bn(largest.usd)),
    )


def _bn(usd: Decimal) -> float:
    return float(round(usd / 10**9, DIGITS))
