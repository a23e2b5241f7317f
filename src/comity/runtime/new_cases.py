"""How many new cases an application's requests may bring: judging one costs milliseconds of the worker's one loop."""

from __future__ import annotations

from comity.terms.instants import Instant

BURST = 64
"""Cases at once. What an application's headers say in earnest is a few dozen combinations, met in its first minutes."""

PER_SECOND = 8.0
"""Cases a second from then on: at some 3 ms each, a fortieth of the worker's time. Known cases cost nothing."""


class NewCases:
    """A bucket for each application, filled at `PER_SECOND` up to `BURST`."""

    __slots__ = ("_buckets",)

    def __init__(self) -> None:
        self._buckets: dict[str, tuple[float, Instant]] = {}

    def admits(self, application: str, count: int, now: Instant) -> bool:
        """Whether `count` more cases may be judged for `application` at `now`; if so they are taken from its bucket.

        `count` is above zero and at most `BURST`; a clock that goes back fills nothing.
        """
        held, since = self._buckets.get(application, (float(BURST), now))
        held = min(float(BURST), held + max(0, now - since) / 1000 * PER_SECOND)
        admitted = held >= count
        self._buckets[application] = (held - count if admitted else held, now)
        return admitted
