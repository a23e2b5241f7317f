"""Cost-curve collapse: what own compute costs per million tokens, against an API price that goes on falling.

Own cost of 10^6 tokens, at utilisation u:

    c(u) = (K (1 - s (1+r)^-n) CRF(r, n) + K f + staff + P (0.3 + 0.7 u) PUE 8760 e) / (tps u a 31.536)

K price of an accelerator with its share of everything around it, s what of it is left at the end of its life of n
years, r discount rate, CRF(r, n) = r / (1 - (1+r)^-n), f yearly upkeep as a part of K, P kW, e price of a kWh, tps
tokens a second while busy, a availability; 31.536 are the millions of seconds of a year. A machine that waits draws 30
per cent of its power. Who commits for years compares that with the levelised price of the API, not with today's:

    L = p Σ g^-t d^t / Σ d^t,   d = 1 / (1 + r),   g = g_algorithm g_hardware g_margin

summed by the month, t in years, as tokens are paid. Open weights share g_algorithm after the open lag; g_hardware comes
at the next purchase, when a life is over; g_margin never comes to who owns. To let the API alone fall by the whole of g
is the classic error, so both are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import Annotated

from msgspec import Meta

from comity.posture.futures.outlook import Baseline, Grid, Outlook, Plot, Series, figure
from comity.stack.record import Currency, NonNegative, Record

MILLION_SECONDS = 31.536
HOURS = 8_760
IDLE = 0.3
"""Part of its power that a waiting machine draws."""

Positive = Annotated[float, Meta(gt=0, le=1e12)]
Share = Annotated[float, Meta(ge=0, le=1)]
Years = Annotated[int, Meta(ge=1, le=30)]
TINY = 1e-9
"""A discount rate below it is none: the difference cannot be reckoned."""

GRID = (0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8)
"""Utilisations of the table."""


class Api(Record, frozen=True):
    """What is bought: price of 10^6 tokens now, and by what it is divided each year, in three parts."""

    price: Positive
    algorithm: Annotated[float, Meta(ge=1, le=100)] = 1.0
    hardware: Annotated[float, Meta(ge=1, le=100)] = 1.0
    margin: Annotated[float, Meta(ge=1, le=100)] = 1.0


class Own(Record, frozen=True):
    """What is owned, for each accelerator."""

    price: Positive
    tokens_per_second: Positive
    kilowatts: Positive = 1.3
    life: Years = 5
    left_over: Share = 0.0
    upkeep: Share = 0.06
    staff: NonNegative = 0.0
    availability: Annotated[float, Meta(gt=0, le=1)] = 0.9
    pue: Annotated[float, Meta(ge=1, le=10)] = 1.2
    electricity: NonNegative = 0.10
    open_lag_months: Annotated[float, Meta(ge=0, le=240)] = 4.0


class CostCurve(Record, frozen=True):
    """Parameters of `kind: cost-curve`."""

    api: Api
    own: Own
    utilisation: Annotated[float, Meta(gt=0, le=1)] = 0.4
    discount: Annotated[float, Meta(ge=0, le=1)] = 0.08
    years: Years = 5
    currency: Currency = "EUR"


def capital_recovery(rate: float, years: int) -> float:
    """CRF: the even yearly payment that pays back 1 over so many years."""
    return 1 / years if rate < TINY else rate / (1 - (1 + rate) ** -years)


def own_cost(own: Own, utilisation: float, discount: float, faster: float = 1.0) -> float:
    """Cost of 10^6 tokens at a utilisation; `faster` multiplies the tokens a second."""
    capital = own.price * (1 - own.left_over * (1 + discount) ** -own.life) * capital_recovery(discount, own.life)
    power = own.kilowatts * (IDLE + (1 - IDLE) * utilisation) * own.pue * HOURS * own.electricity
    yearly = capital + own.price * own.upkeep + own.staff + power
    return yearly / (own.tokens_per_second * faster * utilisation * own.availability * MILLION_SECONDS)


def levelised(price: Callable[[float], float], discount: float, years: int) -> float:
    """The even price over so many years that costs what one that changes does, for as many tokens in every month; both
    are paid at the start of the month. `price` is that after so many years.
    """
    times = [month / 12 for month in range(years * 12)]
    weights: list[float] = [(1 + discount) ** -time for time in times]
    return sum(weight * price(time) for weight, time in zip(weights, times, strict=True)) / sum(weights)


def break_even_utilisation(own: Own, price: float, discount: float) -> float | None:
    """The utilisation from which own compute costs no more than `price`; None if it never does.

    c(u) = A / u + B, so it is A / (price - B).
    """
    full = own_cost(own, 1.0, discount)
    per_unit = own.tokens_per_second * own.availability * MILLION_SECONDS
    variable = own.kilowatts * (1 - IDLE) * own.pue * HOURS * own.electricity / per_unit
    if price <= variable:
        return None
    needed = (full - variable) / (price - variable)
    return needed if needed <= 1 else None


def faster_by(api: Api, own: Own, year: float) -> float:
    """By what a token has become cheaper to who owns: what algorithms gave, a lag behind, and what hardware gave up to
    the last purchase.
    """
    bought = own.life * max(0, ceil(year / own.life) - 1)
    return float(api.algorithm ** max(0.0, year - own.open_lag_months / 12) * api.hardware**bought)


def crossing(params: CostCurve) -> float | None:
    """Years until the API's price of the day is below own cost of the day; 0 if it is now, None if not in time."""
    times = (month / 12 for month in range(params.years * 12 + 1))
    return next((time for time in times if api_price(params.api, time) < cost_after(params, time)), None)


def cost_after(params: CostCurve, year: float) -> float:
    """Own cost of 10^6 tokens after so many years."""
    return own_cost(params.own, params.utilisation, params.discount, faster_by(params.api, params.own, year))


def api_price(api: Api, year: float) -> float:
    """Price of 10^6 tokens after so many years."""
    return float(api.price * (api.algorithm * api.hardware * api.margin) ** -year)


def cost_curve(params: CostCurve, baseline: Baseline | None) -> Outlook:
    """The outlook: levelised prices, break-even, the premium that control costs."""
    api, own, r = params.api, params.own, params.discount
    now = own_cost(own, params.utilisation, r)
    owned = levelised(lambda year: cost_after(params, year), r, params.years)
    bought = levelised(lambda year: api_price(api, year), r, params.years)
    premium = owned - bought
    even = break_even_utilisation(own, bought * now / owned, r)
    at = crossing(params)
    unit = f"{params.currency} per 10^6 tokens"
    figures = [
        figure("own_now", "own cost now", now, unit, 3),
        figure("own_levelised", f"own cost, levelised over {params.years} years", owned, unit, 3),
        figure("api_now", "API price now", api.price, unit, 3),
        figure("api_levelised", "API price, levelised", bought, unit, 3),
        figure("premium", "what control costs (own less API)", premium, unit, 3),
        figure("break_even_utilisation", "utilisation at which both cost the same", even, "", 3),
        figure("years_until_api_is_cheaper", "years until the API's price of the day is below own cost", at, "", 2),
        figure("error", "own less API, if algorithms helped the API alone (the classic error)", now - bought, unit, 3),
    ]
    if baseline is not None:
        yearly = premium * baseline.tokens_per_year / 1e6
        figures.append(
            figure("premium_a_year", "what control costs a year, at the log's pace", yearly, params.currency)
        )
    return Outlook(
        "cost-curve",
        _headline(params, owned, bought, even, at),
        tuple(figures),
        (_plot(params, unit),),
        (_table(params, unit), _parts(params)),
        (
            "Each month uses as many tokens, on both sides. Own machines are kept at the stated utilisation: as they"
            " become faster, what is free serves others.",
            "The price is that of a fixed capability. The price of the newest model does not fall like it.",
            "Both sides are reckoned without tax, and own machines without the building around them.",
        ),
    )


def _headline(params: CostCurve, owned: float, bought: float, even: float | None, at: float | None) -> tuple[str, ...]:
    each = f"{params.currency} per 10^6 tokens"
    more = owned - bought
    first = (
        f"Over {params.years} years own compute costs {owned:.3f} {each} and the API {bought:.3f}: control costs"
        f" {more:.3f}."
        if more >= 0
        else f"Over {params.years} years own compute costs {owned:.3f} {each}, {-more:.3f} less than the API."
    )
    second = (
        f"Both cost the same from a utilisation of {even:.0%} on."
        if even is not None
        else "No utilisation makes own compute as cheap."
    )
    third = (
        "The API's price stays above it throughout."
        if at is None
        else "The API's price is below it already."
        if at == 0
        else f"The API's price of the day falls below it after {at:.1f} years."
    )
    return (first, f"{second} {third}")


def _plot(params: CostCurve, unit: str) -> Plot:
    months = range(0, params.years * 12 + 1, 3)
    bought = tuple(api_price(params.api, month / 12) for month in months)
    owned = tuple(cost_after(params, month / 12) for month in months)
    times = tuple(f"{month / 12:.2f}".rstrip("0").rstrip(".") for month in months)
    return Plot("Price of the API and own cost, by year", unit, times, (Series("API", bought), Series("own", owned)))


def _table(params: CostCurve, unit: str) -> Grid:
    rows = tuple((f"{u:.2f}", f"{own_cost(params.own, u, params.discount):.2f}") for u in GRID)
    return Grid("Own cost now, by utilisation", ("utilisation", unit), rows)


def _parts(params: CostCurve) -> Grid:
    api = params.api
    rows = (
        ("algorithms", f"{api.algorithm:.2f}", f"after {params.own.open_lag_months:g} months, by open weights"),
        ("hardware", f"{api.hardware:.2f}", "at the next purchase"),
        ("margin", f"{api.margin:.2f}", "never"),
        ("together", f"{api.algorithm * api.hardware * api.margin:.2f}", ""),
    )
    return Grid("Yearly decline of the price, by its causes", ("cause", "divided by", "comes to who owns"), rows)
