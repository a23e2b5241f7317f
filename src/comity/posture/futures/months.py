"""Months, counted: models of the future go by the month."""

from __future__ import annotations

from datetime import date


def month_of(day: date) -> int:
    """Months since year 0."""
    return day.year * 12 + day.month - 1


def shown(month: int) -> str:
    """`2026-11`."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"
