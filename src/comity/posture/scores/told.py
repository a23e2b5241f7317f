"""Scores in words, for a terminal: the whole first, then what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from comity.posture.decimals import decimal, whole
from comity.posture.scores.dependence import Layer
from comity.posture.scores.scores import WHOLE, Scores
from comity.posture.scores.seal import OBJECTIVES, Sealed

CAUTION = (
    "Indications from the stack file, as wide as what it does not say: nobody awarded these levels. The rules that make"
    " them of facts are ours (UNREVIEWED); docs/concepts/scores.md says which framework was read in its own text."
)
MOST = 6
"""Suppliers of a link, and weak links, that are told; --json has all."""


def in_words(found: Scores, opened: str | None = None) -> str:
    """The summary; or one deployment, site or application, with every fact and rule, if `opened` names it."""
    return "\n".join(_summary(found) if opened is None else _opened(found, opened))


def span(low: object, high: object) -> str:
    """A range, or the one value that it is."""
    return str(low) if low == high else f"{low} to {high}"


def figures(low: Fraction, high: Fraction, digits: int) -> str:
    """A range of figures."""
    return span(decimal(low, digits), decimal(high, digits))


def apart(held: tuple[Fraction, Fraction]) -> str:
    """A range of whole numbers, thousands apart."""
    return span(*map(whole, held))


def _brief(says: str) -> str:
    return says.partition(":")[0]


def per_cent(low: Fraction, high: Fraction, digits: int = 0) -> str:
    """A range of parts of a whole, in per cent."""
    return f"{figures(100 * low, 100 * high, digits)} %"


def _summary(found: Scores) -> Iterator[str]:
    yield f"Seen from {found.trust.seen_from}; {found.trust.shown} counts as one's own."
    if not found.traffic.observed:
        yield "No log was read: each application is taken to ask for each of its models alike. --log weighs by traffic."
    for name in found.unplaced:
        yield f"{name}: no deployment may serve it today, so it has no score."
    yield ""
    rows = [("the whole stack", found.applications[WHOLE])] if WHOLE in found.applications else []
    rows += [(f"application {name}", each) for name, each in found.applications.items() if name != WHOLE]
    rows += [(f"deployment {name}", each) for name, each in found.deployments.items()]
    wide = max((len(name) for name, _ in rows), default=0)
    yield f"{'':<{wide}}  {'SEAL':<6}  {'score, %':<14}  " + "  ".join(f"{name[4:]:<3}" for name in OBJECTIVES)
    for name, each in rows:
        yield _row(name, each, wide)
    yield "SEAL (0 to 4) as its lowest objective; score by the weights of version 1.2.1. SOV-1 to SOV-8 at the right:"
    yield f"  {', '.join(f'{name[4:]} {_brief(says)}' for name, says in OBJECTIVES.items())}."
    yield ""
    yield from _compute(found)
    yield ""
    for layer in found.layers:
        yield _layer(layer)
    if found.layers:
        yield "HHI, of concentration: 10,000 where all rests on one."
    yield ""
    for way in found.ways:
        by = ", ".join(f"{span(*count)} by {link}" for link, count in way.by_link.items())
        yield f"{way.application}: {_ways(len(way.permitted))}; {span(*way.at_all)} share nothing at all ({by})"
    yield from _weak(found)
    for spoken in found.languages:
        held = figures(spoken.low, spoken.high, 2)
        measured = per_cent(spoken.measured, spoken.measured)
        yield f"{spoken.application} in {spoken.language}: quality {held}, {measured} measured"
    yield ""
    yield CAUTION


def _row(name: str, each: Sealed, wide: int) -> str:
    low, high = each.scores["1.2.1"]
    levels = "  ".join(f"{_short(rated.low, rated.high):<3}" for rated in each.rated)
    return f"{name:<{wide}}  {span(*each.level):<6}  {figures(low, high, 0):<14}  {levels}"


def _ways(count: int) -> str:
    return f"{count} permitted {'way' if count == 1 else 'ways'}"


def _short(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}-{high}"


def _compute(found: Scores) -> Iterator[str]:
    yield "Compute, by Oxford's three levels: in territory, provider of one's own, chips of one's own; and the stance"
    for name, each in found.compute.items():
        stance = ", ".join(f"{stood.link} {span(stood.worst, stood.best)}" for stood in found.stances[name])
        yield f"  {name}: {each.territory}, {each.provider}, {each.vendor}; {stance}"


def _layer(layer: Layer) -> str:
    most = ", ".join(f"{held.name} ({held.nation}) {decimal(100 * held.share, 0)} %" for held in layer.suppliers[:MOST])
    rest = f" and {len(layer.suppliers) - MOST} more" if len(layer.suppliers) > MOST else ""
    hhi, nations = apart(layer.hhi_suppliers), apart(layer.hhi_nations)
    return f"{layer.link:<11} {most}{rest}; HHI {hhi}, of nations {nations}"


def _weak(found: Scores) -> Iterator[str]:
    for weak in found.weak[:MOST]:
        part = per_cent(weak.stranded, weak.possibly)
        yield f"Without {weak.name} ({weak.nation}, {weak.link}), {part} of the traffic has nowhere to go:"
        yield f"    {' > '.join(weak.path)}"
    if found.layers and not found.weak:
        yield "No single supplier that is named, below the application, can strand any traffic."


def _opened(found: Scores, name: str) -> Iterator[str]:
    held = {"application": found.applications, "deployment": found.deployments, "site": found.sites}
    for kind, vectors in held.items():
        if name not in vectors or name == WHOLE:
            continue
        each = vectors[name]
        yield f"{kind} {name}, seen from {found.trust.seen_from}: SEAL-{span(*each.level)}"
        for table, (low, high) in each.scores.items():
            yield f"  score {figures(low, high, 1)} % by the weights {table}: the sum of weight x level / 4"
        for rated in each.rated:
            yield f"  {rated.objective} {span(rated.low, rated.high)}  {OBJECTIVES[rated.objective]}"
            yield f"      {rated.rule}"
            yield from (f"      - {fact}" for fact in rated.facts)
        if kind == "deployment":
            yield from (f"  {fact}" for fact in found.compute[name].facts)
            for stood in found.stances[name]:
                yield f"  {stood.link}: {span(stood.worst, stood.best)}, {stood.why}"
    yield CAUTION
