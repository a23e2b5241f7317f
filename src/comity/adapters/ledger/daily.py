"""Which daily summaries a shard owes: what was entered since the last one is read (docs/spec/entry.md)."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct

from comity.adapters.ledger.reading import record_groups
from comity.adapters.ledger.segment import Entry
from comity.adapters.ledger.segment_files import ledger_folder, read_segment, segment_of, segment_starts
from comity.adapters.state import write_durably
from comity.proof.summary import DAY_MS, SET_BACK, Days, Span, summary_blocks

CURSOR = "summed"
"""Beside the segments; it can be rebuilt from them."""

MAX_DUE = 32
"""Days that are told at once: a log from before there were summaries owes one for each of its days."""


class _Times(Struct):
    received: int = 0
    started: int = 0
    first_byte: int = 0
    finished: int = 0


class _Asked(Struct):
    application: str = ""


class _Timed(Struct):
    times: _Times = msgspec.field(default_factory=_Times)


class _Usage(Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Cost(Struct):
    amount: int = 0
    currency: str = ""


class _Ended(Struct):
    finish: str = ""
    usage: _Usage = msgspec.field(default_factory=_Usage)
    cost: _Cost = msgspec.field(default_factory=_Cost)


class _Summed(Struct):
    day: str
    to: int
    part: int = 1


class _Cursor(Struct):
    first: int
    day: int
    open: dict[str, str]


_times = msgspec.json.Decoder(_Timed)
_asked = msgspec.json.Decoder(_Asked)
_ended = msgspec.json.Decoder(_Ended)
_summed = msgspec.json.Decoder(_Summed)
_cursor = msgspec.json.Decoder(_Cursor)


class Due(NamedTuple):
    """Summaries that are to be entered, oldest first.

    Attributes:
        spans: what each says, and which parts of it are entered already.
        seen: entries that were read; what was entered after them may be these very summaries.
    """

    spans: tuple[tuple[Span, frozenset[int]], ...]
    seen: int


class Daily:
    """The days of one shard. Whoever writes the shard may be another process.

    Attributes:
        ahead: the day that its entries have reached, if by the clock that is yet to come; else empty. They were made
            while the clock was wrong, or it is wrong now.
    """

    def __init__(self, state: Path, shard: str) -> None:
        self.ahead = ""
        self._state = state
        self._shard = shard
        self._folder = ledger_folder(state, shard)
        self._place = self._read()
        self._told_until = -1

    def due(self, now: int) -> Due | None:
        """The summaries that the shard owes at `now`, or None. Blocking: it reads what was entered since the last.

        Raises:
            LedgerCorrupt: a segment is damaged.
            OSError: it cannot be read.
        """
        today = now // DAY_MS
        if self._told_until == today:  # a clock that was ahead has told too early
            return None
        ended, written, size = self._ended(today)
        due = []
        for span, after in ended:
            # the same day comes again where the clock was set back
            parts = frozenset(part for to, part in written.get(span.day, ()) if span.first < to <= span.end)
            if len(parts) < len(summary_blocks(span, "strict", now)):
                due.append((span, parts))
            elif not due:
                self._move(after)
        if not due:
            self._told_until = today
            return None
        return Due(tuple(due[:MAX_DUE]), size)

    def _ended(self, today: int) -> tuple[list[tuple[Span, _Cursor]], dict[str, set[tuple[int, int]]], int]:
        """Days that have ended, each with the place after it; by day, where the summaries that are entered end, and
        which part each is; entries read."""
        place = self._place
        days = Days(place.first, {int(at): name for at, name in place.open.items()}, day=place.day)
        ended: list[tuple[Span, _Cursor]] = []
        written: dict[str, set[tuple[int, int]]] = {}
        size = place.first
        for entry in chain.from_iterable(record_groups(self._state, self._shard, size)):
            if entry.index > size:  # what lies before was pruned
                days.begin(entry.index, self._open_before(entry.index))
            size = entry.index + 1
            if entry.erased:
                days.erased(entry.index, entry.kind, entry.intent)
                continue
            if entry.kind == "summary":
                said = _summed.decode(entry.decision)
                written.setdefault(said.day, set()).add((said.to, said.part))
            span = _count(days, entry)
            if span is not None:
                ended.append((span, _after(span, days.day)))
        self.ahead = days.today if days.day > today else ""
        # what is to come by far was never: its summary is of today, and says that it is over
        if days.day >= 0 and not today <= days.day < today + SET_BACK and size > days.first:
            span = days.end(size)
            ended.append((span, _after(span, days.day)))
        return ended, written, size

    def _open_before(self, index: int) -> tuple[int, ...]:
        """Intents that were open where the entries that are left begin."""
        first = segment_of(segment_starts(self._folder), index)
        return () if first is None else read_segment(self._folder, first)[1].open

    def _read(self) -> _Cursor:
        try:
            return _cursor.decode((self._folder / CURSOR).read_bytes())
        except (OSError, msgspec.MsgspecError):
            return _Cursor(0, -1, {})

    def _move(self, to: _Cursor) -> None:
        self._place = to
        document = {"day": to.day, "first": to.first, "open": to.open}
        write_durably(self._folder / CURSOR, json.dumps(document).encode())


def _after(span: Span, day: int) -> _Cursor:
    return _Cursor(span.end, day, {str(intent): name for intent, name in span.open.items()})


def _count(days: Days, entry: Entry) -> Span | None:
    try:
        times = _times.decode(entry.content).times
        moment = max(times.received, times.started, times.first_byte, times.finished)
        span = days.at(entry.index, moment, entry.kind)
        if entry.kind == "intent":
            days.intent(entry.index, _asked.decode(entry.party).application)
        elif entry.kind == "denial":
            days.denial(_asked.decode(entry.party).application)
        elif entry.kind == "outcome" and entry.intent is not None:
            said = _ended.decode(entry.content)
            usage, cost = said.usage, said.cost
            days.outcome(
                entry.intent, said.finish, usage.prompt_tokens, usage.completion_tokens, cost.amount, cost.currency
            )
    except msgspec.MsgspecError:
        # it is not as entry.md says, which an audit tells
        days.erased(entry.index, entry.kind, entry.intent)
        return None
    return span
