"""The year that a made ledger covers: spans of one realm and one month, each with its groups."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from bench.made.assigned import Row, rows
from bench.made.trace import STACK
from comity.adapters.realms import build_realm, keep
from comity.adapters.stack_files import StackFile, read_stack_file
from comity.placement.conditions import configured
from comity.placement.decide import Decisions
from comity.terms.instants import Instant

FIRST = datetime(2025, 11, 1, tzinfo=UTC)
LAST = datetime(2026, 11, 1, tzinfo=UTC)
"""Twelve months, the last of them the month before this was written."""

DATED = date(2025, 11, 1)
"""Of the stack file: realms are the same whenever and wherever they are made."""


class Span(NamedTuple):
    """Time from `begin` to before `end`, under one realm and in one month."""

    begin: Instant
    end: Instant
    rows: list[Row]


def stack_file() -> StackFile:
    """The made stack."""
    return replace(read_stack_file(STACK, None), date=DATED)


def spans(state: Path) -> list[Span]:
    """Every span of the year, its realm kept in `state`."""
    file = stack_file()
    found: list[Span] = []
    at, end = ms(FIRST), ms(LAST)
    while at < end:
        realm = build_realm(file, at)
        keep(state, realm)
        decisions = Decisions(realm, configured(realm.stack))
        until = min(realm.valid_until, end)
        while at < until:
            month = datetime.fromtimestamp(at / 1000, UTC)
            following = datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=UTC)
            stop = min(until, ms(following))
            found.append(Span(at, stop, list(rows(decisions, f"{month:%Y-%m}", at))))
            at = stop
    return found


def ms(instant: datetime) -> Instant:
    """Unix milliseconds."""
    return round(instant.timestamp() * 1000)
