"""Dates and instants. An instant is an integer of milliseconds since the Unix epoch, UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TypeAlias

Instant: TypeAlias = int

FAR_FUTURE: Instant = 253_402_300_799_000
"""The last second of the year 9999: what has no end, ends here."""


def start_of(day: date, zone: tzinfo = UTC) -> Instant:
    """The first instant of `day` in `zone` (DESIGN, part 6: dates begin at 00:00 in the zone that the pack states)."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)


def end_of(day: date, zone: tzinfo = UTC) -> Instant:
    """The first instant after `day` in `zone`: `until` names the last day on which something holds."""
    if day.year == 9999:
        return FAR_FUTURE
    return start_of(day + timedelta(days=1), zone)


def day_of(instant: Instant, zone: tzinfo = UTC) -> date:
    """The calendar day of `instant` in `zone`."""
    return datetime.fromtimestamp(instant / 1000, zone).date()


def shown(instant: Instant) -> str:
    """`instant` as people and logs read it: `2026-11-23T04:00:00Z`."""
    return datetime.fromtimestamp(instant / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
