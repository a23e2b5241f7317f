"""Cost, time, energy and carbon of a replay as tables and charts, each in a unit that reads well."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple

from comity.charts.bars import before_after
from comity.charts.chart import Chart, Table
from comity.charts.figures import Number, change, exact, headed, rounded
from comity.posture.replay.report import Amounts, Measure, Report

MOST_APPLICATIONS = 12  # a reader looks for what changes, and by how much; JSON has all


class _Amount(NamedTuple):
    name: str
    pick: Callable[[Amounts], Decimal | None]
    units: tuple[tuple[str, Decimal], ...]  # from small to large; none for money, which has the stack's currency


_AMOUNTS = (
    _Amount("cost", lambda side: side.cost * Decimal("1e-9"), ()),
    _Amount(
        "time to the first byte, mean",
        lambda side: None if side.latency_ms is None else Decimal(side.latency_ms),
        (("ms", Decimal(1)),),
    ),
    _Amount(
        "energy",
        lambda side: Decimal(side.energy_wh.value),
        (("Wh", Decimal(1)), ("kWh", Decimal(1000)), ("MWh", Decimal(10**6))),
    ),
    _Amount(
        "carbon",
        lambda side: Decimal(side.carbon_g.value),
        (("g CO₂e", Decimal(1)), ("kg CO₂e", Decimal(1000)), ("t CO₂e", Decimal(10**6))),
    ),
)


def side_by_side(report: Report) -> Table:
    """All amounts of all requests, before and after; of energy and carbon the bands too."""
    before, after = report.total.before, report.total.after
    counts = (
        ("requests that are placed", before.requests, after.requests),
        ("tokens in", before.prompt_tokens, after.prompt_tokens),
        ("tokens out", before.completion_tokens, after.completion_tokens),
    )
    rows = [(name, exact(old), exact(new), change(old, new)) for name, old, new in counts]
    for amount in _AMOUNTS:
        old, new = amount.pick(before), amount.pick(after)
        unit, size = _unit(amount, (old, new), report)
        rows.append((amount.name, rounded(_over(old, size), unit), rounded(_over(new, size), unit), change(old, new)))
    return Table(("", "before", "after", "change"), tuple(rows))


def bands(report: Report) -> Table:
    """Energy and carbon between their low and high, and of how many requests they are estimated."""
    sides = (("before", report.total.before), ("after", report.total.after))
    rows = []
    for amount, measure in ((_AMOUNTS[2], _energy), (_AMOUNTS[3], _carbon)):
        unit, size = _unit(amount, [Decimal(measure(side).high) for _, side in sides], report)
        for name, side in sides:
            held = measure(side)
            figures = (rounded(Decimal(each) / size) for each in (held.low, held.value, held.high))
            rows.append((f"{amount.name} {name}, {unit}", *figures, _among(held.estimated, side.requests)))
    return Table(("", "low", "middle", "high", "estimated for"), tuple(rows))


def _among(part: int, whole: int) -> str:
    return "none of them" if not part else "all of them" if part == whole else f"{exact(part)} of {exact(whole)}"


def by_application(report: Report) -> list[Chart]:
    """Each amount before and after, of the applications in which it changes most; the most of them first."""
    charts = []
    for amount in _AMOUNTS:
        pairs = [(line.name, amount.pick(line.before), amount.pick(line.after)) for line in report.applications]
        moved = sorted((pair for pair in pairs if pair[1] != pair[2]), key=_moved)[:MOST_APPLICATIONS]
        if moved:
            unit, size = _unit(amount, [value for _, *pair in moved for value in pair], report)
            rows = [(name, _over(old, size), _over(new, size)) for name, old, new in moved]
            charts.append(before_after(headed(amount.name.capitalize(), unit), rows, unit))
    return charts


def _moved(pair: tuple[str, Decimal | None, Decimal | None]) -> Decimal:
    _, old, new = pair
    return -abs((new or Decimal(0)) - (old or Decimal(0)))


def _unit(amount: _Amount, values: Sequence[Number | None], report: Report) -> tuple[str, Decimal]:
    most = max((Decimal(value) for value in values if value is not None), default=Decimal(0))
    fitting = [unit for unit in amount.units if unit[1] <= most]
    return (fitting or amount.units or ((report.currency, Decimal(1)),))[-1 if fitting else 0]


def _over(value: Decimal | None, size: Decimal) -> Decimal | None:
    return None if value is None else value / size


def _energy(side: Amounts) -> Measure:
    return side.energy_wh


def _carbon(side: Amounts) -> Measure:
    return side.carbon_g
