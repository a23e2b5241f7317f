"""What a day of a shard adds up to: the sums of a `summary` entry, made and made again from the entries (entry.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from comity.proof.entry import MAX_BLOCK_BYTES
from comity.terms import canon

DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1).toordinal()
_LAST = date.max.toordinal() - _EPOCH
_NANO = 9

SET_BACK = 2
"""Days by which an entry has to be earlier than the one before to say that the clock was wrong until then. No request
takes a day."""

TELLING = frozenset({"audit", "erasure"})
"""Kinds whose time is that of what they tell of, which may have waited for a gateway to run."""

MAX_PART = 128
"""Applications in one entry: at some 100 bytes each they take most of a block. A day of more is told in parts."""


@dataclass(slots=True)
class Sums:
    """What one application did in a day.

    Attributes:
        requests, denials: entries of these kinds (a request is an intent).
        outcomes: by `finish`.
        prompt_tokens, completion_tokens: as outcomes tell them.
        uncounted: outcomes that do not tell both.
        cost: in 10^-9 of a currency, by currency.
        open: intents without an outcome when the day ended.
    """

    requests: int = 0
    denials: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    uncounted: int = 0
    cost: dict[str, int] = field(default_factory=dict)
    open: int = 0

    def document(self, application: str) -> dict[str, Any]:
        """As `content.applications` of the entry has it."""
        return {
            "application": application,
            "requests": self.requests,
            "denials": self.denials,
            "outcomes": [{"finish": name, "count": count} for name, count in sorted(self.outcomes.items())],
            "lost": self.outcomes.get("lost", 0),
            "open": self.open,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "uncounted": self.uncounted,
            "cost": [{"currency": name, "amount": _decimal(amount)} for name, amount in sorted(self.cost.items())],
        }


class Span(NamedTuple):
    """The entries of a day: from `first` up to, and without, `end`; both are tree sizes.

    `open` are the intents without an outcome then, with their application. `exact` is False where some entry that
    counts was not there to be read (it was pruned or erased). If entries right before `end` were erased, the day may
    have ended with any of them: not before `soonest`.
    """

    day: str
    first: int
    end: int
    sums: dict[str, Sums]
    open: dict[int, str]
    exact: bool = True
    soonest: int | None = None

    @property
    def applications(self) -> list[dict[str, Any]]:
        """As the entry has them, sorted by name."""
        return [self.sums[name].document(name) for name in sorted(self.sums)]


class Days:
    """Reads the entries of a shard in order, and tells where days end.

    An entry's day is that of the latest of its times, in UTC. It is not the day before that of the entry before it, for
    a request that came before midnight may be entered after it. What is two days earlier or more tells that the clock
    was set back: the day ends, and the earlier one begins, once more if it was there. But for kinds that tell of what
    was done elsewhere, maybe long ago.

    Attributes:
        first: where the present day begins.
        open: intents without an outcome, with their application.
    """

    def __init__(
        self,
        first: int = 0,
        open_intents: Mapping[int, str] | None = None,
        *,
        day: int = -1,
    ) -> None:
        """Begin with entry `first` on the day of this number, with these intents open."""
        self.first = first
        self.open: dict[int, str] = dict(open_intents or {})
        self.day = day
        self._unknown: set[int] = set()
        self._hole: int | None = None
        self._sums: dict[str, Sums] = {}
        self._exact = first == 0 or open_intents is not None

    @property
    def today(self) -> str:
        """The day that the entries have reached, or nothing before the first."""
        return shown_day(self.day) if self.day >= 0 else ""

    def at(self, index: int, moment: int, kind: str) -> Span | None:
        """The next entry is `index`, of this moment; the day that ended before it, if one did.

        `moment` is in Unix ms, 0 where it has none. Call it for each entry of whatever kind, before it is counted.
        """
        day = min(moment // DAY_MS, _LAST)
        hole, self._hole = self._hole, None
        back = day <= self.day - SET_BACK and moment > 0 and kind not in TELLING
        if day <= self.day and not back:
            return None
        ended = self.end(index)._replace(soonest=hole) if index > self.first and self.day >= 0 else None
        if hole is not None:
            self._exact = False  # some of what was erased may be of this day
        self.day = day
        return ended

    def end(self, index: int) -> Span:
        """The present day as it would be if it ended before entry `index`; the next begins there."""
        for application in self.open.values():
            self._of(application).open += 1
        span = Span(self.today, self.first, index, self._sums, dict(self.open), self._exact and not self._unknown)
        self.first, self._sums, self._exact = index, {}, True
        return span

    def intent(self, index: int, application: str) -> None:
        """A request."""
        self._of(application).requests += 1
        self.open[index] = application

    def denial(self, application: str) -> None:
        """A request that was refused."""
        self._of(application).denials += 1

    def outcome(
        self, intent: int, finish: str, prompt: int | None, completion: int | None, cost: int, currency: str
    ) -> None:
        """How a request ended; `prompt` and `completion` are None where they are not told, `currency` is empty then."""
        application = self.open.pop(intent, None)
        if application is None:
            self._unknown.discard(intent)
            self._exact = False
            return
        sums = self._of(application)
        sums.outcomes[finish] = sums.outcomes.get(finish, 0) + 1
        sums.uncounted += prompt is None or completion is None
        sums.prompt_tokens += prompt or 0
        sums.completion_tokens += completion or 0
        if currency:
            sums.cost[currency] = sums.cost.get(currency, 0) + cost

    def erased(self, index: int, kind: str, intent: int | None) -> None:
        """The next entry is there, but not what it says, nor when."""
        self._exact = False
        if self._hole is None:
            self._hole = index
        if kind == "intent":
            self._unknown.add(index)
        elif intent is not None:
            self.open.pop(intent, None)
            self._unknown.discard(intent)

    def begin(self, index: int, unknown: Iterable[int]) -> None:
        """The first entry that is there is `index`; of the intents before it these are open, and nothing is known."""
        self.first, self._exact, self._unknown = index, False, set(unknown)

    def _of(self, application: str) -> Sums:
        return self._sums.setdefault(application, Sums())


def count(
    days: Days, index: int, kind: str, intent: int | None, blocks: Mapping[str, Mapping[str, Any]]
) -> Span | None:
    """Count an entry from its parsed blocks, well formed; the day that ended before it, if one did."""
    content = blocks["content"]
    ended = days.at(index, moment(content), kind)
    if kind == "intent":
        days.intent(index, blocks["party"]["application"])
    elif kind == "denial":
        days.denial(blocks["party"]["application"])
    elif kind == "outcome" and intent is not None:
        usage, cost = content.get("usage", {}), content.get("cost", {})
        days.outcome(
            intent,
            content["finish"],
            usage.get("prompt_tokens"),
            usage.get("completion_tokens"),
            cost.get("amount", 0),
            cost.get("currency", ""),
        )
    return ended


def moment(content: Mapping[str, Any]) -> int:
    """The latest of an entry's times, Unix ms; 0 where it has none."""
    times = content.get("times")
    if not isinstance(times, dict):
        return 0
    return max((time for time in times.values() if time.__class__ is int), default=0)


def shown_day(number: int) -> str:
    """Days since 1970-01-01 as a date."""
    return date.fromordinal(_EPOCH + min(number, _LAST)).isoformat()


def summary_blocks(span: Span, durability: str, now: int) -> list[tuple[bytes, bytes, bytes]]:
    """The blocks of the entries that tell of a day: one, or as many as its applications need."""
    parts = _parts(span.applications)
    blocks = []
    for number, applications in enumerate(parts, 1):
        decision: dict[str, Any] = {"day": span.day, "durability": durability, "from": span.first, "to": span.end}
        if len(parts) > 1:
            decision |= {"part": number, "parts": len(parts)}
        content = {"applications": applications, "times": {"finished": now}}
        blocks.append((canon.encode({}), canon.encode(decision), canon.encode(content)))
    return blocks


def _parts(applications: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    parts: list[list[dict[str, Any]]] = [[]]
    size = 0
    for application in applications:
        length = len(canon.encode(application)) + 1
        if parts[-1] and (size + length > MAX_BLOCK_BYTES - 128 or len(parts[-1]) >= MAX_PART):
            parts.append([])
            size = 0
        parts[-1].append(application)
        size += length
    return parts


def _decimal(amount: int) -> str:
    whole, rest = divmod(amount, 10**_NANO)
    fraction = f"{rest:0{_NANO}d}".rstrip("0")
    return f"{whole}.{fraction}" if fraction else str(whole)
