"""Several measurements of a row, as one: the median, and between what it lay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a row over all rounds."""

    median: float
    low: float
    high: float
    values: tuple[float, ...]


Table = Mapping[str, Mapping[str, Figure]]
"""Row, figure's name, figure."""

SATURATED = 0.95
"""Of its core, in CPU time; below it, something else kept the gateway waiting."""


def gathered(rounds: Sequence[Mapping[str, float]]) -> dict[str, Figure]:
    """The figures of one row. A figure that a round lacks counts in the others."""
    names = {name: None for each in rounds for name in each}
    figures = {}
    for name in names:
        values = tuple(each[name] for each in rounds if name in each)
        figures[name] = Figure(median(values), min(values), max(values), values)
    return figures


def value(table: Table, row: str, name: str) -> float | None:
    """The median, or None where it was not measured."""
    figure = table.get(row, {}).get(name)
    return None if figure is None else figure.median


def ratio(table: Table, name: str, row: str, other: str) -> float | None:
    """A row's figure over another row's; None where one is missing."""
    ours, theirs = value(table, row, name), value(table, other, name)
    return None if ours is None or not theirs else ours / theirs


def speed(table: Table, row: str, other: str, connections: int = 64) -> float | None:
    """How many requests per second a row does for each of the other's."""
    return ratio(table, f"per_s_{connections}", row, other)


def thrift(table: Table, row: str, other: str, connections: int = 64) -> float | None:
    """The other's CPU time for each request over the row's: its speed, had each a core that waits for nothing."""
    return ratio(table, f"cpu_us_{connections}", other, row)
