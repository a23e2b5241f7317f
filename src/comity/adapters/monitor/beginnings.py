"""Where shards begin: the minimum index, which nobody signs, against what the log and its owner say of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from comity.adapters.monitor.alarm import Alarm, Rise
from comity.adapters.monitor.cursor import Seen
from comity.terms.instants import shown

TELL_MS = 60_000
"""How long a rise may go untold: the entry is made when the pruning is over, by whichever worker comes first."""

DAY_MS = 86_400_000


class Beginnings:
    """What is known of the minimum indices of a log's shards beyond the files that show them."""

    def __init__(self, keeps_ms: int) -> None:
        """`keeps_ms` is how long the owner says that entries are kept; 0: nothing was said."""
        self._keeps_ms = keeps_ms
        self._untold: dict[str, int] = {}
        self.rises: list[Rise] = []

    def begins(self, shard: str, place: str, seen: Seen, minimum: int, size: int, now: int) -> Iterator[Alarm]:
        """A shard of `size` signed entries shows this minimum index: what must not be."""
        if minimum < seen.minimum:
            sentence = f"The minimum index was {seen.minimum}, and is {minimum}."
            yield Alarm("wrong-minimum", shard, place, sentence)
            return
        if minimum > size:
            return  # said where the tree is inspected
        if minimum > seen.minimum:
            self.rises.append(Rise(shard, place, seen.minimum, minimum))
            seen.minimum = minimum
        if self._keeps_ms:
            yield from self._early(shard, place, seen, size, now)

    def told(
        self, minima: Mapping[str, int], places: Mapping[str, str], seen: Mapping[str, Seen], now: int
    ) -> Iterator[Alarm]:
        """All entries were read: minimum indices that none of them tells, a minute after they were seen first."""
        for shard, place in places.items():
            if seen[shard].minimum <= minima.get(shard, 0):
                self._untold.pop(shard, None)
            elif now - self._untold.setdefault(shard, now) > TELL_MS:
                most = f"entries tell of {minima[shard]} at most" if shard in minima else "no entry tells of one"
                sentence = f"The minimum index is {seen[shard].minimum}, and {most}."
                yield Alarm("untold-minimum", shard, place, sentence)

    def _early(self, shard: str, place: str, seen: Seen, size: int, now: int) -> Iterator[Alarm]:
        """Entries that are known to be young, for they were not in the tree that was signed at some time."""
        seen.sizes = [(time, signed) for time, signed in seen.sizes if now < time + self._keeps_ms]
        for time, signed in seen.sizes[:1]:
            if seen.minimum > signed:
                sentence = (
                    f"Entries {signed} to {seen.minimum - 1} are pruned, were not there at {shown(time)} yet, and are"
                    f" to be kept for {self._keeps_ms // DAY_MS} days."
                )
                yield Alarm("pruned-early", shard, place, sentence, signed)
        if not seen.sizes or (now - seen.sizes[-1][0] >= DAY_MS and size > seen.sizes[-1][1]):
            seen.sizes.append((now, size))
