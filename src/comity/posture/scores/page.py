"""Scores as a page: the chain as a Sankey, objectives as a heat map and a radar, and every score opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from comity.charts.chart import Chart, Table
from comity.charts.heatmap import heatmap
from comity.charts.page import Section, Tile, page
from comity.charts.radar import radar
from comity.charts.sankey import sankey
from comity.posture.decimals import decimal
from comity.posture.scores.chain import LINKS, NOT_KNOWN
from comity.posture.scores.scores import WHOLE, Scores
from comity.posture.scores.seal import OBJECTIVES, TOP, Sealed
from comity.posture.scores.told import CAUTION, apart, figures, per_cent, span


def posture_page(found: Scores, command: str = "", notice: str = "") -> str:
    """The scores as one self-contained HTML file. `command` makes it again; `notice` is what a log wants said of it."""
    whole = found.applications.get(WHOLE)
    worst = found.weak[0] if found.weak else None
    lead = (
        f"Without {worst.name} ({worst.nation}), {per_cent(worst.stranded, worst.possibly)} of the traffic has"
        " nowhere to go."
        if worst
        else "No single supplier that is named, below the application, can strand any traffic."
    )
    tiles = []
    if whole is not None:
        low, high = whole.scores["1.2.1"]
        fewest = min((way.at_all for way in found.ways), default=(0, 0))
        tiles = [
            Tile(span(*whole.level), "SEAL of the whole", "as its lowest objective"),
            Tile(figures(low, high, 0), "score, per cent", "weights of version 1.2.1"),
            Tile(span(*fewest), "independent ways", "of the application with the fewest"),
        ]
    return page(
        f"What the stack depends on, seen from {found.trust.seen_from}",
        lead,
        [*_sections(found)],
        kicker="Posture",
        tiles=tiles,
        notice=notice,
        foot=CAUTION + (f"\n\n    {command}" if command else ""),
    )


def _sections(found: Scores) -> Iterator[Section]:
    observed = "Traffic as the log has it." if found.traffic.observed else "No log was read: supposed, not observed."
    if found.layers:
        tables = [("How concentrated each link is", _concentration(found)), ("By link", _dependence(found))]
        yield Section("On whom the traffic rests", f"{observed} {_HHI}", [_chain(found)], tables)
    weak = [("Weak links", _weak(found))] if found.weak else []
    none = "" if weak else "No supplier that is named strands anything by its loss."
    yield Section("What strands traffic", none, (), [*weak, ("Independent ways", _ways(found))])
    yield Section("Eight objectives", _framework(found), [*_objectives(found)])
    yield Section("Compute and stance", "", (), [("By deployment", _compute(found))])
    if found.languages:
        yield Section("Quality by language", "", (), [("By application", _languages(found))])
    opened = [(name, _opened(each)) for name, each in _named(found).items()]
    yield Section("Every score opened", "Each level with the rule and the facts that made it.", (), opened, folded=True)


_HHI = (
    "HHI is the sum of the squared shares in per cent, up to 10,000, where all rests on one; who is not known may be "
    "anyone, hence a range."
)


def _framework(found: Scores) -> str:
    """Whose eyes these are, and what the eight are called."""
    own = found.trust.shown
    names = "\n".join(f"- {name} {says}" for name, says in OBJECTIVES.items())
    return f"{own[:1].upper()}{own[1:]} counts as one's own. SEAL-{TOP} is the highest level.\n\n{names}"


def _concentration(found: Scores) -> Table:
    return Table(
        ("link", "suppliers", "HHI of suppliers", "HHI of nations"),
        tuple(
            (layer.link, str(len(layer.suppliers)), apart(layer.hhi_suppliers), apart(layer.hhi_nations))
            for layer in found.layers
        ),
    )


def _named(found: Scores) -> Mapping[str, Sealed]:
    return {
        **{f"application {name}": each for name, each in found.applications.items() if name != WHOLE},
        **{f"site {name}": each for name, each in found.sites.items()},
        **{f"deployment {name}": each for name, each in found.deployments.items()},
    }


def _chain(found: Scores) -> Chart:
    """Ribbons as wide as traffic: where two makers' chips stand at a site, one ribbon for each, as in the shares."""
    chains = []
    for (application, deployment), requests in sorted(found.traffic.requests.items()):
        path = found.paths.get((application, deployment))
        if path is not None:
            chains.append((tuple(None if name == NOT_KNOWN else name for name in path), requests))
    return sankey("From chip to application", LINKS, chains, "requests" if found.traffic.observed else "parts")


def _dependence(found: Scores) -> Table:
    return Table(
        ("link", "supplier", "nation", "share, %"),
        tuple(
            (layer.link, held.name, held.nation, decimal(100 * held.share, 1))
            for layer in found.layers
            for held in layer.suppliers
        ),
    )


def _weak(found: Scores) -> Table:
    return Table(
        ("without", "link", "nation", "stranded, %", "carries today, %", "for example"),
        tuple(
            (
                weak.name,
                weak.link,
                weak.nation,
                figures(100 * weak.stranded, 100 * weak.possibly, 1),
                decimal(100 * weak.carries, 1),
                " > ".join(weak.path),
            )
            for weak in found.weak
        ),
    )


def _ways(found: Scores) -> Table:
    return Table(
        ("application", "permitted", "share nothing at all", "by chip", "by site", "by operator", "by model"),
        tuple(
            (
                way.application,
                str(len(way.permitted)),
                span(*way.at_all),
                *(span(*way.by_link[link]) for link in ("chip", "site", "operator", "model")),
            )
            for way in found.ways
        ),
    )


def _objectives(found: Scores) -> Iterator[Chart]:
    rows = [(name, [rated.low for rated in each.rated]) for name, each in _named(found).items()]
    levels = [f"SEAL-{level}" for level in range(TOP + 1)]
    yield heatmap("The least level that the facts show", list(OBJECTIVES), rows, levels=levels)
    whole = found.applications.get(WHOLE)
    if whole is not None:
        shapes = [
            ("at least", [rated.low for rated in whole.rated]),
            ("at most", [rated.high for rated in whole.rated]),
        ]
        yield radar("The whole stack", list(OBJECTIVES), shapes, TOP)


def _compute(found: Scores) -> Table:
    return Table(
        ("deployment", "in territory", "own provider", "own chips", "chip", "site", "operator", "model"),
        tuple(
            (
                name,
                each.territory,
                each.provider,
                each.vendor,
                *(span(stood.worst, stood.best) for stood in found.stances[name]),
            )
            for name, each in found.compute.items()
        ),
    )


def _languages(found: Scores) -> Table:
    return Table(
        ("application", "language", "quality, 0 to 1", "measured, %", "facts"),
        tuple(
            (
                each.application,
                each.language,
                figures(each.low, each.high, 2),
                decimal(100 * each.measured, 0),
                "; ".join(each.facts),
            )
            for each in found.languages
        ),
    )


def _opened(each: Sealed) -> Table:
    return Table(
        ("objective", "level", "rule", "facts"),
        tuple(
            (rated.objective, span(rated.low, rated.high), rated.rule, "; ".join(rated.facts)) for rated in each.rated
        ),
    )
