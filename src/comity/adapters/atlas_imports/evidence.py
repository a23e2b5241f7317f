"""Evidence for layers: Epoch AI's clusters and models (CC BY 4.0), and lists of the TOP500.

Of clusters Epoch says (epoch.ai/data/gpu-clusters and its documentation): an estimated 10 to 20 % of the world's
performance as of March 2025; an upgrade is a new entry that "builds upon" the one that it supersedes, which goes on
existing in the table; Chinese systems share one name, and their figures are rounded to one digit.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from comity.adapters.atlas_imports.cells import SEVERAL, amount, country, day
from comity.adapters.atlas_imports.tables import Columns, Row, Table
from comity.posture.atlas.types import Line, Measure

SINCE = date(2023, 1, 1)
"""A developer counts who has published a model since frontier models became public."""

EPOCH_CLUSTERS = {
    "name!": ("Name",),
    "country!": ("Country",),
    "status!": ("Status",),
    "h100!": ("H100 equivalents", "H100 equivalent"),
    "power": ("Power Capacity (MW)", "Reported Power Capacity (MW)", "Calculated Power Capacity (MW)"),
    "double": ("Possible Duplicate", "Possible duplicate"),
    "later": ("Superseded by", "Superseded By"),
    "sure": ("Certainty",),
}
NAMELESS = "anonymi"
"""How the name of a cluster begins that Epoch does not tell apart from others."""

EXISTS = ("existing", "operational")

EPOCH_MODELS = {
    "model!": ("Model", "System"),
    "developer!": ("Organization",),
    "country!": ("Country (of organization)", "Country (from Organization)", "Country"),
    "date!": ("Publication date", "Release date"),
    "domain": ("Domain",),
}
TOP500 = {
    "rank!": ("Rank",),
    "country!": ("Country",),
    "rmax!": ("Rmax [TFlop/s]", "Rmax [PFlop/s]", "RMax (GFlop/s)"),
    "cores!": ("Total Cores", "Cores", "Processors"),
}
NO_FIGURE = "no figure, or none that is a number from 0 on"

EXA = {"gflop": Decimal(10**9), "tflop": Decimal(10**6), "pflop": Decimal(1_000)}
"""How many of the unit that a header names make an exaflop."""

LANGUAGE = re.compile(r"language|multimodal|vision|speech|image", re.IGNORECASE)


def epoch_clusters(table: Table, source: str, on: date, skipped: Counter[str]) -> Iterator[Line]:
    """Accelerators in H100 equivalents, and power, of clusters that exist, by country; of one that was upgraded, the
    latest stage that exists.
    """
    columns = Columns(table, EPOCH_CLUSTERS)
    chips: dict[str, Decimal] = defaultdict(Decimal)
    power: dict[str, Decimal] = defaultdict(Decimal)
    names: set[str] = set()
    exist = {columns.get(row, "name") for row in table.rows if columns.get(row, "status").casefold() in EXISTS}
    for row in table.rows:
        name, later = columns.get(row, "name"), columns.get(row, "later")
        if _again("" if name.casefold().startswith(NAMELESS) else name, names):
            skipped["a cluster that stands twice"] += 1
        elif columns.get(row, "status").casefold() not in EXISTS:
            skipped["a cluster that does not exist yet, or any more"] += 1
        elif columns.get(row, "double").casefold() in ("true", "yes", "1"):
            skipped["a possible duplicate"] += 1
        elif columns.get(row, "sure").casefold() == "unlikely":
            skipped["a cluster that its source calls unlikely"] += 1
        elif later and (later in exist or any(each.strip() in exist for each in later.split(","))):
            skipped["a stage that a later one took in"] += 1
        elif at := _one(columns, row, skipped):
            found, drawn = amount(columns.get(row, "h100")), amount(columns.get(row, "power"))
            if found is None and drawn is None:
                skipped[NO_FIGURE] += 1
            chips[at] += found or 0
            power[at] += drawn or 0
    yield from _figures(chips, "accelerators", "Clusters that exist, in H100 equivalents", source, on)
    yield from _figures(power, "power-mw", "Power of clusters that exist", source, on)


def epoch_models(table: Table, source: str, on: date, skipped: Counter[str]) -> Iterator[Line]:
    """Developers of models published since 2023, each counted once in its country."""
    columns = Columns(table, EPOCH_MODELS)
    counts: Counter[tuple[str, str]] = Counter()
    models: set[str] = set()
    for row in table.rows:
        published = day(columns.get(row, "date"))
        developers = [each.strip() for each in columns.get(row, "developer").split(",") if each.strip()]
        if published is None or published < SINCE:
            skipped["published before 2023, or no date"] += 1
        elif _again(f"{columns.get(row, 'developer')}: {columns.get(row, 'model')}", models):
            skipped["a model that stands twice"] += 1
        elif columns.get(row, "domain") and not LANGUAGE.search(columns.get(row, "domain")):
            skipped["another domain than language and media"] += 1
        elif len(developers) != 1:
            skipped["more than one developer, or none"] += 1
        elif at := _one(columns, row, skipped):
            counts[at, developers[0][:120]] += 1
    for (at, developer), count in sorted(counts.items()):
        says = f"{developer}: {count} model{'' if count == 1 else 's'} since 2023"
        yield Line(nation=at, layer="models", says=says[:500], source=source, date=on, actor=developer)


def top500(table: Table, source: str, on: date, skipped: Counter[str]) -> Iterator[Line]:
    """Linpack performance (double precision) of listed systems, by country."""
    columns = Columns(table, TOP500)
    exa = next(each for unit, each in EXA.items() if unit in columns.header("rmax"))
    performance: dict[str, Decimal] = defaultdict(Decimal)
    ranks: set[str] = set()
    for row in table.rows:
        if _again(columns.get(row, "rank"), ranks):
            skipped["a rank that stands twice"] += 1
        elif at := _one(columns, row, skipped):
            found = amount(columns.get(row, "rmax"))
            if found is None:
                skipped[NO_FIGURE] += 1
            performance[at] += (found or Decimal()) / exa
    yield from _figures(performance, "exaflops", "Listed systems, Linpack in double precision", source, on)


def _again(name: str, seen: set[str]) -> bool:
    """Whether the name was seen before; a row without one is like no other."""
    known = name != "" and name in seen
    seen.add(name)
    return known


def _one(columns: Columns, row: Row, skipped: Counter[str]) -> str:
    at = country(columns.get(row, "country"))
    if at == SEVERAL:
        skipped["more than one country"] += 1
        return ""
    if not at:
        skipped["a country that is not known"] += 1
    return at


def _figures(values: Mapping[str, Decimal], measure: Measure, says: str, source: str, on: date) -> Iterator[Line]:
    for at, value in sorted(values.items()):
        if value:
            yield Line(
                nation=at,
                layer="compute",
                says=says,
                source=source,
                date=on,
                measure=measure,
                value=float(round(value, 4)),
            )
