"""The eight objectives of the EU Cloud Sovereignty Framework, re-anchored to any trust set.

Framework: European Commission, DG DIGIT, Cloud Sovereignty Framework 1.2.1, October 2025, read in the Commission's own
document; its guidance of June 2026 in quotations (law/packs/eu.csf/SOURCES.md). Its levels are awarded by a buyer who
looked; what is reckoned here is an indication from the stack file, by rules of ours that nobody has REVIEWED: each
level is a range, as wide as what the file does not say. A level that the stack states itself takes the place of the
range.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from comity.posture.scores.chain import Chain
from comity.posture.scores.trust import UNION, Trust
from comity.stack.types import Deployment, Stack

OBJECTIVES: dict[str, str] = {
    "SOV-1": "strategic: ownership, decisions, financing",
    "SOV-2": "legal: governing law, reach of foreign law",
    "SOV-3": "data and AI: place of processing, use of content, who governs the models",
    "SOV-4": "operational: who can run it, and leave it",
    "SOV-5": "supply chain: where parts and software come from",
    "SOV-6": "technology: open interfaces and licences",
    "SOV-7": "security and compliance",
    "SOV-8": "environment",
}

TOP = 4
"""SEAL-4, the highest level."""

WEIGHTS: dict[str, tuple[int, ...]] = {
    "1.2.1": (15, 10, 10, 15, 20, 15, 10, 5),
    "2026-06": (20, 10, 10, 15, 10, 15, 15, 5),
}
"""Per cent, SOV-1 to SOV-8: those of version 1.2.1 (section 5), and those of the Commission's calculator of June 2026
as transcribed by others. They differ, so both scores are given."""

SCHEMES: dict[str, str] = {"HDS": "FR", "SecNumCloud": "FR", "C5": "DE", "C5-Type2": "DE", "ISMS-P": "KR"}
"""Certificates that an authority of a jurisdiction stands behind."""

WORLDWIDE = ("ISO27001", "ISO42001", "C5-equivalent")

GREEN = ((1.2, 100.0, 4), (1.4, 250.0, 3), (1.6, 450.0, 2))
"""Up to which PUE and gCO2e/kWh together a level is reached. Chosen by us: the framework (section 4) names "low PUE"
and "renewable or low-carbon energy" among its factors, and no figure."""


class Rated(NamedTuple):
    """One objective: the level lies between `low` and `high`; the facts, and the rule that was applied to them."""

    objective: str
    low: int
    high: int
    facts: tuple[str, ...]
    rule: str


class Seen(NamedTuple):
    """What a rule may look at."""

    stack: Stack
    chains: Mapping[str, Chain]
    chain: Chain
    deployment: Deployment
    trust: Trust
    on: date


def rate(stack: Stack, chains: Mapping[str, Chain], name: str, trust: Trust, on: date) -> tuple[Rated, ...]:
    """All eight objectives of a deployment, as seen from `trust` on a day. `chains` are those of all deployments."""
    seen = Seen(stack, chains, chains[name], stack.deployments[name], trust, on)
    return tuple(_rated(objective, seen) for objective in OBJECTIVES)


def _rated(objective: str, seen: Seen) -> Rated:
    if objective in seen.deployment.seal and seen.trust.members == UNION:  # of which a stated level speaks
        level = seen.deployment.seal[objective]
        evidence = seen.deployment.evidence.get("seal", "declared")
        return Rated(objective, level, level, (f"the stack states SEAL-{level} ({evidence})",), "as stated")
    low, high, facts, rule = RULES[objective](seen)
    return Rated(objective, low, high, facts, rule)


Found = tuple[int, int, tuple[str, ...], str]


def _strategic(seen: Seen) -> Found:
    each, trust = seen.chain, seen.trust
    who = (f"{each.operator}: control {' > '.join(each.control)}",)
    if not trust.holds(each.control[0]):
        return 0, 0, who, "the operator is seated outside: 0"
    if not trust.hold_all(each.control):
        return 1, 2, who, "seated inside, controlled from outside: 1 to 2"
    if not each.parent_stated:
        return (
            1,
            4,
            (*who, "who controls it is not stated"),
            "inside as far as stated; a foreign parent would make it 1",
        )
    return 4, 4, who, "the whole chain of control is inside: 4"


def _legal(seen: Seen) -> Found:
    each, trust = seen.chain, seen.trust
    told = (f"processed in {' or '.join(each.places)}", f"can be compelled from {', '.join(each.reach)}")
    inside = [trust.holds(place) for place in each.places]
    if not any(inside):
        return 0, 0, told, "processed outside: 0"
    if not all(inside):
        return 0, 1, told, "may be processed outside: 0 to 1"
    if not trust.hold_all(each.control):
        return 1, 2, told, "processed inside, whoever controls it answers to foreign law: 1 to 2"
    if not trust.hold_all(each.reach):
        low = 2 if each.parent_stated else 1
        return low, 3, told, "controlled inside as far as stated, present outside: at most 3"
    if not each.reach_stated:
        low = 2 if each.parent_stated else 1
        said = "inside as far as stated; presence outside would make it 2, a foreign parent 1"
        return low, 4, (*told, "presence or control is not stated"), said
    return 4, 4, told, "no foreign law reaches it by seat, control or presence: 4"


def _data(seen: Seen) -> Found:
    each, trust, terms = seen.chain, seen.trust, seen.deployment.terms
    retention = terms.retention if terms else None
    trains = terms.trains if terms else None
    told = (
        f"processed in {' or '.join(each.places)}",
        f"retention {retention or 'not stated'}",
        "training " + ("not stated" if trains is None else "yes" if trains else "no"),
    )
    inside = [trust.holds(place) for place in each.places]
    if not any(inside):
        return 0, 0, told, "processed outside: 0"
    if not all(inside):
        return 0, 1, told, "may be processed outside: 0 to 1"
    if trains:
        return 1, 1, told, "content trains the operator's models: 1"
    made = _made(seen)
    low, top = TOP - 1, TOP
    why = "weights are open or made inside"
    if made != "inside" and not each.open_weights:
        low = TOP - 2
        if made == "outside" and each.open_weights is False:
            top, why = TOP - 1, "weights are governed outside, so at most 3"
        else:
            why = "whether weights are open, or who controls their developer, is not stated"
    if retention is not None and retention.strip("P0YMWD"):
        return (1 if trains is None else 2), 2, told, "content is kept after the answer: at most 2"
    if retention is None or trains is None:
        return 1, top, told, f"what becomes of content is not stated; {why}"
    return low, top, (*told, "who holds the keys is not stated"), f"nothing is kept or trained on; {why}"


def _made(seen: Seen) -> str:
    """Where the weights are from: inside, outside, or not stated, for somebody outside may control their developer."""
    if not seen.trust.hold_all(seen.chain.developer_control):
        return "outside"
    return "inside" if seen.chain.developer.final else "not stated"


def _operational(seen: Seen) -> Found:
    each, trust, stack = seen.chain, seen.trust, seen.stack
    others = {
        name: there.parent
        for name, other in sorted(stack.deployments.items())
        if other.model == each.model
        and (there := seen.chains[name]).parent.name != each.parent.name
        and trust.hold_all(there.control)
    }
    known = any(each.parent.sure and other.sure for other in others.values())
    told = (
        f"operator {each.operator} in {each.control[0]}",
        f"the same model inside elsewhere: {', '.join(others) or 'nowhere'}",
        f"weights open: {'not stated' if each.open_weights is None else 'yes' if each.open_weights else 'no'}",
    )
    if not trust.holds(each.control[0]):
        return 0, 1, told, "operated from outside: 0 to 1"
    if each.open_weights is None:
        return 1 + known, 3 + bool(others), told, "whether the weights can be taken elsewhere is not stated"
    low, high = known + each.open_weights, bool(others) + each.open_weights
    said = f"operated inside, {low if low == high else f'{low} to {high}'} of 2 ways to leave"
    return 1 + low, 2 + high, told, f"{said} (another operator inside, open weights)"


def _supply(seen: Seen) -> Found:
    each, trust = seen.chain, seen.trust
    closed_abroad = each.open_weights is False and _made(seen) == "outside"
    cap = 2 if closed_abroad else TOP
    weights = (
        f"weights of {each.developer.nation}, {'closed' if each.open_weights is False else 'open or not stated'}",
    )
    if each.makers is None:
        told = ("the maker of the accelerators is not known", *weights)
        return 0, cap, told, "nothing is known of the chips" + (", closed foreign weights: at most 2" * closed_abroad)
    nations = sorted({maker.nation for maker in each.makers})
    told = (f"chips designed in {', '.join(nations)}", *weights)
    inside = [trust.holds(nation) for nation in nations]
    if not any(inside):
        return 0, min(2, cap), told, "chips designed outside are a material dependence: at most 2"
    if not all(inside):
        return 1, min(3, cap), told, "some chips are designed outside: 1 to 3"
    return min(2, cap), cap, (*told, "where they are made is not stated"), "chips designed inside: 2 or more"


def _technology(seen: Seen) -> Found:
    each = seen.chain
    told = (
        "the interface is the OpenAI API, documented and served by many",
        f"weights open: {'not stated' if each.open_weights is None else 'yes' if each.open_weights else 'no'}",
        f"licence {each.licence or 'not stated'}",
    )
    if each.open_weights is None:
        return 0, TOP, told, "whether weights are open is not stated"
    if each.open_weights:
        known = each.licence is not None
        return (3 if known else 2), TOP, told, "open weights" + ("" if known else ", their licence is not stated")
    made = _made(seen)
    if made == "outside":
        return 0, 1, told, "closed weights made outside: 0 to 1"
    if made == "inside":
        return 2, 3, told, "closed weights made inside: 2 to 3"
    return 0, 3, told, "closed weights, who controls their developer is not stated: 0 to 3"


def _security(seen: Seen) -> Found:
    stated = seen.deployment.certificates
    names = sorted({each.name for each in stated if each.until is not None and each.until >= seen.on})
    others = sorted({each.name for each in stated} - set(names))
    told = (
        f"certificates in force: {', '.join(names) or 'none stated'}",
        *((f"over, or until when is not stated: {', '.join(others)}",) if others else ()),
    )
    if any(name in SCHEMES and seen.trust.holds(SCHEMES[name]) for name in names):
        return 2, TOP, told, "certified by a scheme of the trust set: 2 or more"
    if any(name in WORLDWIDE for name in names):
        return 1, TOP, told, "certified by a scheme of no jurisdiction: 1 or more"
    return 0, TOP, told, "no certificate that counts here is known to be in force: nothing is known"


def _environment(seen: Seen) -> Found:
    site = seen.stack.sites[seen.chain.site]
    told = (
        f"PUE {'not stated' if site.pue is None else f'{site.pue:g}'}",
        f"grid {'not stated' if site.grid_gco2_kwh is None else f'{site.grid_gco2_kwh:g} gCO2e/kWh'}",
    )
    levels = [
        _green(pue, grid) for pue in _span(site.pue, (1.0, 9.0)) for grid in _span(site.grid_gco2_kwh, (0.0, 1e4))
    ]
    return (
        min(levels),
        max(levels),
        told,
        "by PUE and grid together: " + "; ".join(f"{level} up to {pue:g} and {grid:g}" for pue, grid, level in GREEN),
    )


def _span(value: float | None, ends: tuple[float, float]) -> tuple[float, ...]:
    return ends if value is None else (value,)


def _green(pue: float, grid: float) -> int:
    return next((level for most, grams, level in GREEN if pue <= most and grid <= grams), 1)


RULES: dict[str, Callable[[Seen], Found]] = {
    "SOV-1": _strategic,
    "SOV-2": _legal,
    "SOV-3": _data,
    "SOV-4": _operational,
    "SOV-5": _supply,
    "SOV-6": _technology,
    "SOV-7": _security,
    "SOV-8": _environment,
}


class Sealed(NamedTuple):
    """A vector of objectives, what it comes to, and from how many deployments it was made.

    Attributes:
        level: of the whole, low and high: the lowest of any objective, as the guidance of June 2026 has it (version
            1.2.1 asks for a level of each objective, and knows none of the whole).
        scores: per cent by table of weights, low and high: the sum of weight times level / 4. The framework's points
            come from a tender's questions; a level in four stands for them here, which is ours.
    """

    rated: tuple[Rated, ...]
    level: tuple[int, int]
    scores: dict[str, tuple[Fraction, Fraction]]


def sealed(rated: tuple[Rated, ...]) -> Sealed:
    """The level and the scores of one vector."""
    return Sealed(
        rated,
        (min(each.low for each in rated), min(each.high for each in rated)),
        {
            table: (
                sum((Fraction(w * each.low, TOP) for w, each in zip(weights, rated, strict=True)), Fraction(0)),
                sum((Fraction(w * each.high, TOP) for w, each in zip(weights, rated, strict=True)), Fraction(0)),
            )
            for table, weights in WEIGHTS.items()
        },
    )


def together(parts: list[tuple[str, Sealed, Fraction]]) -> Sealed:
    """Several deployments as one: each objective is as its weakest, the scores are means by share (which add to 1)."""
    rated = []
    for at, objective in enumerate(OBJECTIVES):
        low = min(parts, key=lambda part: (part[1].rated[at].low, part[0]))
        high = min(parts, key=lambda part: (part[1].rated[at].high, part[0]))
        facts = (f"weakest: {low[0]}", *low[1].rated[at].facts)
        rule = f"the weakest of {len(parts)}: {low[1].rated[at].rule}"
        rated.append(Rated(objective, low[1].rated[at].low, high[1].rated[at].high, facts, rule))
    whole = sealed(tuple(rated))
    return whole._replace(
        scores={
            table: (
                sum((share * each.scores[table][0] for _, each, share in parts), Fraction(0)),
                sum((share * each.scores[table][1] for _, each, share in parts), Fraction(0)),
            )
            for table in WEIGHTS
        }
    )
