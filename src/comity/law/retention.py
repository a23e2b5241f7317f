"""How long what is kept must be kept, may be kept, and when it may be erased: durations of law, and days."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta

from msgspec import Struct

from comity.law.obligations import parsed, seconds
from comity.stack.sworn import LegalHold

FLOOR, CEILING = "log.retain_min", "log.content_max"

_DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(T.+)?")


class Retention(Struct, frozen=True):
    """The times that bind, each with the rule that sets it: entries at least `floor`, content at most `ceiling`.

    All of them are kept: which of P6M and P183D ends later depends on the day from which they run.
    """

    floor: tuple[tuple[str, str], ...] = ()
    ceiling: tuple[tuple[str, str], ...] = ()

    def kept_until(self, entered: date) -> date:
        """The last day on which an entry of the day `entered` must still be there."""
        return max((after(entered, duration) for duration, _ in self.floor), default=entered)

    def due_on(self, entered: date) -> date | None:
        """The day after which content of the day `entered` must be gone; None where no time is set.

        Where a floor reaches further the floor holds: what law obliges to keep is not kept longer than necessary.
        """
        if not self.ceiling:
            return None
        return max(min(after(entered, duration) for duration, _ in self.ceiling), self.kept_until(entered))


class Erasure(Struct, frozen=True):
    """Whether something may be erased. If not: until when at least, and for which reasons (rule ids, or a hold's)."""

    may: bool
    until: date | None = None
    because: tuple[str, ...] = ()


def retention(obligations: Iterable[tuple[str, str]]) -> Retention:
    """The times in (rule, obligation) pairs. Words such as `necessary` set none."""
    floor: set[tuple[str, str]] = set()
    ceiling: set[tuple[str, str]] = set()
    for rule, text in obligations:
        for key, value in parsed(text):
            if key in (FLOOR, CEILING) and seconds(value) is not None:
                (floor if key == FLOOR else ceiling).add((value, rule))
    return Retention(tuple(sorted(floor)), tuple(sorted(ceiling)))


def erasure(entered: date, today: date, application: str, kept: Retention, holds: Iterable[LegalHold] = ()) -> Erasure:
    """Whether what was entered on the day `entered` for `application` may be erased `today`.

    Not while a law obliges to keep it (GDPR Art. 17(3)(b)), nor while a legal hold lies on it (Art. 17(3)(e)).
    """
    reasons: list[tuple[date, str]] = []
    for duration, rule in kept.floor:
        end = after(entered, duration)
        if today <= end:
            reasons.append((end, f"{rule}: {FLOOR}={duration}"))
    for hold in holds:
        if (hold.applications is None or application in hold.applications) and today <= hold.until:
            reasons.append((hold.until, f"legal hold: {hold.why}"))
    if not reasons:
        return Erasure(may=True)
    return Erasure(may=False, until=max(end for end, _ in reasons), because=tuple(sorted(why for _, why in reasons)))


def after(start: date, duration: str) -> date:
    """The last day of an ISO 8601 duration that begins on the day `start`, by the calendar: a month after 31 January
    is the last of February. Hours and less round up to a day.

    Raises:
        ValueError: `duration` is none.
    """
    found = _DURATION.fullmatch(duration)
    if found is None or seconds(duration) is None:
        raise ValueError(f"{duration!r} is no duration")
    *dated, clock = found.groups()
    years, months, weeks, days = (int(number or 0) for number in dated)
    hours = -(-(seconds(f"P{clock}") or 0) // 86_400) if clock else 0
    month = start.month - 1 + months
    year = start.year + years + month // 12
    if year > date.max.year - 1 - (7 * weeks + days) // 366:
        return date.max
    day = min(start.day, monthrange(year, month % 12 + 1)[1])
    return date(year, month % 12 + 1, day) + timedelta(days=7 * weeks + days + hours)
