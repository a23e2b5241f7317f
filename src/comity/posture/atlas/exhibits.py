"""The capital exhibits: by nation, by firm, by year; how concentrated they are, and what does not add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from comity.posture.atlas.types import Funding
from comity.posture.concentration import Concentration, concentration, hhi_within, shares

REST = "everyone else"


class Discrepancy(NamedTuple):
    """Figures of one source that do not agree: what was compared, the two values, and whether rounding explains it."""

    what: str
    stated: Decimal
    reckoned: Decimal
    rounding: Decimal
    """Most that rounding can account for."""

    @property
    def off(self) -> Decimal:
        """What is left over: stated less reckoned."""
        return self.stated - self.reckoned

    @property
    def explained(self) -> bool:
        """Whether rounding alone can make the difference."""
        return abs(self.off) <= self.rounding

    def told(self) -> str:
        """One sentence."""
        why = (
            f"which rounding can explain (up to {self.rounding:f})"
            if self.explained
            else f"more than rounding explains ({self.rounding:f} at most)"
        )
        return f"{self.what}: stated {self.stated:f}, reckoned {self.reckoned:f}, off by {self.off:f}, {why}."


class Part(NamedTuple):
    """One part of a whole, with its share."""

    name: str
    value: Decimal
    share: Fraction


class Exhibits(NamedTuple):
    """What can be reckoned from one source's funding figures.

    Attributes:
        by_nation: nations that are told apart, largest first, and the rest.
        by_firm: named firms, largest first, and the rest of the whole.
        named: concentration among the named firms alone.
        hhi: bounds of the index over the whole, since the rest is not told apart.
        years: year, value, rounds, and the mean size of a round where rounds are known.
        by_year: concentration over years: how much of all the money came in how few of them.
        discrepancies: what was compared, equal or not.
    """

    by_nation: tuple[Part, ...]
    by_firm: tuple[Part, ...]
    named: Concentration | None
    hhi: tuple[Fraction, Fraction] | None
    years: tuple[tuple[str, Decimal, int | None, Fraction | None], ...]
    by_year: Concentration | None
    discrepancies: tuple[Discrepancy, ...]


def exhibits(funding: Funding, names: Mapping[str, str]) -> Exhibits:
    """Everything that follows from the figures, exactly. `names` are those of the nations by id."""
    total = _exact(funding.total)
    nations = [(name, _exact(value)) for name, value in funding.nations.items()]
    firms = [(name, _exact(firm.value)) for name, firm in zip(_firm_names(funding), funding.firms, strict=True)]
    held = [value for _, value in firms]
    years = [_exact(year.value) for year in funding.years]
    rest = total - sum(held, Decimal())
    return Exhibits(
        by_nation=_parts(nations, total),
        by_firm=_parts(firms, total),
        named=concentration(held) if any(held) else None,
        hhi=hhi_within(held, rest) if firms and rest > 0 else None,
        years=tuple(
            (
                f"{year.year} to {year.until.isoformat()}" if year.until else str(year.year),
                _exact(year.value),
                year.rounds,
                Fraction(_exact(year.value)) / year.rounds if year.rounds else None,
            )
            for year in funding.years
        ),
        by_year=concentration(years) if any(years) else None,
        discrepancies=tuple(_compared(funding, names)),
    )


def _firm_names(funding: Funding) -> list[str]:
    """The firms' names; of two that have one name, each with its nation."""
    counts = Counter(firm.name for firm in funding.firms)
    return [firm.name if counts[firm.name] == 1 else f"{firm.name} ({firm.nation})" for firm in funding.firms]


def _parts(values: list[tuple[str, Decimal]], total: Decimal) -> tuple[Part, ...]:
    rest = total - sum((value for _, value in values), Decimal())
    named = sorted(values, key=lambda each: (-each[1], each[0]))
    if rest > 0:
        named.append((REST, rest))
    if not any(value for _, value in named):
        return ()
    parts = shares(value for _, value in named)
    return tuple(Part(name, value, share) for (name, value), share in zip(named, parts, strict=True))


def _compared(funding: Funding, names: Mapping[str, str]) -> Iterator[Discrepancy]:
    """Every sum and share that the source's own figures allow to be reckoned twice."""
    half = Decimal(5).scaleb(-funding.digits - 1)
    total = _exact(funding.total)
    if funding.years:
        reckoned = sum((_exact(year.value) for year in funding.years), Decimal())
        yield Discrepancy("the years and the whole", total, reckoned, half * (len(funding.years) + 1))
    for what, values in (("nations", funding.nations.values()), ("firms", [each.value for each in funding.firms])):
        reckoned = sum(map(_exact, values), Decimal())
        if reckoned > total:
            yield Discrepancy(f"the {what} and the whole", total, reckoned, half * (len(values) + 1))
    for name in funding.nations:
        held = [_exact(firm.value) for firm in funding.firms if firm.nation == name]
        if sum(held, Decimal()) > _exact(funding.nations[name]):
            said, slack = f"the firms of {names[name]} and the nation", half * (len(held) + 1)
            yield Discrepancy(said, _exact(funding.nations[name]), sum(held, Decimal()), slack)
    for year in funding.years:
        if year.largest is not None and year.largest.value > year.value:
            said = f"the largest round of {year.year} and the year"
            yield Discrepancy(said, _exact(year.value), _exact(year.largest.value), half * 2)
    for stated in funding.stated:
        of = _exact(funding.nations.get(stated.nation, 0))
        if total > half:
            share = round(100 * of / total, 2)
            slack = round(100 * half / total + 100 * of * half / total**2, 3) + Decimal("0.05")
            yield Discrepancy(f"the share of {names[stated.nation]}, per cent", _exact(stated.share), share, slack)


def _exact(value: float) -> Decimal:
    """The decimal that a person wrote."""
    return Decimal(str(value))
