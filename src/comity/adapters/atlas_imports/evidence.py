"""Evidence for layers: Epoch AI's clusters and models (CC BY 4.0), and lists of the TOP500."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from comity.adapters.atlas_imports.cells import SEVERAL, amount, country, day
from comity.adapters.atlas_imports.tables import Columns, Table
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
}
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
    "rmax!": ("Rmax [TFlop/s]", "Rmax (TFlop/s)", "RMax (GFlop/s)", "Rmax [GFlop/s]", "Rmax"),
    "cores!": ("Total Cores", "Cores", "Processors"),
}
LANGUAGE = re.compile(r"language|multimodal|vision|speech|image", re.IGNORECASE)


def epoch_clusters(table: Table, source: str, on: date, skipped: Counter[str]) -> Iterator[Line]:
    """Accelerators in H100 equivalents, and power, of clusters that exist, by country."""
    columns = Columns(table, EPOCH_CLUSTERS)
    chips: dict[str, Decimal] = defaultdict(Decimal)
    power: dict[str, Decimal] = defaultdict(Decimal)
    for row in table.rows:
        if columns.get(row, "status").casefold() not in ("existing", "operational"):
            skipped["a cluster that does not exist yet, or any more"] += 1
        elif columns.get(row, "double").casefold() in ("true", "yes", "1"):
            skipped["a possible duplicate"] += 1
        elif at := _one(columns, row, skipped):
            chips[at] += amount(columns.get(row, "h100")) or 0
            power[at] += amount(columns.get(row, "power")) or 0
    yield from _figures(chips, "accelerators", "Clusters that exist, in H100 equivalents", source, on)
    yield from _figures(power, "power-mw", "Power of clusters that exist", source, on)


def epoch_models(table: Table, source: str, on: date, skipped: Counter[str]) -> Iterator[Line]:
    """Developers of models published since 2023, each counted once in its country."""
    columns = Columns(table, EPOCH_MODELS)
    counts: Counter[tuple[str, str]] = Counter()
    for row in table.rows:
        published = day(columns.get(row, "date"))
        developers = [each.strip() for each in columns.get(row, "developer").split(",") if each.strip()]
        if published is None or published < SINCE:
            skipped["published before 2023, or no date"] += 1
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
    exa = Decimal(1_000_000_000) if "gflop" in columns.header("rmax") else Decimal(1_000_000)
    performance: dict[str, Decimal] = defaultdict(Decimal)
    for row in table.rows:
        if at := _one(columns, row, skipped):
            performance[at] += (amount(columns.get(row, "rmax")) or Decimal()) / exa
    yield from _figures(performance, "exaflops", "Listed systems, Linpack in double precision", source, on)


def _one(columns: Columns, row: Mapping[str, str], skipped: Counter[str]) -> str:
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
