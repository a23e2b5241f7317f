"""An atlas with what somebody imported laid over it: nothing is counted twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from msgspec.structs import replace

from comity.posture.atlas.reading import nation_of
from comity.posture.atlas.types import Atlas, Funding, Line, Nation, Source


class Imported(NamedTuple):
    """What one file gave.

    Attributes:
        name: the id of its source in the atlas.
        source: with the file's hash.
        lines: evidence, `nation` being a jurisdiction.
        funding: capital, `nations` and firms by jurisdiction.
        rows: rows read; `skipped`: how many of them were not used, by reason.
    """

    name: str
    source: Source
    lines: tuple[Line, ...]
    funding: Funding | None
    rows: int
    skipped: Mapping[str, int]


def merged(atlas: Atlas, imported: Imported, names: Mapping[str, str]) -> Atlas:
    """The atlas with the import in it.

    A figure takes the place of the atlas's own in the same layer and measure of that nation; an actor that is there
    already is not added; funding takes the place of funding. A jurisdiction that is a member of no nation becomes one,
    under its name in `names`.
    """
    at = dict(nation_of(atlas))
    speaks = {line.nation for line in imported.lines}
    if imported.funding is not None:
        speaks |= {*imported.funding.nations, *(firm.nation for firm in imported.funding.firms)}
    nations = dict(atlas.nations)
    for jurisdiction in sorted(speaks - set(at)):
        at[jurisdiction] = jurisdiction.lower()
        nations[at[jurisdiction]] = Nation(names[jurisdiction], (jurisdiction,))
    lines = [replace(line, nation=at[line.nation]) for line in imported.lines]
    figures = {(line.nation, line.layer, line.measure) for line in lines if line.measure and not line.actor}
    kept = [line for line in atlas.lines if (line.nation, line.layer, line.measure) not in figures]
    known = {(line.nation, line.layer, (line.actor or "").casefold()) for line in kept if line.actor}
    added = [line for line in lines if (line.nation, line.layer, (line.actor or "").casefold()) not in known]
    return replace(
        atlas,
        sources={**atlas.sources, imported.name: imported.source},
        nations=nations,
        lines=(*kept, *added),
        funding=atlas.funding if imported.funding is None else _at_nations(imported.funding, at),
    )


def _at_nations(funding: Funding, at: Mapping[str, str]) -> Funding:
    nations: dict[str, float] = {}
    for jurisdiction, value in funding.nations.items():
        nations[at[jurisdiction]] = round(nations.get(at[jurisdiction], 0) + value, funding.digits)
    firms = tuple(replace(firm, nation=at[firm.nation]) for firm in funding.firms)
    return replace(funding, nations=nations, firms=firms)
