"""Hardware-nationalism lag: machines age and fail, no new chips come from one day on, local ones from a later day.

By the month, for each cohort of machines bought together: of those running, a part fails, h = AFR / 12 x wear^(age in
years); spares replace them until there are none, and then capacity is gone. Local chips arrive each month from their
day on, with a performance that is a part of the banned ones'. Value is stranded where machines stand failed and
nothing may replace them before the end of their book life.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, NamedTuple

from msgspec import Meta

from comity.posture.futures.months import month_of, shown
from comity.posture.futures.outlook import Baseline, Grid, Outlook, Plot, Series, figure
from comity.stack.record import Currency, NonNegative, Record

MOST_ROWS = 40
"""Cohorts of the table; the figures have all."""

Count = Annotated[float, Meta(gt=0, le=1e8)]


class Cohort(Record, frozen=True):
    """Machines bought together: from when they run, how many, what each cost. Of those that are still to come, none
    comes that would after the ban.
    """

    since: date
    units: Count
    price: NonNegative = 0.0
    performance: Annotated[float, Meta(gt=0, le=1_000)] = 1.0


class Order(Record, frozen=True):
    """Machines that would have come: each month so many from `since` on, until the ban."""

    since: date
    a_month: NonNegative
    price: NonNegative = 0.0
    performance: Annotated[float, Meta(gt=0, le=1_000)] = 1.0


class Local(Record, frozen=True):
    """Chips that no control reaches: from when, how many a month, with which part of a banned unit's performance."""

    since: date
    a_month: NonNegative
    performance: Annotated[float, Meta(gt=0, le=100)]
    price: NonNegative = 0.0


class HardwareLag(Record, frozen=True):
    """Parameters of `kind: hardware-lag`. Capacity and demand are in units of performance 1."""

    start: date
    ban: date
    cohorts: Annotated[tuple[Cohort, ...], Meta(min_length=1, max_length=200)]
    demand: Count
    growth: Annotated[float, Meta(ge=0.01, le=100)] = 1.0  # of demand, by which it is multiplied each year
    order: Order | None = None
    local: Local | None = None
    failures: Annotated[float, Meta(ge=0, le=1)] = 0.09  # of a machine a year, when new
    wear: Annotated[float, Meta(ge=1, le=3)] = 1.15
    spares: Annotated[float, Meta(ge=0, le=1)] = 0.05  # of the units of a cohort
    book_life: Annotated[int, Meta(ge=1, le=30)] = 5
    currency: Currency = "EUR"  # of prices
    months: Annotated[int, Meta(ge=1, le=360)] = 96


class Fleet(NamedTuple):
    """One cohort as it goes: capacity by month, and machines failed and not replaced by month."""

    name: str
    capacity: tuple[float, ...]
    dead: tuple[float, ...]
    price: float
    since: int
    foreign: bool


def run_down(
    units: float, age: int, months: int, params: HardwareLag, replaced: int
) -> tuple[list[float], list[float]]:
    """Units that run, and units that stand failed, at the end of each month.

    Args:
        units: that run at the start, with their spares beside them.
        age: in months, at the start.
        months: to go.
        params: rates.
        replaced: months, from the start, in which failed ones can be bought anew.
    """
    running, failed, spare = units, 0.0, units * params.spares
    alive, dead = [], []
    for month in range(months):
        hazard = params.failures / 12 * params.wear ** ((age + month) / 12)
        lost = running * min(1.0, hazard)
        if month >= replaced:
            used = min(lost, spare)
            spare -= used
            running -= lost - used
            failed += lost - used
        alive.append(running)
        dead.append(failed)
    return alive, dead


def fleets(params: HardwareLag) -> list[Fleet]:
    """Every cohort over the months from `start`: those that stand, those ordered before the ban, and local ones."""
    start, ban = month_of(params.start), month_of(params.ban)
    made = []
    for cohort in params.cohorts:
        if month_of(cohort.since) >= max(ban, start + 1):
            continue  # the ban came before these did
        name = f"of {shown(month_of(cohort.since))}"
        made.append(
            _fleet(params, name, month_of(cohort.since), cohort.units, cohort.performance, cohort.price, ban - start)
        )
    if params.order is not None:
        for month in range(max(start, month_of(params.order.since)), min(ban, start + params.months)):
            if params.order.a_month:
                o = params.order
                made.append(_fleet(params, f"of {shown(month)}", month, o.a_month, o.performance, o.price, ban - start))
    if params.local is not None and params.local.a_month:
        for month in range(max(start, month_of(params.local.since)), start + params.months):
            each = params.local
            never = params.months + 1
            made.append(
                _fleet(params, "local", month, each.a_month, each.performance, each.price, never, foreign=False)
            )
    return made


def _fleet(
    params: HardwareLag,
    name: str,
    since: int,
    units: float,
    performance: float,
    price: float,
    replaced: int,
    foreign: bool = True,
) -> Fleet:
    start = month_of(params.start)
    wait = max(0, since - start)
    age = max(0, start - since)
    alive, dead = run_down(units, age, params.months - wait, params, replaced - wait)
    return Fleet(
        name,
        tuple([0.0] * wait + [each * performance for each in alive]),
        tuple([0.0] * wait + dead),
        price,
        since,
        foreign,
    )


def book_value(price: float, age: int, life_years: int) -> float:
    """What is left of a price after so many months, written off evenly."""
    return price * max(0.0, 1 - age / (12 * life_years))


def stranded_by(fleet: Fleet, start: int, params: HardwareLag) -> list[float]:
    """Value stranded up to the end of each month: book value of machines in the month in which they fail for good."""
    total, value = 0.0, []
    for month in range(params.months):
        newly = fleet.dead[month] - (fleet.dead[month - 1] if month else 0.0)
        total += newly * book_value(fleet.price, start + month - fleet.since, params.book_life)
        value.append(total)
    return value


def hardware_lag(params: HardwareLag, baseline: Baseline | None) -> Outlook:
    """The outlook: capacity by month against demand, the first month that is not met, what is stranded."""
    del baseline  # tokens say nothing of units
    start = month_of(params.start)
    each = fleets(params)
    months = range(params.months)
    foreign = [sum(fleet.capacity[month] for fleet in each if fleet.foreign) for month in months]
    local = [sum(fleet.capacity[month] for fleet in each if not fleet.foreign) for month in months]
    capacity = [a + b for a, b in zip(foreign, local, strict=True)]
    demand = [params.demand * params.growth ** (month / 12) for month in months]
    short = [month for month in months if capacity[month] < demand[month] * (1 - 1e-12)]
    stranded = [sum(values) for values in zip(*(stranded_by(f, start, params) for f in each), strict=True)]
    priced = any(fleet.price for fleet in each if fleet.foreign)
    unmet = sum(max(0.0, d - c) for d, c in zip(demand, capacity, strict=True)) / sum(demand)
    first = shown(start + short[0]) if short else None
    again = (
        next((month for month in range(short[0], params.months) if month not in set(short)), None) if short else None
    )
    worst = min(months, key=lambda month: capacity[month] / demand[month])
    figures = (
        figure("first_unmet", "first month whose demand is not met", first),
        figure("met_again", "first month after it that is met", None if again is None else shown(start + again)),
        figure("unmet", "part of all demand that is not met", unmet, "", 3),
        figure("lowest", "lowest part of a month's demand that is met", capacity[worst] / demand[worst], "", 3),
        figure("lowest_in", "in", shown(start + worst)),
        figure("stranded", "value stranded by the end", stranded[-1] if priced else None, params.currency, 0),
        figure("left", "capacity left of what ran at the ban", _left(params, foreign), "", 3),
    )
    times = tuple(shown(start + month) for month in months)
    lines = [Series("capacity", tuple(capacity)), Series("demand", tuple(demand))]
    if any(local):
        lines.insert(1, Series("of it local", tuple(local)))
    marks = _marks(params, times)
    plots = [Plot("Capacity and demand", "units", times, tuple(lines), marks)]
    if priced:
        plots.append(Plot("Value stranded", params.currency, times, (Series("stranded", tuple(stranded)),), marks))
    return Outlook(
        "hardware-lag",
        _headline(params, first, None if again is None else shown(start + again), unmet),
        figures,
        tuple(plots),
        (_cohorts(params, each, start, priced),),
        (
            "Failure rates of training fleets are an upper bound of replacements: many faults are repaired.",
            "Spares are whole machines, and are used before capacity is lost.",
            "Book value is written off evenly; what machines could be sold for is not known.",
        ),
    )


def _left(params: HardwareLag, foreign: list[float]) -> float | None:
    at = month_of(params.ban) - month_of(params.start)
    if not 0 <= at < params.months or not foreign[at]:
        return None
    return foreign[-1] / foreign[at]


def _headline(params: HardwareLag, first: str | None, again: str | None, unmet: float) -> tuple[str, ...]:
    if first is None:
        return (f"Demand is met in all {params.months} months, whatever the ban of {params.ban.isoformat()}.",)
    until = f"until {again}" if again else "to the end"
    return (
        f"Demand is first not met in {first}, {until}; {unmet:.0%} of all demand over {params.months} months is not.",
    )


def _marks(params: HardwareLag, times: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    days = [(params.ban, "no new chips")]
    if params.local is not None:
        days.append((params.local.since, "local chips"))
    return tuple((at, says) for day, says in days if (at := shown(month_of(day))) in times)


def _cohorts(params: HardwareLag, each: list[Fleet], start: int, priced: bool) -> Grid:
    """One row for each foreign cohort, and one for all that are local."""
    columns = ("cohort", "capacity at the end", "spares gone", f"stranded, {params.currency}")
    rows = []
    for fleet in [one for one in each if one.foreign][:MOST_ROWS]:
        gone = next((month for month, dead in enumerate(fleet.dead) if dead > 0), None)
        rows.append(
            (
                fleet.name,
                f"{fleet.capacity[-1]:.1f}",
                shown(start + gone) if gone is not None else "never",
                f"{stranded_by(fleet, start, params)[-1]:,.0f}",
            )
        )
    local = [fleet for fleet in each if not fleet.foreign]
    if local:
        total = sum(fleet.capacity[-1] for fleet in local)
        rows.append((f"local, from {shown(local[0].since)}", f"{total:.1f}", "never", "0"))
    told = len(columns) if priced else len(columns) - 1
    return Grid("Cohorts", columns[:told], tuple(row[:told] for row in rows))
