"""A log made ready for scenarios: its groups gathered by what a decision can tell apart, once for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from msgspec import Struct

from comity.posture.replay.groups import Asked, Groups, Sums


class Question(Struct, frozen=True, cache_hash=True):
    """What is put to a world: all of `Asked` that a decision rests on."""

    application: str
    operation: str
    added: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
    model: str
    wish: str
    realm: str
    conditions: str


class Lot(Struct):
    """Requests that asked the same and met the same: `deployment` answered, "" if none did.

    Attributes:
        served: whether they were placed.
        sums: of all of them.
        months: requests and tokens by month.
        apart: requests by question, where they are of several realms; `question` is one of these then.
    """

    question: Question
    deployment: str
    served: bool
    sums: Sums
    months: dict[str, tuple[int, int]]
    apart: dict[Question, int] = {}

    @property
    def asked(self) -> Mapping[Question, int]:
        """Requests by question: one question in each realm."""
        return self.apart or {self.question: self.sums.n}


class Log(Struct):
    """A log's lots; `placements` are the digests that it has for each question, with how many requests have them."""

    lots: tuple[Lot, ...]
    placements: dict[Question, dict[str, int]]
    groups: int
    first: str
    last: str

    @property
    def questions(self) -> tuple[Question, ...]:
        """Each distinct question, once."""
        return tuple(self.placements)


def log_of(groups: Groups) -> Log:
    """The log of these groups."""
    lots: dict[tuple[Question, str, bool], Lot] = {}
    placements: defaultdict[Question, dict[str, int]] = defaultdict(dict)
    for asked, sums in groups.items():
        question = question_of(asked)
        served = asked.status != "refused"
        key = question, asked.deployment, served
        lot = lots.get(key)
        if lot is None:
            lot = lots[key] = Lot(question, asked.deployment, served, Sums(), {})
        lot.sums = lot.sums + sums
        n, tokens = lot.months.get(asked.period, (0, 0))
        lot.months[asked.period] = n + sums.n, tokens + sums.tokens
        counts = placements[question]
        counts[asked.placement] = counts.get(asked.placement, 0) + sums.n
    periods = sorted({asked.period for asked in groups if asked.period})
    return Log(
        tuple(lots.values()),
        dict(placements),
        len(groups),
        periods[0] if periods else "",
        periods[-1] if periods else "",
    )


def question_of(asked: Asked) -> Question:
    """The question that a group asked."""
    return Question(
        asked.application, asked.operation, asked.added, asked.model, asked.wish, asked.realm, asked.conditions
    )


def total(lots: Iterable[Lot]) -> int:
    """How many requests there are in all of these."""
    return sum(lot.sums.n for lot in lots)
