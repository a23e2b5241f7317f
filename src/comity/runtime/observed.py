"""What a worker sees of requests that are over: counters that only grow, and a record of each where someone is told."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from pathlib import Path
from resource import RUSAGE_SELF, getpagesize, getrusage

from comity.relay.exchange import Exchange
from comity.relay.finished import Finished, record_of
from comity.relay.target import Target
from comity.relay.usage import Usage
from comity.terms.instants import Instant

BOUNDS_MS = (5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000)
"""Upper bounds of the histograms' buckets: from a cached answer to the longest request that is let through."""

MAX_RECORDS = 10_000
"""Kept between two reports, half a second apart: 20,000 requests a second, more than one worker relays. What is beyond
is dropped and counted, for nobody may wait for those who are told."""

SUM = "sum"
STATM = Path("/proc/self/statm")

Tallies = dict[str, dict[str, int]]
"""Counters of a worker: by family, then by label; a pair of labels is joined by `|`, which no id has."""


class Observed:
    """Implements `relay.ports.Watcher` for one worker.

    Attributes:
        wanted: whether anyone is told of requests one by one.
    """

    def __init__(self, *, wanted: bool) -> None:
        self.wanted = wanted
        self._attempts: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._tokens: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._cost: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._duration = [0] * (len(BOUNDS_MS) + 1)
        self._first = [0] * (len(BOUNDS_MS) + 1)
        self._duration_sum = self._first_sum = self._cached = 0
        self._records: list[Finished] = []
        self._dropped = 0

    def finished(self, exchange: Exchange, now: Instant) -> None:
        """A request is over."""
        if self.wanted:
            if len(self._records) < MAX_RECORDS:
                self._records.append(record_of(exchange, now))
            else:
                self._dropped += 1
        if exchange.intent < 0:  # refused: nothing was tried
            return
        took = max(0, now - exchange.received)  # a clock that was set back must not make a counter fall
        self._duration[bisect_left(BOUNDS_MS, took)] += 1
        self._duration_sum += took
        if exchange.first_byte:
            first = max(0, exchange.first_byte - exchange.received)
            self._first[bisect_left(BOUNDS_MS, first)] += 1
            self._first_sum += first
        for attempt in exchange.attempts:
            self._attempts[attempt.deployment, attempt.result] += 1
        if exchange.cached >= 0:
            self._cached += 1
        elif (usage := exchange.usage) is not None:
            self._took(exchange.tenant.application, usage, exchange.target, exchange.cost)

    def _took(self, application: str, usage: Usage, target: Target | None, cost: int) -> None:
        if usage.prompt_tokens > 0:
            self._tokens[application, "input"] += usage.prompt_tokens
        if usage.completion_tokens > 0:
            self._tokens[application, "output"] += usage.completion_tokens
        if cost > 0 and target is not None:
            self._cost[application, target.currency] += cost

    def tallies(self) -> Tallies:
        """All counters, as reports bear them."""
        return {
            "attempts": _joined(self._attempts),
            "tokens": _joined(self._tokens),
            "cost": _joined(self._cost),
            "duration": _histogram(self._duration, self._duration_sum),
            "first": _histogram(self._first, self._first_sum),
            "cached": {"": self._cached},
        }

    def told(self) -> tuple[tuple[Finished, ...], int]:
        """The records since the last call, and how many were dropped."""
        records, dropped = tuple(self._records), self._dropped
        self._records, self._dropped = [], 0
        return records, dropped


def resident_bytes() -> int:
    """Memory of this process: now where the system tells it, else the most that it ever was."""
    try:
        return int(STATM.read_bytes().split()[1]) * getpagesize()
    except (OSError, IndexError, ValueError):
        return getrusage(RUSAGE_SELF).ru_maxrss * 1024


def summed(one: Tallies, other: Tallies) -> Tallies:
    """The sum of two sets of counters."""
    return {
        family: {
            label: one.get(family, {}).get(label, 0) + other.get(family, {}).get(label, 0)
            for label in {**one.get(family, {}), **other.get(family, {})}
        }
        for family in {**one, **other}
    }


def _joined(counts: dict[tuple[str, str], int]) -> dict[str, int]:
    return {f"{one}|{other}": count for (one, other), count in counts.items()}


def _histogram(buckets: list[int], total: int) -> dict[str, int]:
    bounds = (*map(str, BOUNDS_MS), "")
    return {**dict(zip(bounds, buckets, strict=True)), SUM: total}
