"""What rules oblige to, and the strictest of what several oblige to.

An obligation is text on a rule: `log.retain_min=P6M;disclose.ai`. A key is a duty, its value a measure of it. Where two
rules set the same duty, whoever meets the strictest value has met them all; where values are not measures of one
another, each of them binds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from comity.law.duties import DUTIES, SOONEST, Order

_DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_SECONDS = (31_556_952, 2_629_746, 604_800, 86_400, 3_600, 60, 1)
"""A year is 365.2425 days and a month a twelfth of it (the mean of the Gregorian calendar), so that P12M is P1Y."""


class Due(Struct, frozen=True):
    """One duty at its strictest value. `rules` demand that value; `milder` are other values and who demands them."""

    key: str
    value: str
    rules: tuple[str, ...]
    milder: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def text(self) -> str:
        """It as a rule writes it."""
        return f"{self.key}={self.value}" if self.value else self.key


def order_of(key: str) -> Order:
    """How values of a key compare: the longest is the strictest of what must be kept, the shortest of what must be
    told or may be kept at most; of all else each value binds.
    """
    duty = DUTIES.get(key)
    return duty.order if duty else "each"


def parsed(obligation: str) -> Iterator[tuple[str, str]]:
    """Each (key, value) of an obligation's text; the value is empty where none is stated."""
    for part in filter(None, (each.strip() for each in obligation.split(";"))):
        key, _, value = part.partition("=")
        yield key.strip(), value.strip()


def seconds(duration: str) -> int | None:
    """An ISO 8601 duration in seconds; None if `duration` is none."""
    found = _DURATION.fullmatch(duration)
    if found is None or not any(found.groups()):
        return None
    return sum(int(number) * unit for number, unit in zip(found.groups(), _SECONDS, strict=True) if number)


def strictest(obligations: Iterable[tuple[str, str]]) -> tuple[Due, ...]:
    """What (rule, obligation) pairs come to, by key: one duty for each key whose values compare, else one for each
    value.
    """
    held: dict[str, dict[str, set[str]]] = {}
    for rule, text in obligations:
        for key, value in parsed(text):
            held.setdefault(key, {}).setdefault(value, set()).add(rule)
    return tuple(due for key in sorted(held) for due in _of_key(key, held[key]))


def _of_key(key: str, values: Mapping[str, set[str]]) -> Iterator[Due]:
    measure = _MEASURES[order_of(key)]
    comparable = {value: rank for value in values if (rank := measure(value)) is not None}
    if comparable:
        best = min(comparable, key=lambda value: (comparable[value], value))
        rest = sorted((value for value in comparable if value != best), key=lambda value: (comparable[value], value))
        yield Due(key, best, tuple(sorted(values[best])), tuple((each, tuple(sorted(values[each]))) for each in rest))
    yield from (Due(key, value, tuple(sorted(values[value]))) for value in sorted(values) if value not in comparable)


def _longest(value: str) -> tuple[int, int] | None:
    found = seconds(value)
    return None if found is None else (0, -found)


def _shortest(value: str) -> tuple[int, int] | None:
    if value in SOONEST:
        return 0, SOONEST[value]
    found = seconds(value)
    return None if found is None else (1, found)


_MEASURES: Mapping[Order, Callable[[str], tuple[int, int] | None]] = {
    "longest": _longest,
    "shortest": _shortest,
    "each": lambda _: None,
}
