"""Which candidate of a placement is tried next: inside a tier by load, down the tiers by health.

Deterministic: the same arguments give the same answer. It never leaves the placement.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from comity.placement.types import Placement

FAILURES_BEFORE_REST = 3
"""One failure is chance; after three in a row a deployment rests, so that not every request waits for it."""

FIRST_REST_MS = 1_000
LONGEST_REST_MS = 30_000
"""A rest doubles with each further failure; at most half a minute, so that a deployment that returns is soon found."""


class Load:
    """What this worker knows of a deployment. Instants in milliseconds."""

    __slots__ = ("capacity", "failures", "in_flight", "rests_until")

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.in_flight = 0
        self.failures = 0
        self.rests_until = 0

    def succeeded(self) -> None:
        """It answered."""
        self.failures = 0
        self.rests_until = 0

    def failed(self, now: int) -> None:
        """It gave no answer."""
        self.failures += 1
        beyond = self.failures - FAILURES_BEFORE_REST
        if beyond >= 0:
            self.rests_until = now + min(FIRST_REST_MS << min(beyond, 10), LONGEST_REST_MS)


def dispatch(placement: Placement, live: Mapping[str, Load], tried: Collection[str], now: int) -> str | None:
    """The deployment to try next, or None if every one was tried or has no capacity.

    Candidates that rest come last, all tiers over: better slow than refused. Those that `live` does not know are idle.
    """
    resting: str | None = None
    for tier in placement.tiers:
        best: str | None = None
        least = 0.0
        for candidate in tier:
            name = candidate.deployment
            if name in tried:
                continue
            load = live.get(name)
            if load is None:
                filled = 0.0
            elif load.in_flight >= load.capacity:
                continue
            elif load.rests_until > now:
                resting = resting or name
                continue
            else:
                filled = load.in_flight / load.capacity
            if best is None or filled < least:
                best, least = name, filled
        if best is not None:
            return best
    return resting
