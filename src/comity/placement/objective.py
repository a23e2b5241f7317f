"""The score of a candidate: sum of weight x value / unit, lower is better (DESIGN, part 6).

Scores are integers in millionths. The units are fixed: 1 unit of currency per 10^6 tokens (3 input : 1 output);
1 s to the first token; 100 gCO2e per 10^6 tokens; exposure in [0, 1]; 1 - quality in the request's language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from comity.placement.types import MICRO, Conditions
from comity.stack.absent import Assumption, assume
from comity.stack.types import Objective

GRAMS = Decimal(100)
"""The unit of carbon: 100 gCO2e per 10^6 tokens."""

Terms = tuple[tuple[str, int], ...]
Scored = Mapping[str, tuple[int, Terms, tuple[Assumption, ...]]]


def score(
    deployments: Sequence[str],
    exposure: Mapping[str, int],
    objective: Objective,
    conditions: Conditions,
    language: str,
) -> Scored:
    """Each deployment's score, its terms and what they assume.

    `exposure` is in thousandths. A figure that is absent takes the worst of the candidates', and says so; where no
    candidate has it, the term is nothing for all and is not assumed to be anything.
    """
    read: Mapping[str, Callable[[str], Decimal | None]] = {
        "cost": lambda name: _cost(conditions, name),
        "latency": lambda name: _known(conditions.latency.get(name)),
        "carbon": lambda name: _carbon(conditions, name),
        "quality": lambda name: _lack(conditions, name, language),
    }
    terms: dict[str, list[tuple[str, int]]] = {name: [] for name in deployments}
    assumed: dict[str, list[Assumption]] = {name: [] for name in deployments}
    for term, value in read.items():
        known = {name: found for name in deployments if (found := value(name)) is not None}
        if not known:
            continue
        worst = max(known.values())
        weight = Decimal(str(getattr(objective, term)))
        for name in deployments:
            terms[name].append((term, _micro(weight * known.get(name, worst))))
            if name not in known:
                row = "absent/price" if term == "cost" else f"absent/{term}"
                assumed[name].append(assume(row, f"deployments.{name}"))
    weight = Decimal(str(objective.exposure))
    for name in deployments:
        terms[name].append(("exposure", _micro(weight * Decimal(exposure.get(name, 0)) / 1000)))
    return {
        name: (sum(value for _, value in terms[name]), tuple(terms[name]), tuple(assumed[name])) for name in deployments
    }


def exposure_of(advisories: Sequence[int]) -> int:
    """Exposure in thousandths from those of the advisories: 1 - product of (1 - each), as independent ways in."""
    left = Decimal(1)
    for each in advisories:
        left *= 1 - Decimal(each) / 1000
    return int(((1 - left) * 1000).to_integral_value(ROUND_HALF_EVEN))


def _cost(conditions: Conditions, name: str) -> Decimal | None:
    price = conditions.price.get(name)
    return None if price is None else (3 * Decimal(price[0]) + Decimal(price[1])) / 4


def _carbon(conditions: Conditions, name: str) -> Decimal | None:
    grams = _known(conditions.carbon.get(name))
    return None if grams is None else grams / GRAMS


def _lack(conditions: Conditions, name: str, language: str) -> Decimal | None:
    found = _known(conditions.quality.get(name, {}).get(language))
    return None if found is None else 1 - found


def _known(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _micro(value: Decimal) -> int:
    return int((value * MICRO).to_integral_value(ROUND_HALF_EVEN))
