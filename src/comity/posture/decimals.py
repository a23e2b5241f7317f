"""Fractions as people and programs read them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction


def decimal(value: Fraction, digits: int) -> str:
    """A fraction as decimal text with `digits` after the point, rounded half to even."""
    return str(round(Decimal(value.numerator) / Decimal(value.denominator), digits))
