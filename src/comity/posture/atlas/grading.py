"""How much of a layer a nation has, from the lines on record: stated rules, the same for all.

A grade is the highest that the lines establish, in one of three ways: by figures, added up within a measure and held
against `THRESHOLDS`; by counting independent actors (`ACTORS`, `BACKED`); or by what a source says in words where it
gives no figure, which is shown as such. One line of any kind makes a layer `thin`. No weights, no scores.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from comity.posture.atlas.types import GRADES, LAYERS, Atlas, Dimension, Grade, Layer, Line, Measure

THRESHOLDS: dict[tuple[Layer, Measure], tuple[Decimal, Decimal]] = {
    ("compute", "accelerators"): (Decimal(5_000), Decimal(500_000)),
    ("compute", "exaflops"): (Decimal(1), Decimal(100)),
    ("compute", "power-mw"): (Decimal(100), Decimal(5_000)),
    ("compute", "capital-usd-bn"): (Decimal(1), Decimal(200)),
    ("models", "funding-usd-bn"): (Decimal(1), Decimal(10)),
    ("middleware", "funding-usd-bn"): (Decimal(1), Decimal(10)),
    ("applications", "funding-usd-bn"): (Decimal(1), Decimal(10)),
}
"""From which figure on a layer is credible, and from which on dense. Chosen by us, not found in any source: 5,000
accelerators are one training cluster of the kind that Japan's ABCI 3.0 is, and the rest is of that order."""

ACTORS = 2
"""Independent actors that make a layer above compute credible without a figure."""

DEEP = 3
"""Independent actors without which money alone makes no layer above compute dense."""

LAWS = (2, 4)
"""Binding laws in force on record: from how many on the regulatory dimension is credible, and dense. A count says
nothing of their quality."""

BY_COUNT: tuple[Layer, ...] = ("models", "middleware", "applications")


class Standing(NamedTuple):
    """The grade of one layer or dimension, why, and the lines that it rests on (positions in the atlas)."""

    grade: Grade
    why: tuple[str, ...]
    lines: tuple[int, ...]
    stated: bool = False
    """Whether it rests on a source's words alone."""


def rank(grade: Grade) -> int:
    """0 for absent, 3 for dense."""
    return GRADES.index(grade)


def by_layer(atlas: Atlas, nation: str) -> dict[Layer, Standing]:
    """The standing of each layer of a nation."""
    mine = [(at, line) for at, line in enumerate(atlas.lines) if line.nation == nation]
    return {layer: grade(layer, [each for each in mine if each[1].layer == layer]) for layer in LAYERS}


def by_dimension(atlas: Atlas, nation: str) -> dict[Dimension, Standing]:
    """The standing of each dimension of control: of the lines that speak of it, the best layer's."""
    found: dict[Dimension, Standing] = {}
    for dimension in ("infrastructure", "models", "governance", "regulation", "epistemology"):
        mine = [
            (at, line)
            for at, line in enumerate(atlas.lines)
            if line.nation == nation and dimension in (line.dimensions or IMPLIED[line.layer])
        ]
        each = [grade(layer, [one for one in mine if one[1].layer == layer]) for layer in LAYERS]
        if dimension == "regulation":
            each.append(_regulation(line for _, line in mine if line.weighs))
        best = max(each, key=lambda standing: rank(standing.grade))
        found[dimension] = best._replace(lines=tuple(at for at, _ in mine))
    return found


IMPLIED: dict[Layer, tuple[Dimension, ...]] = {
    "compute": ("infrastructure",),
    "models": ("models",),
    "middleware": ("governance",),
    "applications": (),
}
"""The dimension that a line speaks of where it names none."""


def grade(layer: Layer, lines: Iterable[tuple[int, Line]]) -> Standing:
    """The grade of `layer` that these lines, all of one nation, establish."""
    lines = list(lines)
    weighing = [line for _, line in lines if line.weighs and line.measure != "laws"]
    found: list[tuple[Grade, str, bool]] = []
    if any(line.stated != "absent" for line in weighing):
        found.append(("thin", "there is something on record", False))
    found += [(line.stated, f"its source says so: {line.says}", True) for line in weighing if line.stated]
    sums = _sums(weighing)
    actors = {line.actor for line in weighing if line.actor}
    for measure, value in sums.items():
        if (layer, measure) in THRESHOLDS:
            credible, dense = THRESHOLDS[layer, measure]
            told = amount(measure, value)
            if value >= credible:
                found.append(("credible", f"{told}, of at least {amount(measure, credible)}", False))
            if value >= dense and (layer == "compute" or len(actors) >= DEEP):
                found.append(("dense", f"{told}, of at least {amount(measure, dense)}", False))
    if layer in BY_COUNT and len(actors) >= ACTORS:
        found.append(("credible", f"{len(actors)} independent actors: {', '.join(sorted(actors))}", False))
    best = max((rank(each[0]) for each in found), default=0)
    reasons = [each for each in found if rank(each[0]) == best] if best else []
    measured = [each for each in reasons if not each[2]]
    why = tuple(dict.fromkeys(text for _, text, _ in (measured or reasons)))
    return Standing(GRADES[best], why, tuple(at for at, _ in lines), bool(reasons) and not measured)


SAID: dict[Measure, str] = {
    "accelerators": "{} accelerators",
    "exaflops": "{} exaflops",
    "power-mw": "{} MW of power",
    "capital-usd-bn": "USD {} bn of capital",
    "funding-usd-bn": "USD {} bn of funding",
    "laws": "{} laws",
}


def amount(measure: Measure, value: Decimal) -> str:
    """A figure as a reader says it: "500,000 accelerators", "USD 10 bn of funding"."""
    return SAID[measure].format(f"{value:,f}")


def wanting(layer: Layer, reached: Grade) -> str:
    """What would give the layer the next grade, in words; empty if it is dense."""
    if reached == "dense":
        return ""
    at = 0 if rank(reached) < rank("credible") else 1
    ways = [amount(measure, bounds[at]) for (of, measure), bounds in THRESHOLDS.items() if of == layer]
    if layer in BY_COUNT:
        if at == 0:
            ways.insert(0, f"{ACTORS} independent actors")
        else:
            ways = [f"{way} among at least {DEEP} independent actors" for way in ways]
    return " or ".join(ways)


def _sums(lines: Iterable[Line]) -> dict[Measure, Decimal]:
    sums: dict[Measure, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.measure is not None and line.value is not None:
            sums[line.measure] += Decimal(str(line.value))
    return dict(sums)


def _regulation(lines: Iterable[Line]) -> Standing:
    count = int(_sums(lines).get("laws", 0))
    if not count:
        return Standing("absent", (), ())
    reached: Grade = "dense" if count >= LAWS[1] else "credible" if count >= LAWS[0] else "thin"
    return Standing(reached, (f"{count} binding laws in force on record",), ())
