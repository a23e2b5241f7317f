"""The comparison: pure, and the same whatever the file was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple, TypeAlias

from comity.evidence.reconcile.sums import MEASURES, Key, Side, Sums

Kind: TypeAlias = Literal["only-invoice", "only-log", "differs", "not-compared"]


class Difference(NamedTuple):
    """Where the sides do not agree, or have nothing in common by which they could. `measure` is one of MEASURES or a
    currency; empty if all of it is on one side, or none of it can be compared."""

    kind: Kind
    key: Key
    measure: str
    invoice: Decimal
    log: Decimal
    lines: tuple[int, ...]
    unsure: int


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The result.

    Attributes:
        differences: in the order of days and names.
        agreed: keys on which both sides agree.
        invoice, log: the sums of each side.
        uncompared: currencies of which one side knows nothing.
    """

    differences: tuple[Difference, ...]
    agreed: int
    invoice: Sums
    log: Sums
    uncompared: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def compare(invoice: Side, log: Side, tolerance: Decimal) -> Reconciled:
    """Compare key by key; two numbers agree if they differ by at most `tolerance` of the larger one (0.01 is 1 %)."""
    differences: list[Difference] = []
    agreed = 0
    for key in sorted({*invoice, *log}):
        ours, theirs = log.get(key, Sums()), invoice.get(key, Sums())
        found = list(_differences(key, theirs, ours, tolerance))
        differences += found
        agreed += not found
    totals = _total(invoice), _total(log)
    uncompared = {*totals[0].money} ^ {*totals[1].money}
    return Reconciled(tuple(differences), agreed, *totals, tuple(sorted(uncompared)))


def _differences(key: Key, invoice: Sums, log: Sums, tolerance: Decimal) -> Iterator[Difference]:
    lines, unsure = tuple(invoice.lines), log.unsure
    if log.empty and not invoice.empty:
        yield Difference("only-invoice", key, "", Decimal(0), Decimal(0), lines, unsure)
        return
    if invoice.empty and not log.empty:
        yield Difference("only-log", key, "", Decimal(0), Decimal(0), lines, unsure)
        return
    if log.empty:
        return
    compared = False
    told_apart = {"prompt_tokens", "completion_tokens"} <= {*invoice.counts} & {*log.counts}
    for measure in MEASURES:
        theirs, ours = invoice.count(measure), log.count(measure)
        if theirs is None or ours is None or (measure == "tokens" and told_apart):
            continue
        compared = True
        if _apart(theirs, ours, tolerance):
            yield Difference("differs", key, measure, theirs, ours, lines, unsure)
    shared = {*invoice.money} & {*log.money}
    if not (compared or shared) or (shared and {*invoice.money} - shared):
        # an invoice in another currency, or partly, is no invoice that agrees
        yield Difference("not-compared", key, "", Decimal(0), Decimal(0), lines, unsure)
    for currency in sorted(shared):
        theirs, ours = invoice.money[currency], log.money[currency]
        if _apart(theirs, ours, tolerance):
            yield Difference("differs", key, currency, theirs, ours, lines, unsure)


def _apart(one: Decimal, other: Decimal, tolerance: Decimal) -> bool:
    return abs(one - other) > tolerance * max(abs(one), abs(other))


def _total(side: Side) -> Sums:
    total = Sums()
    for each in side.values():
        total.add(each.counts, each.money)
        total.unsure += each.unsure
    return total
