"""How often someone may do something: buckets that fill with time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable


class Rates:
    """One bucket for each name, as many as are kept; whoever was not heard of for longest is forgotten first."""

    def __init__(self, *, kept: int, clock: Callable[[], float]) -> None:
        """`clock` gives seconds that never go back."""
        self._kept = kept
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, name: str, per_minute: int) -> float:
        """Seconds until `name` may go on; 0 lets it, and counts it. A full bucket holds a quarter of a minute."""
        now, most = self._clock(), max(per_minute / 4, 1.0)
        level, then = self._buckets.pop(name, (most, now))
        level = min(most, level + (now - then) * per_minute / 60)
        allowed = level >= 1
        self._buckets[name] = (level - allowed, now)
        if len(self._buckets) > self._kept:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - level) * 60 / per_minute
