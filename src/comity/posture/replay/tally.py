"""What a replay adds up: outcomes, tokens and money by face, and from faces the lines of the report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from comity.posture.replay.energy import Band, Rates
from comity.posture.replay.report import OUTCOMES, Amounts, Counts, Line, Measure, Outcome


class Face(NamedTuple):
    """What a line of the report can be of."""

    application: str
    data: tuple[str, ...]
    places: tuple[str, ...]
    deployment: str  # where it went before


class Part(NamedTuple):
    """Requests at one deployment, on one side. `latency` are milliseconds, of `timed` requests together."""

    requests: int
    prompt_tokens: int
    completion_tokens: int
    cost: int
    unpriced: int
    latency: int
    timed: int

    def plus(self, other: Part) -> Part:
        """Both together."""
        return Part(*(one + another for one, another in zip(self, other, strict=True)))


NOTHING = Part(0, 0, 0, 0, 0, 0, 0)

Side = dict[str, Part]
"""Parts by deployment."""


class Tally:
    """Sums by face, and what becomes of them on either side."""

    def __init__(self) -> None:
        self._counts: defaultdict[Face, dict[Outcome, int]] = defaultdict(dict)
        self._before: defaultdict[Face, Side] = defaultdict(dict)
        self._after: defaultdict[Face, Side] = defaultdict(dict)

    def count(self, face: Face, outcome: Outcome, requests: int) -> None:
        """So many of the face's requests have this outcome."""
        counts = self._counts[face]
        counts[outcome] = counts.get(outcome, 0) + requests

    def before(self, face: Face, deployment: str, part: Part) -> None:
        """They were there."""
        _add(self._before[face], deployment, part)

    def after(self, face: Face, deployment: str, part: Part) -> None:
        """They go there."""
        _add(self._after[face], deployment, part)

    def lines(
        self, names: Callable[[Face], Iterable[str]], rates: tuple[Mapping[str, Rates], Mapping[str, Rates]]
    ) -> tuple[Line, ...]:
        """A line for each name that a face has, the one with the most requests first. `rates` are those of the
        deployments before and after.
        """
        counts: defaultdict[str, dict[Outcome, int]] = defaultdict(dict)
        sides: tuple[defaultdict[str, Side], defaultdict[str, Side]] = defaultdict(dict), defaultdict(dict)
        for face, mine in self._counts.items():
            for name in names(face):
                held = counts[name]
                for outcome, requests in mine.items():
                    held[outcome] = held.get(outcome, 0) + requests
                for side, parts in zip(sides, (self._before, self._after), strict=True):
                    for deployment, part in parts.get(face, {}).items():
                        _add(side[name], deployment, part)
        made = [
            Line(
                name,
                Counts(**{outcome: held.get(outcome, 0) for outcome in OUTCOMES}),
                *(_amounts(side.get(name, {}), each) for side, each in zip(sides, rates, strict=True)),
            )
            for name, held in counts.items()
        ]
        return tuple(sorted(made, key=lambda line: (-line.counts.requests, line.name)))

    def by_deployment(self, rates: tuple[Mapping[str, Rates], Mapping[str, Rates]]) -> tuple[Line, ...]:
        """A line for each deployment: what became of the requests that went there, and what goes there now."""
        lines = {line.name: line for line in self.lines(lambda face: (face.deployment,), rates) if line.name}
        arrived: dict[str, Side] = {}
        for side in self._after.values():
            for name, part in side.items():
                _add(arrived.setdefault(name, {}), name, part)
        made = []
        for name in {*lines, *arrived}:
            held = lines.get(name) or Line(name, Counts(), Amounts(), Amounts())
            made.append(Line(name, held.counts, held.before, _amounts(arrived.get(name, {}), rates[1])))
        return tuple(sorted(made, key=lambda line: (-max(line.before.requests, line.after.requests), line.name)))


def _add(side: Side, deployment: str, part: Part) -> None:
    held = side.get(deployment)
    side[deployment] = part if held is None else held.plus(part)


def _amounts(side: Side, rates: Mapping[str, Rates]) -> Amounts:
    whole = NOTHING
    energy = carbon = Band(0, 0, 0)
    guessed = [0, 0]
    for name in sorted(side):
        part = side[name]
        whole = whole.plus(part)
        rate = rates.get(name)
        if rate is None:
            continue
        used = _sum(rate.token_in.times(part.prompt_tokens), rate.token_out.times(part.completion_tokens))
        energy = _sum(energy, used)
        carbon = _sum(carbon, Band(*(one * other for one, other in zip(used, rate.carbon, strict=True))))
        guessed[0] += part.requests if rate.energy_estimated else 0
        guessed[1] += part.requests if rate.carbon_estimated else 0
    return Amounts(
        requests=whole.requests,
        prompt_tokens=whole.prompt_tokens,
        completion_tokens=whole.completion_tokens,
        cost=whole.cost,
        unpriced=whole.unpriced,
        latency_ms=round(whole.latency / whole.timed) if whole.timed else None,
        energy_wh=_measure(energy, guessed[0]),
        carbon_g=_measure(carbon, guessed[1]),
    )


def _sum(one: Band, other: Band) -> Band:
    return Band(one.value + other.value, one.low + other.low, one.high + other.high)


def _measure(band: Band, estimated: int) -> Measure:
    return Measure(_text(band.value), _text(band.low), _text(band.high), estimated)


def _text(value: float) -> str:
    """Four digits, which is more than any of these figures deserves; never an exponent."""
    if value <= 0:
        return "0"
    text = f"{float(f'{value:.4g}'):.12f}".rstrip("0").rstrip(".")
    return text or "0"
