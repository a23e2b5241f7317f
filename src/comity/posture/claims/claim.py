"""A claim as it was read: what must never, or always, be so."""

from __future__ import annotations

from datetime import date
from typing import Literal, TypeAlias

from msgspec import Struct

Order: TypeAlias = Literal[">=", "<=", "=", ""]


class Term(Struct, frozen=True):
    """`KEY:WORD|WORD`, or with `!` before the words that it is none of them. `key` is a row of `claims.terms`."""

    key: str
    words: tuple[str, ...]
    negated: bool = False

    def __str__(self) -> str:
        return f"{self.key}:{'!' if self.negated else ''}{'|'.join(self.words)}"


class Never(Struct, frozen=True):
    """No case that fits is permitted at a place that fits."""


class Obliges(Struct, frozen=True):
    """Whatever case fits, the deployment that serves it obliges to this."""

    key: str
    order: Order = ""
    value: str = ""


class AtLeast(Struct, frozen=True):
    """So many deployments are permitted, independent of one another by one of these kinds; by none: any."""

    number: int
    kinds: tuple[str, ...] = ()


class Claim(Struct, frozen=True):
    """One claim.

    Attributes:
        says: what is claimed.
        case: terms that a case must fit, all of them.
        place: terms that one place where it is processed must fit, all of them.
        unless: excuses: whoever fits all terms of one of them is excused.
        adding: what requests may add to the registered case, where the claim counts deployments.
        apps: the applications that it speaks of; none: every case that can be formed.
        unless_observed: applications in observe mode are excused.
        since, until: the days from and to which it must hold; neither: the day on which it is asked.
    """

    text: str
    says: Never | Obliges | AtLeast
    case: tuple[Term, ...] = ()
    place: tuple[Term, ...] = ()
    unless: tuple[tuple[Term, ...], ...] = ()
    adding: tuple[Term, ...] = ()
    apps: tuple[str, ...] = ()
    unless_observed: bool = False
    since: date | None = None
    until: date | None = None

    @property
    def dated(self) -> bool:
        """Whether it speaks of more than one day."""
        return self.since is not None or self.until is not None
