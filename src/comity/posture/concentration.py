"""How concentrated a whole is in the hands of few: shares, CRk, HHI, effective number, Gini, Lorenz.

Exact: amounts are decimals or integers, and every measure is a fraction until it is shown. Formulas and reading: US
Department of Justice and FTC, Merger Guidelines (2023), guideline 1, for the index and its threshold; C. Gini,
*Variabilità e mutabilità* (1912), for the coefficient. The Gini ignores how many hold a share and the HHI does not, so
both are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

Amount = int | Decimal | Fraction

HIGHLY = 1_800
"""A market with a higher HHI is highly concentrated (Merger Guidelines 2023, guideline 1)."""

WHOLE = 10_000
"""The HHI of a whole that one holds."""


class Concentration(NamedTuple):
    """Measures of one whole.

    Attributes:
        n: how many hold a share above nothing.
        cr4: what the four largest hold together, in [0, 1].
        hhi: sum of the squared shares, times 10,000.
        effective: the number of equal holders with the same HHI.
        gini: 0 for equal shares, (n - 1)/n where one holds all.
    """

    n: int
    cr4: Fraction
    hhi: Fraction
    effective: Fraction
    gini: Fraction

    @property
    def high(self) -> bool:
        """Whether it is highly concentrated."""
        return self.hhi > HIGHLY


def shares(amounts: Iterable[Amount]) -> list[Fraction]:
    """Each amount's part of the whole, in the order given.

    Raises:
        ValueError: an amount is negative, or all are nothing.
    """
    exact = [Fraction(amount) for amount in amounts]
    if any(amount < 0 for amount in exact):
        raise ValueError("a share of a negative amount is none")
    whole = sum(exact)
    if not whole:
        raise ValueError("there is nothing to have a share of")
    return [amount / whole for amount in exact]


def concentration(amounts: Iterable[Amount]) -> Concentration:
    """The measures of a whole that is held in `amounts`; who holds nothing is not counted.

    Raises:
        ValueError: an amount is negative, or all are nothing.
    """
    parts = sorted(share for share in shares(amounts) if share)
    n = len(parts)
    squares = sum((share * share for share in parts), Fraction(0))
    gini = sum(((2 * rank - n - 1) * share for rank, share in enumerate(parts, 1)), Fraction(0)) / n
    return Concentration(n, largest(parts, 4), WHOLE * squares, 1 / squares, gini)


def largest(parts: Sequence[Fraction], k: int) -> Fraction:
    """What the `k` largest shares are together: CRk."""
    return sum(sorted(parts, reverse=True)[:k], Fraction(0))


def lorenz(amounts: Iterable[Amount]) -> list[tuple[Fraction, Fraction]]:
    """The Lorenz curve: (part of the holders, poorest first; part of the whole that they hold), from (0, 0) to (1, 1).

    Raises:
        ValueError: an amount is negative, or all are nothing.
    """
    parts = sorted(shares(amounts))
    points, held = [(Fraction(0), Fraction(0))], Fraction(0)
    for rank, share in enumerate(parts, 1):
        held += share
        points.append((Fraction(rank, len(parts)), held))
    return points


def hhi_within(known: Iterable[Amount], rest: Amount) -> tuple[Fraction, Fraction]:
    """Bounds of the HHI where only some holders are known: `rest` is what others hold, all atoms or all one.

    No unnamed holder is taken to be larger than `rest` itself, so the upper bound holds whoever they are.

    Raises:
        ValueError: an amount is negative, or all are nothing.
    """
    parts = shares([*known, rest])
    least = WHOLE * sum((share * share for share in parts[:-1]), Fraction(0))
    return least, least + WHOLE * parts[-1] ** 2
