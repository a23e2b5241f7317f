"""Fractions as people and programs read them."""

from __future__ import annotations

from fractions import Fraction


def decimal(value: Fraction, digits: int) -> str:
    """A fraction as decimal text with `digits` after the point, rounded half to even."""
    whole, rest = divmod(abs(round(value * 10**digits)), 10**digits)
    sign = "-" if value < 0 and (whole or rest) else ""
    return f"{sign}{whole}" + (f".{rest:0{digits}d}" if digits else "")


def whole(value: Fraction) -> str:
    """A fraction as a whole number, rounded half to even, thousands apart."""
    return f"{round(value):,}"
