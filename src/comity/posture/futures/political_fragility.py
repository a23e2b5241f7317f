"""Political fragility: public programmes take years to buy, and stop when governments change.

By the month: a procurement takes a time drawn from a triangle; then machines are built and serve. At each election,
with its chance, funding is cut by a part: what serves runs on with the rest, after a notice; what is not yet bought
stops, and is procured anew when funding restarts. Draws are seeded, so the same document says the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from msgspec import Meta
from msgspec.structs import replace

from comity.posture.futures.draws import quantile, triangular, uniform
from comity.posture.futures.months import month_of, shown
from comity.posture.futures.outlook import Baseline, Grid, Outlook, Plot, Series, figure
from comity.stack.record import Currency, NonNegative, Record

Part = Annotated[float, Meta(ge=0, le=1)]
Months = Annotated[int, Meta(ge=0, le=240)]


class Procurement(Record, frozen=True):
    """Months from a decision to an award: least, most likely, most.

    18 to 36: Source: Tracxn, data to 2 March 2026. 22: the average of government's purchases of technology (Gartner,
    2022, as reported), taken for the most likely.
    """

    least: Annotated[float, Meta(ge=0, le=240)] = 18.0
    likely: Annotated[float, Meta(ge=0, le=240)] = 22.0
    most: Annotated[float, Meta(ge=0, le=240)] = 36.0

    def __post_init__(self) -> None:
        """Raises ValueError where the three do not follow one another."""
        if not self.least <= self.likely <= self.most:
            raise ValueError("the least, the most likely and the most months do not follow one another")


class Election(Record, frozen=True):
    """A day on which funding may be cut: with which chance, by which part, and when it restarts, if it does."""

    date: date
    chance: Part
    cut: Part
    restart_months: Months | None = None


class PoliticalFragility(Record, frozen=True):
    """Parameters of `kind: political-fragility`."""

    decided: date
    elections: Annotated[tuple[Election, ...], Meta(max_length=50)]
    procurement: Procurement = Procurement()
    build_months: Months = 9
    notice_months: Months = 6
    start: date | None = None  # absent: the day of the decision
    today: Part = 0.0  # part of the demand that is served without the programme
    yearly_cost: NonNegative = 0.0
    currency: Currency = "EUR"
    months: Annotated[int, Meta(ge=1, le=360)] = 96
    draws: Annotated[int, Meta(ge=16, le=20_000)] = 2_000
    seed: Annotated[int, Meta(ge=0, le=2**32 - 1)] = 1


def service(params: PoliticalFragility, chance: Iterator[float]) -> list[float]:
    """One draw: the part of the demand that is served, by month."""
    elections = {month_of(each.date): each for each in params.elections if next(chance) < each.chance}
    start = month_of(params.start or params.decided)
    decided = month_of(params.decided)
    ready: int | None = decided + _until_ready(params, chance)
    level, levels, restarts, path = 1.0, dict[int, float](), set[int](), list[float]()
    for month in range(min(start, decided), start + params.months):
        if month in restarts:
            again = month + _until_ready(params, chance)
            if ready is None:
                ready, level = again, 1.0
            else:
                levels[again] = 1.0
        election = elections.get(month)
        if election is not None and election.cut:
            levels = {at: each for at, each in levels.items() if at < month}  # what was to grow again does not
            if ready is not None and month >= ready:
                levels[month + params.notice_months] = min(level, 1.0 - election.cut)
            else:
                ready = None
            if election.restart_months is not None:
                restarts.add(month + max(1, election.restart_months))
        level = levels.get(month, level)
        served = level if ready is not None and month >= ready else 0.0
        if month >= start:
            path.append(max(params.today, served))
    return path


def _until_ready(params: PoliticalFragility, chance: Iterator[float]) -> int:
    bought = params.procurement
    return round(triangular(bought.least, bought.likely, bought.most, next(chance))) + params.build_months


def political_fragility(params: PoliticalFragility, baseline: Baseline | None) -> Outlook:
    """The outlook: service by month with its bands, and what elections cost of it."""
    drawn = [service(params, uniform(seed)) for seed in _seeds(params)]
    calm = [service(_without_cuts(params), uniform(seed)) for seed in _seeds(params)]
    start = month_of(params.start or params.decided)
    times = tuple(shown(start + month) for month in range(params.months))
    begins = [next((month for month, part in enumerate(path) if part > params.today), None) for path in drawn]
    begun = sorted(month for month in begins if month is not None)
    ever = len(begun) / len(drawn)
    mean = sum(map(sum, drawn)) / len(drawn)
    steady = sum(map(sum, calm)) / len(calm)
    first = shown(start + begun[len(drawn) // 2]) if len(begun) > len(drawn) // 2 else None
    figures = [
        figure("first_service", "month by which service is as likely as not", first),
        figure("ever", f"chance that there is any within {params.months} months", ever),
        figure("served", "part of all demand that is served, on average", mean / params.months, "", 3),
        figure("served_without_elections", "the same, if no election cut anything", steady / params.months, "", 3),
        figure("lost_months", "months of full service that elections cost, on average", steady - mean, "months", 1),
    ]
    if params.yearly_cost and mean > 0:
        months = mean - params.today * params.months
        each = params.yearly_cost * params.months / 12 / months if months > 0 else None
        figures.append(figure("cost", "cost of a month of full service, were all of it paid", each, params.currency, 0))
    if baseline is not None:
        tokens = baseline.tokens_per_year * (1 - mean / params.months) * params.months / 12 / 1e6
        figures.append(figure("elsewhere", "10^6 tokens that go elsewhere, at the log's pace", tokens, "", 0))
    return Outlook(
        "political-fragility",
        _headline(params, first, ever, mean, steady),
        tuple(figures),
        (_plot(params, drawn, times),),
        (_elections(params),),
        (
            "A procurement that is stopped begins anew: what was learnt in the first is not credited.",
            "Funding that restarts buys again; it does not bring back what was sold or let go.",
            "Elections are taken as independent of each other, with the chances that the document states.",
        ),
    )


def _seeds(params: PoliticalFragility) -> Iterator[int]:
    """One for each draw, so that a draw with elections is held against the same one without."""
    return (params.seed + (draw << 32) for draw in range(params.draws))


def _without_cuts(params: PoliticalFragility) -> PoliticalFragility:
    return replace(params, elections=tuple(replace(each, chance=0.0) for each in params.elections))


def _headline(
    params: PoliticalFragility, first: str | None, ever: float, mean: float, steady: float
) -> tuple[str, ...]:
    served = f"{mean / params.months:.0%} of the demand over {params.months} months"
    lost = f"elections cost {steady - mean:.0f} months of it"
    if first is None:
        return (f"Service is less likely than not to begin at all ({ever:.0%}); it meets {served}, and {lost}.",)
    return (f"Service begins by {first} as likely as not. It meets {served}; {lost}.",)


def _plot(params: PoliticalFragility, drawn: list[list[float]], times: tuple[str, ...]) -> Plot:
    by_month = list(zip(*drawn, strict=True))
    band = (
        "10% to 90%",
        tuple(quantile(month, 0.1) for month in by_month),
        tuple(quantile(month, 0.9) for month in by_month),
    )
    middle = Series("middle of all draws", tuple(quantile(month, 0.5) for month in by_month), (band,))
    mean = Series("mean", tuple(sum(month) / len(month) for month in by_month))
    marks = tuple((at, "election") for each in params.elections if (at := shown(month_of(each.date))) in times)
    return Plot("Part of the demand that is served", "", times, (middle, mean), marks)


def _elections(params: PoliticalFragility) -> Grid:
    rows = tuple(
        (
            each.date.isoformat(),
            f"{each.chance:.0%}",
            f"{each.cut:.0%}",
            "never" if each.restart_months is None else f"after {each.restart_months} months",
        )
        for each in params.elections
    )
    return Grid("Elections", ("day", "chance of a cut", "part that is cut", "funding restarts"), rows)
