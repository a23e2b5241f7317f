"""Whether the summaries of a shard are all there, and say what its entries give. Pure: entries come in order."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from comity.proof.summary import Days, Span, count

Wrong = tuple[str, str]
"""The name of a finding, and its sentence."""


class Completeness:
    """Follows a shard's days.

    Attributes:
        days: the days as the entries give them.
        summaries: days that were summed up rightly, or of which too much is pruned or erased to tell.
    """

    def __init__(self) -> None:
        self.days = Days()
        self.summaries = 0
        self._begun = 0
        self._ended: deque[Span] = deque()
        self._parts: list[dict[str, Any]] = []
        self._told = 0
        self._holes: list[list[int]] = []

    @property
    def unsummed(self) -> list[str]:
        """Days that have ended and of which no summary was entered yet."""
        return [span.day for span in self._ended]

    def begin(self, index: int, unknown: Iterable[int]) -> None:
        """The first entry that is kept is `index`; `unknown` intents were open before it."""
        self._begun = index
        self.days.begin(index, unknown)

    def erased(self, index: int, kind: str, intent: int | None) -> None:
        """The next entry is there, but not what it says."""
        self.days.erased(index, kind, intent)
        if self._holes and self._holes[-1][1] == index:
            self._holes[-1][1] = index + 1
        else:
            self._holes.append([index, index + 1])

    def entry(self, index: int, kind: str, intent: int | None, blocks: Mapping[str, Mapping[str, Any]]) -> list[Wrong]:
        """The next entry, well formed; what is wrong with it if it is a summary."""
        ended = count(self.days, index, kind, intent, blocks)
        if ended is not None:
            self._ended.append(ended)
        return self._summary(index, blocks) if kind == "summary" else []

    def _summary(self, index: int, blocks: Mapping[str, Mapping[str, Any]]) -> list[Wrong]:
        said = blocks["decision"]
        day, first, end = said["day"], said["from"], said["to"]
        if end <= self._begun:
            return []  # of entries that are pruned
        if day not in self.unsummed:
            if self._gone(first, end):
                return []
            return [("wrong-summary", f"Entry {index} sums up {day}, which has not ended or was summed up before.")]
        wrong: list[Wrong] = []
        while self._ended[0].day != day:
            sentence = f"Entry {index} sums up {day}, but {self._ended[0].day} was never summed up."
            wrong.append(("missing-summary", sentence))
            self._drop()
        span = self._ended[0]
        if said.get("part", 1) != self._told + 1:
            sentence = f"Entry {index} is not part {self._told + 1} of the sums of {day}."
            self._drop()
            return [*wrong, ("wrong-summary", sentence)]
        if not self._bounds(span, first, end):
            sentence = f"Entry {index} sums up entries {first} to {end} as {day}, which is {span.first} to {span.end}."
            wrong.append(("wrong-summary", sentence))
        self._parts += blocks["content"]["applications"]
        self._told += 1
        if self._told == said.get("parts", 1):
            if span.exact and (difference := _difference(span.applications, self._parts)):
                wrong.append(("wrong-summary", f"Entry {index} says of {day} that {difference}."))
            self.summaries += 1
            self._drop()
        return wrong

    def _bounds(self, span: Span, first: int, end: int) -> bool:
        pruned = first < self._begun and span.first == self._begun
        starts = first == span.first or pruned or self._gone(*sorted((first, span.first)))
        soonest = span.end if span.soonest is None else span.soonest
        return starts and soonest <= end <= span.end

    def _gone(self, first: int, end: int) -> bool:
        """Whether all entries from `first` up to `end` were erased."""
        at = bisect_right(self._holes, first, key=lambda hole: hole[0]) - 1
        return at >= 0 and self._holes[at][0] <= first < end <= self._holes[at][1]

    def _drop(self) -> None:
        self._ended.popleft()
        self._parts, self._told = [], 0


def _difference(given: list[dict[str, Any]], said: list[dict[str, Any]]) -> str:
    """The first thing in which sums differ, as the end of a sentence; empty if they are the same."""
    ours, theirs = ({each["application"]: each for each in sums} for sums in (given, said))
    for name in sorted({*ours, *theirs}):
        if name not in theirs:
            return f"nothing came from {name}, from which its entries have something"
        if name not in ours:
            return f"something came from {name}, from which its entries have nothing"
        for key, value in ours[name].items():
            if theirs[name].get(key) != value:
                return f"{key} of {name} was {_shown(theirs[name].get(key))}, and its entries give {_shown(value)}"
    return "" if len(said) == len(given) else "an application is there twice"


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(" ".join(str(part) for part in each.values()) for each in value) or "nothing"
    return str(value)
