"""Open-source convergence: how long a model of one's own stays ahead of the best open weights.

From a table of scores that the user supplies: at each date, what the own model and the best open weights reach on the
same benchmark. The lead is not monotone, so it is taken as a series that reverts to a mean and is shocked:

    lead[t+1] = mean + k (lead[t] - mean) + e,   e ~ N(0, s)      (months; k^gap between dates that lie apart)

k and the mean are fitted by least squares, and s by what is left, each error over its own gap; `drift` moves the mean
by so many points a month. The case is lost at the first month in which the lead is below `worth`: the points below
which only language, law, provenance of data or assurance of supply speak for pre-training.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from statistics import NormalDist
from typing import Annotated, NamedTuple

from msgspec import Meta

from comity.posture.futures.draws import quantile, uniform
from comity.posture.futures.months import month_of, shown
from comity.posture.futures.outlook import Baseline, Grid, Outlook, Plot, Series, figure
from comity.stack.record import Currency, NonNegative, Record

LEAST_ROWS = 4
"""Below these a mean, a persistence and a spread cannot be told apart at all."""

STEADY = 0.98
"""Most persistence: above it a series has no mean to revert to."""

QUANTILES = ((0.1, 0.9), (0.25, 0.75))


class Scored(Record, frozen=True):
    """What both reached on one day."""

    date: date
    own: float
    open: float


class Convergence(Record, frozen=True):
    """Parameters of `kind: convergence`."""

    scores: Annotated[tuple[Scored, ...], Meta(min_length=LEAST_ROWS, max_length=2_000)]
    worth: float = 0.0
    drift: float = 0.0
    months: Annotated[int, Meta(ge=1, le=240)] = 36
    draws: Annotated[int, Meta(ge=16, le=20_000)] = 2_000
    seed: Annotated[int, Meta(ge=0, le=2**32 - 1)] = 1
    programme: NonNegative = 0.0  # cost of pre-training a year
    currency: Currency = "EUR"
    unit: str = "points"


class Fit(NamedTuple):
    """The series: where it reverts to, how much of a month's distance stays, the spread of a month's shock."""

    mean: float
    persistence: float
    spread: float


def fit(leads: Sequence[tuple[int, float]]) -> Fit:
    """Least squares over consecutive rows, the persistence searched on a grid that is the same for all.

    Args:
        leads: month and lead, by month.
    """
    best: tuple[float, Fit] | None = None
    for step in range(int(STEADY * 100) + 1):
        k = step / 100
        pairs = [(max(1, there - here), before, after) for (here, before), (there, after) in pairwise(leads)]
        weight = sum((1 - k**gap) ** 2 for gap, _, _ in pairs)
        mean = sum((1 - k**gap) * (after - k**gap * before) for gap, before, after in pairs) / weight
        errors = [(gap, after - mean - k**gap * (before - mean)) for gap, before, after in pairs]
        total = sum(error * error for _, error in errors)
        if best is None or total < best[0]:
            shocks = sum(error * error / _shocks_within(gap, k) for gap, error in errors)
            best = total, Fit(mean, k, (shocks / max(1, len(errors) - 2)) ** 0.5)
    assert best is not None
    return best[1]


def _shocks_within(gap: int, k: float) -> float:
    """How many times the variance of one month's shock has come together over so many months."""
    return (1 - k ** (2 * gap)) / (1 - k * k)


def paths(params: Convergence, start: float, found: Fit) -> list[list[float]]:
    """Leads by month, one list for each draw; antithetic pairs, so that their mean is the path without shocks."""
    normal, chance = NormalDist(), uniform(params.seed)
    shocks: list[list[float]] = []
    while len(shocks) < params.draws:
        row = [normal.inv_cdf(next(chance)) * found.spread for _ in range(params.months)]
        shocks += [row, [-shock for shock in row]]
    made = []
    for row in shocks[: params.draws]:
        lead, path = start, []
        for month, shock in enumerate(row):
            mean = found.mean + params.drift * (month + 1)
            lead = mean + found.persistence * (lead - mean) + shock
            path.append(lead)
        made.append(path)
    return made


def convergence(params: Convergence, baseline: Baseline | None) -> Outlook:
    """The outlook: bands of the lead, and by when the case is lost."""
    rows = sorted(params.scores, key=lambda each: each.date)
    leads = [(month_of(each.date), each.own - each.open) for each in rows]
    found = fit(leads)
    last, start = leads[-1]
    drawn = paths(params, start, found)
    lost = [next((at for at, lead in enumerate(path) if lead < params.worth), None) for path in drawn]
    gone = sorted(at for at in lost if at is not None)
    part = len(gone) / len(lost)
    middle = gone[len(lost) // 2] if len(gone) > len(lost) // 2 else None
    already = start < params.worth
    when = "now" if already else shown(last + 1 + middle) if middle is not None else None
    figures = [
        figure("lead", "lead now", start, params.unit),
        figure("mean", "the lead reverts to", found.mean, params.unit),
        figure("persistence", "of a distance stays after a month", found.persistence),
        figure("spread", "shock of a month, standard deviation", found.spread, params.unit),
        figure("lost", f"chance that it falls below its worth within {params.months} months", part),
        figure("lost_by", "month by which that is as likely as not", when),
    ]
    if params.programme and baseline is not None:
        each = params.programme / (baseline.tokens_per_year / 1e6)
        unit = f"{params.currency} per 10^6 tokens"
        figures.append(figure("programme", "cost of the lead, at the log's pace", each, unit))
    times = (*(shown(month) for month, _ in leads), *(shown(last + 1 + at) for at in range(params.months)))
    return Outlook(
        "convergence",
        _headline(params, start, part, when),
        tuple(figures),
        (_plot(params, leads, drawn, times),),
        (
            Grid(
                "The scores",
                ("date", "own", "best open weights", "lead"),
                tuple((e.date.isoformat(), f"{e.own:g}", f"{e.open:g}", f"{e.own - e.open:+.2f}") for e in rows),
            ),
        ),
        (
            f"Fitted to {len(rows)} rows: a lead that went down may come back, and the other way round.",
            "A lead on one benchmark is not a lead in the language or the law that the model was made for.",
            "Where the lead is gone, language, law, provenance of data or assurance of supply may still be a case.",
        ),
    )


def _headline(params: Convergence, start: float, part: float, when: str | None) -> tuple[str, ...]:
    at = f"{start:+.1f} {params.unit}"
    if start < params.worth:
        return (f"The case is lost now: the lead is {at}, and {params.worth:g} were worth it.",)
    by = f"; by {when} that is as likely as not" if when else ""
    chance = f"with a chance of {part:.0%}"
    return (f"The lead is {at}. Within {params.months} months it falls below {params.worth:g} {chance}{by}.",)


def _plot(
    params: Convergence, leads: Sequence[tuple[int, float]], drawn: list[list[float]], times: tuple[str, ...]
) -> Plot:
    past = tuple(lead for _, lead in leads)
    by_month = list(zip(*drawn, strict=True))
    bands = tuple(
        (
            f"{low:.0%} to {high:.0%}",
            (*past, *(quantile(month, low) for month in by_month)),
            (*past, *(quantile(month, high) for month in by_month)),
        )
        for low, high in QUANTILES
    )
    middle = (*past, *(quantile(month, 0.5) for month in by_month))
    line = Series("worth it", tuple(params.worth for _ in times))
    return Plot("Lead over the best open weights", params.unit, times, (Series("lead", middle, bands), line))
