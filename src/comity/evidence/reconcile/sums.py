"""What is compared: sums of a day (or of one request) under one name."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple, TypeAlias

MEASURES = ("requests", "prompt_tokens", "completion_tokens", "tokens")
"""Counts; `tokens` are both directions, for exports that tell no more."""


class Key(NamedTuple):
    """What is summed together: a day in UTC (`2026-11-22`) and a name, or the id of a request alone."""

    day: str
    name: str
    request: str = ""


@dataclass(slots=True)
class Sums:
    """One side of a key.

    Attributes:
        counts: by measure; a measure that is not told is not there.
        money: by currency, in units of it.
        lines: where it comes from in the file, the first few; empty for the log.
        unsure: requests of the log that may have been charged without being counted: failed attempts, lost outcomes,
            answers whose tokens were not told.
    """

    counts: dict[str, Decimal] = field(default_factory=dict)
    money: dict[str, Decimal] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    unsure: int = 0

    def add(self, counts: dict[str, Decimal], money: dict[str, Decimal], line: int = 0) -> None:
        """More of it."""
        for measure, count in counts.items():
            self.counts[measure] = self.counts.get(measure, Decimal(0)) + count
        for currency, amount in money.items():
            self.money[currency] = self.money.get(currency, Decimal(0)) + amount
        if line and len(self.lines) < MAX_LINES:
            self.lines.append(line)

    def count(self, measure: str) -> Decimal | None:
        """A count, `tokens` from both directions where only those are told; None where nothing tells it."""
        if measure == "tokens" and measure not in self.counts:
            parts = [self.counts[each] for each in ("prompt_tokens", "completion_tokens") if each in self.counts]
            return sum(parts, Decimal(0)) if len(parts) == 2 else None
        return self.counts.get(measure)

    @property
    def empty(self) -> bool:
        """Whether there is nothing: rows of zeroes are what some exports write for hours without use."""
        return not any(self.counts.values()) and not any(self.money.values())


MAX_LINES = 5
"""Lines of the file that are named with a difference; one is enough to find it."""

Side: TypeAlias = dict[Key, Sums]
