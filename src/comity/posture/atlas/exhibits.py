"""The capital exhibits: by nation, by firm, by year; how concentrated they are, and what does not add up."""

from __future__ import annotations

from collections.abc import Iterator
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


def exhibits(funding: Funding) -> Exhibits:
    """Everything that follows from the figures, exactly."""
    total = _exact(funding.total)
    nations = {name: _exact(value) for name, value in funding.nations.items()}
    firms = {firm.name: _exact(firm.value) for firm in funding.firms}
    years = [_exact(year.value) for year in funding.years]
    rest = total - sum(firms.values(), Decimal())
    return Exhibits(
        by_nation=_parts(nations, total),
        by_firm=_parts(firms, total),
        named=concentration(firms.values()) if any(firms.values()) else None,
        hhi=hhi_within(firms.values(), rest) if firms and rest > 0 else None,
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
        discrepancies=tuple(_compared(funding)),
    )


def _parts(values: dict[str, Decimal], total: Decimal) -> tuple[Part, ...]:
    rest = total - sum(values.values(), Decimal())
    named = dict(sorted(values.items(), key=lambda each: (-each[1], each[0])))
    if rest > 0:
        named[REST] = rest
    if not any(named.values()):
        return ()
    parts = shares(named.values())
    return tuple(Part(name, value, share) for (name, value), share in zip(named.items(), parts, strict=True))


def _compared(funding: Funding) -> Iterator[Discrepancy]:
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
        reckoned = sum((_exact(firm.value) for firm in funding.firms if firm.nation == name), Decimal())
        if reckoned > _exact(funding.nations[name]):
            yield Discrepancy(f"the firms of {name} and {name}", _exact(funding.nations[name]), reckoned, half * 2)
    for year in funding.years:
        if year.largest is not None and year.largest.value > year.value:
            said = f"the largest round of {year.year} and the year"
            yield Discrepancy(said, _exact(year.value), _exact(year.largest.value), half * 2)
    for stated in funding.stated:
        of = _exact(funding.nations.get(stated.nation, 0))
        if total:
            share = (100 * of / total).quantize(Decimal("0.01"))
            slack = (100 * half / total + 100 * of * half / total**2).quantize(Decimal("0.001")) + Decimal("0.05")
            yield Discrepancy(f"the share of {stated.nation}, per cent", _exact(stated.share), share, slack)


def _exact(value: float) -> Decimal:
    """The decimal that a person wrote."""
    return Decimal(str(value))
