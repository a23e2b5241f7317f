"""What one worker knows of a deployment: how busy, how quick and how well it is."""

from __future__ import annotations

from math import exp

FAILURES_BEFORE_REST = 3
"""One failure is chance; after three in a row a deployment rests, so that not every request waits for it."""

FIRST_REST_MS = 1_000
LONGEST_REST_MS = 30_000
"""A rest doubles with each further failure; at most half a minute, so that a deployment that returns is soon found."""

LONGEST_REJECTION_MS = 60_000
"""A `Retry-After` beyond a minute is asked again after a minute: quotas are counted by the minute nearly everywhere."""

DECAY_MS = 10_000
"""Time in which the memory of a slow answer fades to 1/e: long against one answer, short against an incident."""


class Load:
    """One deployment as this worker sees it. Instants and durations in milliseconds.

    A circuit breaker: closed while failures in a row are few, open until `rests_until`, then half open: one request
    tries it, and only its success lets the others come back.

    Attributes:
        capacity: most requests at once.
        in_flight: attempts under way; whoever begins one counts it up and down.
        weight: share of its tier; 0 is chosen only where nothing else is left.
        draining: no new request.
        unwell: the last active check failed.
        failures: attempts in a row without an answer.
        rests_until: when it may be asked again.
    """

    __slots__ = ("_seen", "_slow", "capacity", "draining", "failures", "in_flight", "rests_until", "unwell", "weight")

    def __init__(self, capacity: int, weight: int = 1) -> None:
        self.capacity = capacity
        self.weight = weight
        self.draining = False
        self.unwell = False
        self.in_flight = 0
        self.failures = 0
        self.rests_until = 0
        self._slow = [0.0, 0.0]  # peak EWMA of the time to the answer's head: whole answers, streams
        self._seen = [0, 0]

    def succeeded(self, now: int = 0, took: float = 0.0, stream: bool = False) -> None:
        """It answered; `took` until the head of the answer. A stream's head comes long before a whole answer's."""
        self.failures = 0
        self.rests_until = 0
        # peak EWMA: a slow answer counts at once and in full, quick ones bring it down by and by
        known = self._slow[stream]
        if took >= known:
            self._slow[stream] = took
        elif (passed := now - self._seen[stream]) > 0:
            kept = exp(-passed / DECAY_MS)
            self._slow[stream] = known * kept + took * (1.0 - kept)
        self._seen[stream] = now

    def failed(self, now: int) -> None:
        """It gave no answer."""
        self.failures += 1
        beyond = self.failures - FAILURES_BEFORE_REST
        if beyond >= 0:
            self.rests_until = now + min(FIRST_REST_MS << min(beyond, 10), LONGEST_REST_MS)

    def rejected(self, now: int, retry_after: int) -> None:
        """It is well and has no room (429, or 503 with `Retry-After`): not before `retry_after` from now."""
        self.rests_until = max(self.rests_until, now + min(max(0, retry_after), LONGEST_REJECTION_MS))

    def rests(self, now: int) -> bool:
        """Whether it should be left alone for now: it rests, is unwell, or is half open and being tried."""
        return self.unwell or self.rests_until > now or (self.failures >= FAILURES_BEFORE_REST and self.in_flight > 0)

    def cost(self, now: int, stream: bool) -> float:
        """How long a further request is likely to wait here, for comparison alone."""
        slow = self._slow[stream]
        if slow:
            slow *= exp(-max(0, now - self._seen[stream]) / DECAY_MS)
        return (slow + 1.0) * (self.in_flight + 1)
