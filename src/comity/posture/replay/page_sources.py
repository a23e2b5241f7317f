"""Where a scenario's figures come from, and how its author would have it read, as parts of a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from comity.charts.chart import Table
from comity.charts.figures import NOT_KNOWN
from comity.charts.page import Section

HEADS = ("figure", "source", "date", "checked", "url")


def sources(found: Iterable[Mapping[str, object]]) -> Table:
    """A row for each source."""
    return Table(HEADS, tuple(tuple(str(each.get(head) or NOT_KNOWN) for head in HEADS) for each in found))


def assumed(reading: str, found: Iterable[Mapping[str, object]]) -> Iterator[Section]:
    """How to read it, and the sources."""
    if reading.strip():
        yield Section("How to read this", reading.strip())
    if (table := sources(found)).rows:
        yield Section("Where the figures come from", "", (), [("Figures of the scenario", table)])
