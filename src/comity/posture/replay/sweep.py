"""The same scenario many times: for each value of a parameter, or for many draws of several at once, with quantiles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

import msgspec

from comity.posture.replay.report import Label, Point, Report, Spread, Swept
from comity.posture.scenario.ground import ScenarioFault
from comity.posture.scenario.paths import PathError, steps_of, with_value
from comity.posture.scenario.types import Range, Scenario, Sweep

Assigned: TypeAlias = tuple[tuple[str, Any], ...]
"""Paths into the document, each with the value that is put there."""

Measures: TypeAlias = Mapping[str, str]
"""What came of one point: decimals in text by name; other text is shown and has no quantiles."""

PARTS = ("0.05", "0.25", "0.5", "0.75", "0.95")
"""The quantiles that are told."""

DIGITS = 6
"""Significant digits of what is drawn: more would say more than a range knows."""


def assigned(sweep: Sweep, unit: Sequence[Sequence[float]] = ()) -> Iterator[Assigned]:
    """What each point puts where; `unit` are points of the unit cube, as many dimensions as there are ranges."""
    if sweep.parameter is not None:
        yield from (((sweep.parameter, value),) for value in sweep.values)
    elif sweep.quasi_random is not None:
        ranges = sweep.quasi_random.ranges
        for point in unit:
            drawn = zip(ranges.items(), point, strict=True)
            yield tuple((path, _within(limits, part)) for (path, limits), part in drawn)


def varied(plain: Mapping[str, Any], values: Assigned) -> Scenario:
    """The scenario of the document with these values in their places.

    Raises:
        ScenarioFault: a value does not fit there.
    """
    document: Any = {name: value for name, value in plain.items() if name != "sweep"}
    try:
        for path, value in values:
            document = with_value(document, steps_of(path), value)
        return msgspec.convert(document, Scenario)
    except (PathError, msgspec.ValidationError) as error:
        where = ", ".join(f"{path} = {value}" for path, value in values)
        raise ScenarioFault(f"the sweep's point {where} makes no scenario: {error}") from error


def moves_the_log(sweep: Sweep) -> bool:
    """Whether a parameter is one of the changes: else only a model of the future is asked again."""
    drawn = list(sweep.quasi_random.ranges) if sweep.quasi_random is not None else []
    paths = [sweep.parameter] if sweep.parameter is not None else drawn
    return any(not path.startswith("future.") for path in paths)


def measures(report: Report) -> dict[str, str]:
    """What of a report is followed through a sweep."""
    counts, after = report.total.counts, report.total.after
    return {
        "as_before": str(counts.as_before),
        "re_placed": str(counts.re_placed),
        "refused": str(counts.refused),
        "overflow": str(counts.overflow),
        "cost": str(after.cost),
        "energy_wh": after.energy_wh.value,
        "carbon_g": after.carbon_g.value,
    }


def labels(report: Report) -> dict[str, Label]:
    """What those measures are called, and in which unit a reader has them."""
    return {
        "as_before": Label("requests that go where they went"),
        "re_placed": Label("requests that go elsewhere"),
        "refused": Label("requests refused now"),
        "overflow": Label("requests without room"),
        "cost": Label("cost", report.currency, "0.000000001"),
        "energy_wh": Label("energy", "kWh", "0.001"),
        "carbon_g": Label("carbon", "kg CO2e", "0.001"),
    }


def swept(
    points: Iterable[tuple[Assigned, Measures]], *, drawn: bool, labelled: Mapping[str, Label] | None = None
) -> Swept:
    """The points, and of draws the quantiles of every measure that is a number at each of them."""
    made = tuple(Point({path: _text(value) for path, value in values}, dict(found)) for values, found in points)
    names = list(dict.fromkeys(name for point in made for name in point.measures))
    spreads = (_spread(name, [point.measures.get(name, "") for point in made]) for name in names) if drawn else ()
    return Swept(made, tuple(spread for spread in spreads if spread is not None), dict(labelled or {}))


def sweep_of(
    plain: Mapping[str, Any],
    sweep: Sweep,
    unit: Sequence[Sequence[float]],
    ask: Callable[[Scenario], Measures],
    step: Callable[[int], None] = lambda done: None,
    labelled: Mapping[str, Label] | None = None,
) -> Swept:
    """The whole sweep of a document: `ask` says what comes of each scenario, `labelled` what that is called.

    Raises:
        ScenarioFault: a point makes no scenario, or one that does not fit the stack.
    """

    def points() -> Iterator[tuple[Assigned, Measures]]:
        for number, values in enumerate(assigned(sweep, unit)):
            step(number)
            yield values, ask(varied(plain, values))

    return swept(points(), drawn=sweep.quasi_random is not None, labelled=labelled)


def _within(limits: Range, part: float) -> float:
    if limits.scale == "log":
        value = limits.low * (limits.high / limits.low) ** part
    else:
        value = limits.low + (limits.high - limits.low) * part
    return float(f"{value:.{DIGITS}g}")


def _spread(name: str, values: Sequence[str]) -> Spread | None:
    try:
        numbers = sorted(Decimal(value) for value in values)
    except InvalidOperation:
        return None
    if not numbers or not all(number.is_finite() for number in numbers):
        return None
    return Spread(name, {part: _plain(_quantile(numbers, Decimal(part))) for part in PARTS})


def _quantile(ordered: Sequence[Decimal], part: Decimal) -> Decimal:
    """Between the two nearest by their distance (the seventh of Hyndman and Fan)."""
    at = part * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def _plain(value: Decimal) -> str:
    text = f"{Decimal(f'{value:.{DIGITS}g}'):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _text(value: Any) -> str:
    if isinstance(value, float):
        return _plain(Decimal(str(value)))
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
