"""From values to places: an axis that begins at zero, with ticks at round numbers."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, floor, log10
from typing import NamedTuple


class Scale(NamedTuple):
    """A straight axis: values from `low` to `high` lie between `start` and `end`, in units of the picture."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]

    def at(self, value: float) -> float:
        """Where a value lies."""
        share = (value / self.span - self.low / self.span) if self.span else 0.0
        return self.start + share * (self.end - self.start)

    @property
    def span(self) -> float:
        """The length of the axis, in values."""
        return self.high - self.low


def scale(values: Iterable[float], start: float, end: float, most_ticks: int = 5) -> Scale:
    """The axis for some finite values, zero always among them; without a value, or with zeros alone, from 0 to 1."""
    found = [0.0, *values]
    low, high = min(found), max(found)
    if low == high:
        high = 1.0
    step = _step((high - low) / most_ticks)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    ticks = tuple(number * step for number in range(first, last + 1))
    return Scale(ticks[0], ticks[-1], start, end, ticks)


def _step(rough: float) -> float:
    power = 10.0 ** floor(log10(rough))
    return next(each * power for each in (1, 2, 2.5, 5, 10) if each * power >= rough * 0.9999)
