"""Draws that are the same for the same seed on every machine, and what is made of them.

SplitMix64: G. Steele, D. Lea, C. Flood, *Fast Splittable Pseudorandom Number Generators* (OOPSLA 2014).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_MASK = 2**64 - 1


def uniform(seed: int) -> Iterator[float]:
    """Numbers in the open unit interval, without end."""
    state = seed & _MASK
    while True:
        state = (state + 0x9E3779B97F4A7C15) & _MASK
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        yield ((mixed ^ (mixed >> 31)) + 0.5) / 2**64


def quantile(values: Sequence[float], part: float) -> float:
    """The value below which `part` of them lie, between the two nearest by their distance.

    Raises:
        ValueError: there are none.
    """
    if not values:
        raise ValueError("no value has a quantile")
    ordered = sorted(values)
    place = part * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def triangular(low: float, mode: float, high: float, part: float) -> float:
    """The value of a triangular distribution below which `part` lies; `low` where all three are one."""
    if high <= low:
        return low
    turn = (mode - low) / (high - low)
    if part < turn:
        return low + float((part * (high - low) * (mode - low)) ** 0.5)
    return high - float(((1 - part) * (high - low) * (high - mode)) ** 0.5)
