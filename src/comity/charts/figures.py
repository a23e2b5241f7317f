"""Numbers as words: exact for tables, short for pictures; what is not known says so, and is never 0."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from math import floor, fsum, isfinite, log10
from typing import TypeAlias

Number: TypeAlias = int | float | Decimal
NOT_KNOWN = "not known"

_LARGEST = 1e90  # sums and ratios of what is smaller stay within what a float can hold
_SCALES = ((1e12, " tn"), (1e9, " bn"), (1e6, " M"), (1e3, " k"))


def plain(value: Number | None) -> float | None:
    """The value as a float for drawing; None if it is missing, not a number, or larger than any measure."""
    if value is None:
        return None
    try:
        found = float(value)
    except (OverflowError, ValueError):  # of an integer beyond floats; of a decimal's signalling NaN
        return None
    if not isfinite(found) or abs(found) > _LARGEST:
        return None
    return found if abs(found) > 1 / _LARGEST else 0.0


def total(values: Iterable[Number | None]) -> Number | None:
    """The sum: exact for whole numbers and decimals, a float as soon as one is among them; None if any is not known."""
    found = list(values)
    known = [value for value in found if value is not None and plain(value) is not None]
    if len(known) < len(found):
        return None
    if any(isinstance(value, float) for value in known):
        return fsum(map(float, known))
    return (
        sum((Decimal(value) for value in known), Decimal(0))
        if any(isinstance(value, Decimal) for value in known)
        else sum(map(int, known))
    )


def exact(value: Number | None, unit: str = "") -> str:
    """Every digit, thousands apart, with its unit; a float to twelve significant digits. None: "not known"."""
    if value is None or plain(value) is None:
        return NOT_KNOWN
    digits = (
        f"{Decimal(f'{value:.12g}') if isinstance(value, float) else value:,{'' if isinstance(value, int) else 'f'}}"
    )
    return _with_unit(_minus(digits.rstrip("0").rstrip(".") if "." in digits else digits), unit)


def headed(name: str, unit: str) -> str:
    """The heading of a column of figures: its name, and the unit of all of them."""
    return f"{name}, {unit}" if unit else name


def short(value: Number | None, unit: str = "") -> str:
    """Three significant digits and k, M, bn or tn: 1,234,567 is "1.23 M". None: "not known"."""
    found = plain(value)
    if found is None:
        return NOT_KNOWN
    size = abs(found)
    if size >= 1e15:
        power = floor(log10(size))
        return _with_unit(_minus(f"{found / 10**power:.3g}×10^{power}"), unit)
    for scale, name in _SCALES:
        if size >= scale * 0.99995:
            return _with_unit(_minus(_three(found / scale)) + name, unit)
    return _with_unit(_minus(_three(found)), unit)


def rounded(value: Number | None, unit: str = "") -> str:
    """All whole digits, and as many after the point as make three significant ones: 4,523.19 is "4,523"."""
    found = plain(value)
    if found is None or abs(found) >= 1e15:
        return short(value, unit)
    return _with_unit(_minus(_three(found)), unit)


def share(part: Number | None, whole: Number | None) -> str:
    """`part` of `whole` in per cent, with one digit; "not known" where either is, or where the whole is 0."""
    over, under = plain(part), plain(whole)
    if over is None or under is None or under == 0:
        return NOT_KNOWN
    of = 100 * over / under
    if 0 < of < 0.05:
        return "< 0.1 %"
    if 99.95 < of < 100:
        return "> 99.9 %"
    return f"{_minus(f'{of:.1f}'.removesuffix('.0'))} %"


def change(before: Number | None, after: Number | None) -> str:
    """From `before` to `after` in per cent, signed; in words where a percentage would mean nothing."""
    first, last = plain(before), plain(after)
    if first is None or last is None:
        return NOT_KNOWN
    if first == last:
        return "no change"
    if first == 0:
        return "new"
    if last == 0:
        return "none left"
    ratio = last / first
    if ratio < 0:
        return "turns"
    if ratio >= 10:
        return f"×{short(ratio)}"
    percent = f"{100 * (ratio - 1):+.1f}".removesuffix(".0")
    return f"{_minus(percent)} %" if percent not in {"+0", "-0"} else "< 0.1 %"


def _three(value: float) -> str:
    if value == 0:
        return "0"
    decimals = max(0, 2 - floor(log10(abs(value))))
    digits = f"{value:,.{min(decimals, 6)}f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _minus(digits: str) -> str:
    return digits.replace("-", "−")


def _with_unit(digits: str, unit: str) -> str:
    return f"{digits} {unit}" if unit else digits
